"""The operators' side of their webhook: it keeps what it was told, and can be away."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class OperatorsDouble:
    """A webhook behind HTTP on a free loopback port."""

    def __init__(self) -> None:
        """Start at once."""
        self.status = 200
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/cases"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def told(self) -> list[dict[str, Any]]:
        """All announcements that were taken, oldest first."""
        return [json.loads(body) for body in self.bodies]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Take an announcement, or refuse it."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if double.status == 200:
                    double.bodies.append(body)
                    double.signatures.append(self.headers["Clerk-Signature"])
                self.send_response(double.status)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing into the tests' output."""

        return Handler
