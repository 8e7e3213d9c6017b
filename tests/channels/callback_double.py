"""The server behind CALLBACK_URL: keeps what it takes, and can be rude."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

SECRET_PATH = "/taken-secret-path"


class Posted(NamedTuple):
    """One request that it had: status of its answer, the message's id, the body."""

    status: int
    message_id: str
    body: dict[str, Any]


class CallbackDouble:
    """A server on a free loopback port: answers as `decide(body)` says, 503 to who is `away`."""

    def __init__(self) -> None:
        """Take everything."""
        self.decide: Callable[[dict[str, Any]], int] = _take
        self.posted: list[Posted] = []
        self.away: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}{SECRET_PATH}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def answering(self, decide: Callable[[dict[str, Any]], int]) -> Iterator[None]:
        """Answer differently for a while."""
        self.decide = decide
        try:
            yield
        finally:
            self.decide = _take

    def taken(self, sender: str) -> list[str]:
        """Return the texts for a sender, deduplicated as a receiver would."""
        once = {post.message_id: post.body for post in self.sent_to(sender) if post.status < 300}
        return [body["text"] for body in once.values() if "text" in body]

    def sent_to(self, sender: str) -> list[Posted]:
        """Every request about a sender."""
        return [post for post in self.posted if post.body["recipient_id"] == sender]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                is_away = body["recipient_id"] in double.away
                status = 503 if is_away else double.decide(body)
                double.posted.append(Posted(status, self.headers["Idempotency-Key"], body))
                self.send_response(status)
                if status in {301, 302, 307, 308}:
                    self.send_header("Location", f"{double.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler


def _take(_body: dict[str, Any]) -> int:
    return 200
