"""What stands where the action server is: it reports, as ours does, and can be away."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.channels.rasa_process import ACTION_TOKEN
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.notifications.delivery import told_ids
from ticket_clerk.ticketing.orders import queries


class ActionDouble:
    """One action behind HTTP on a free loopback port."""

    def __init__(self, container: Container) -> None:
        """Start at once."""
        self.is_away = False
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.is_asked = threading.Event()
        self._container = container
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def report(self, tracker: dict[str, Any]) -> list[dict[str, str]]:
        """Confirm what this conversation's buyer has not been told."""
        buyer = Buyer(str(tracker["latest_input_channel"]), tracker["sender_id"])
        told = told_ids(tracker["events"])
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
                double.may_answer.wait(60)
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler
