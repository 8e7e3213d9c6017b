"""A server on the far side of the wire to Rasa: the endpoints that the worker, the doctor and the
eraser use.

It keeps conversations and "runs" the reporting action by asking a function for what is to be
said, as Rasa asks the action server. It can be away, swallow an action's failure with a 200 as
Rasa does, and die between saying and answering.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from ticket_clerk.ticketing.notifications.delivery import delivered_ids

TOKEN = "rasa-token-of-the-tests"


class RasaDouble:
    """Conversations behind HTTP on a free loopback port."""

    def __init__(self, say: Callable[[str, str], list[str]]) -> None:
        """``say(channel, sender_id)`` gives the outbox ids that the action would tell now."""
        self.conversations: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.channels: list[str] = []
        self.mood = "well"
        self.model_file: str | None = None
        self.token = TOKEN
        # Cleared, it answers nobody until it is set again.
        self.goes_on = threading.Event()
        self.goes_on.set()
        self._say = say
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def told(self, sender_id: str) -> list[str]:
        """List the outbox ids that were said in a conversation, in order."""
        return [event["metadata"]["outbox_id"] for event in self.conversations[sender_id]]

    def answer(self, method: str, url: str) -> tuple[int, Any]:
        """Do what Rasa does for one request."""
        self.goes_on.wait()
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if query.get("token") != self.token and self.mood != "open to anybody":
            return 401, {}
        if self.mood == "away":
            return 503, {}
        if self.mood == "busy" and query.get("if_busy") == "refuse":
            return 423, {}
        if parts.path == "/status":
            # rasa/server.py: 409 until a model is loaded.
            return (200, {"model_file": self.model_file}) if self.model_file else (409, {})
        if method == "GET":
            _, _, _, sender_id, name = map(unquote, parts.path.split("/"))
            return 200, self._page(sender_id, name)
        sender_id = unquote(parts.path.split("/")[2])
        if parts.path.endswith("/tracker/events"):
            # The wish to be forgotten is all that is written there.
            if self.mood != "swallows":
                self.conversations.pop(sender_id, None)
            return 200, {}
        self.channels.append(query["output_channel"])
        if self.mood != "swallows":
            for outbox_id in self._say(query["output_channel"], sender_id):
                event = {"event": "bot", "metadata": {"outbox_id": outbox_id}}
                self.conversations[sender_id].append(event)
        return (500, {}) if self.mood == "dies after saying" else (200, {"tracker": {}})

    def _page(self, sender_id: str, name: str) -> dict[str, Any]:
        """Our own routes (ticket_clerk/channels/conversations/api.py)."""
        events = self.conversations[sender_id]
        if name == "notifications":
            return {"told": sorted(delivered_ids(events))}
        return {"events": events, "next": None}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        double = self

        class Handler(BaseHTTPRequestHandler):
            def _respond(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                status, body = double.answer(self.command, self.path)
                content = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _respond

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        return Handler
