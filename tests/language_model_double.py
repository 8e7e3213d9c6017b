"""A server that speaks OpenAI's chat completions: right, slow, wrong, empty or malicious."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class LanguageModelDouble:
    """Answers on a free loopback port with what it was told to, and keeps what it was asked."""

    def __init__(self) -> None:
        """Start at once."""
        self.answer: Any = {"intent": "none", "topic": "none"}
        self.raw: bytes | None = None
        self.status = 200
        self.seconds = 0.0
        self.trickles = False
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.base = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def messages(self) -> list[str]:
        """The buyers' messages that it was asked about."""
        return [asked["messages"][1]["content"] for asked in self.asked]

    def _body(self) -> bytes:
        if self.raw is not None:
            return self.raw
        content = json.dumps(self.answer)
        return json.dumps({"choices": [{"message": {"content": content}}]}).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Answer as told."""
                double.asked.append(
                    json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                )
                double.keys.append(self.headers["Authorization"])
                time.sleep(0 if double.trickles else double.seconds)
                body = double._body()
                self.send_response(double.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                for byte in body:
                    if double.trickles:
                        time.sleep(double.seconds)
                    self.wfile.write(bytes([byte]))

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing into the tests' output."""

        return Handler
