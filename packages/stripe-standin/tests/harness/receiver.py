"""A webhook endpoint for the tests: answers as told, keeps what came, verifies each signature."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import stripe


@dataclass(frozen=True)
class Received:
    """One delivery that arrived."""

    at: float
    signature: str
    payload: bytes
    event: dict[str, Any]


class Receiver:
    """`answer` gives the status for an event; every delivery lands in `received`."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.received: list[Received] = []
        self.refused = 0
        self.answer: Callable[[dict[str, Any]], int] = lambda event: 200
        self.url = ""

    def of_type(self, type_: str) -> list[Received]:
        """The deliveries of one type of event, as they arrived."""
        return [one for one in self.received if one.event["type"] == type_]

    def wait_for(self, type_: str, times: int = 1, within_s: float = 60.0) -> list[Received]:
        """Waits until events of a type arrived so often."""
        deadline = time.monotonic() + within_s
        while len(self.of_type(type_)) < times:
            assert time.monotonic() < deadline, f"{type_} did not arrive {times} times"
            time.sleep(0.01)
        return self.of_type(type_)

    def take(self, payload: bytes, signature: str) -> int:
        """Checks the signature as Stripe's own library does, then answers."""
        try:
            stripe.WebhookSignature.verify_header(payload.decode(), signature, self.secret, 300)
        except stripe.SignatureVerificationError:
            self.refused += 1
            return 400
        event = json.loads(payload)
        self.received.append(Received(time.time(), signature, payload, event))
        return self.answer(event)


@contextmanager
def receiving(secret: str) -> Iterator[Receiver]:
    """A receiver that listens on a free port of the loopback interface."""
    receiver = Receiver(secret)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            status = receiver.take(payload, self.headers["Stripe-Signature"])
            self.send_response(status)
            if status == 302:
                self.send_header("Location", receiver.url)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """The tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver.url = f"http://127.0.0.1:{server.server_address[1]}/webhook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
