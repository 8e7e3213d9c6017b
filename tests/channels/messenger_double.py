"""A messenger's HTTP API on loopback: records valid calls, and refuses invalid ones."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = tuple[str, dict[str, Any]]
Answer = tuple[int, dict[str, Any]]


class Invalid(Exception):
    """An invalid call; carries the messenger's error code."""


class MessengerDouble:
    """Answers POSTs of JSON; subclasses say what is valid and what is answered."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        """Start at once, on a free port."""
        self.calls: list[Call] = []
        self.refused: list[str] = []
        self.answers: list[Answer] = []
        """Given once each, before anything is looked at: (status, JSON)."""
        self.lost_answers = 0
        """So many answers are lost on their way, of calls that were taken."""
        self._server = ThreadingHTTPServer((host, 0), self._handler())
        self.url = f"http://{host}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: Any, body: dict[str, Any]) -> Answer:
        """Look at a call, record it and answer; raises Invalid."""
        raise NotImplementedError

    def refuse(self, code: str) -> Answer:
        """The messenger's own way to say no."""
        raise NotImplementedError

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = double._answer(self.path, self.headers, body)
                if double.lost_answers:
                    double.lost_answers -= 1
                    self.close_connection = True
                    return
                data = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler

    def _answer(self, path: str, headers: Any, body: bytes) -> Answer:
        if self.answers:
            return self.answers.pop(0)
        try:
            return self.answer(path, headers, json.loads(body))
        except Invalid as invalid:
            self.refused.append(str(invalid))
            return self.refuse(str(invalid))


def require(condition: object, code: str) -> None:
    """Raise Invalid unless something is so."""
    if not condition:
        raise Invalid(code)
