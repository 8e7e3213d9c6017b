"""Action-server double: delivers notifications as ours does, and can be down."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.channels.rasa_process import ACTION_TOKEN, RasaProcess
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.notifications.delivery import REPORT_ACTION, delivered_ids
from ticket_clerk.ticketing.orders import queries


class ActionDouble:
    """One action behind HTTP on a free loopback port."""

    def __init__(self, container: Container) -> None:
        """Start at once."""
        self.is_away = False
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.is_asked = threading.Event()
        self._held: dict[str, threading.Event] = {}
        self._go_on = threading.Event()
        self._container = container
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    @contextmanager
    def holding(self, rasa: RasaProcess, senders: Sequence[str]) -> Iterator[None]:
        """Keep conversations in a turn: their action is asked and not answered until the end."""
        self._held, self._go_on = (
            {sender: threading.Event() for sender in senders},
            threading.Event(),
        )
        with ThreadPoolExecutor(len(senders)) as pool:
            try:
                for sender in senders:
                    pool.submit(rasa.push, sender, "callback", REPORT_ACTION)
                assert all(asked.wait(300) for asked in self._held.values())
                yield
            finally:
                self._go_on.set()
        self._held = {}

    def report(self, tracker: dict[str, Any]) -> list[dict[str, str]]:
        """Deliver the conversation's unread notifications."""
        buyer = Buyer(str(tracker["latest_input_channel"]), tracker["sender_id"])
        told = delivered_ids(tracker["events"])
        return [
            {"text": f"{order.id} is confirmed.", "outbox_id": message.id}
            for message, order in queries.unread_messages(self._container, buyer)
            if message.id not in told
        ]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                is_ours = self.headers["Authorization"] == f"Bearer {ACTION_TOKEN}"
                if double.is_away or not is_ours:
                    self.send_error(503)
                    return
                answer = {"events": [], "responses": double.report(call["tracker"])}
                double.is_asked.set()
                double.may_answer.wait(300)
                if asked := double._held.get(call["sender_id"]):
                    asked.set()
                    double._go_on.wait(300)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler
