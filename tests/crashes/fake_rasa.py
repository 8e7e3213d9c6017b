"""A fake Rasa, as the action server sees it: one conversation in which the real actions are run.

One turn at a time, as under Rasa's lock; what an action answers becomes part of the conversation,
and an action that dies is passed over, as Rasa does.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.crashes.action_server import ACTION_TOKEN, ActionServer, Died
from tests.crashes.http_server import Answer
from tests.flows.conversation import DOMAIN
from tests.rasa_double import TOKEN
from ticket_clerk.ticketing.domain.models import Buyer


class FakeRasa:
    """The conversation of one buyer, and Rasa's two endpoints that the worker calls."""

    def __init__(self, buyer: Buyer) -> None:
        """Nothing was said yet."""
        self.buyer = buyer
        self.events: list[dict[str, Any]] = []
        self._server: ActionServer | None = None
        self._lock = threading.Lock()
        self._message: dict[str, Any] = {}

    def connect(self, server: ActionServer) -> None:
        """Say where actions are run."""
        self._server = server

    def say(self, text: str, intent: str, action: str, **slots: Any) -> None:
        """Let the buyer say something that leads to an action, with these slots filled.

        Raises Died when the action did not live to answer.
        """
        message = {"text": text, "intent": {"name": intent, "confidence": 1.0}, "entities": []}
        with self._lock:
            self._message = message
            self.events.append({"event": "user", "input_channel": self.buyer.channel, **message})
            self._run(action, slots)

    def notices(self) -> list[Mapping[str, Any]]:
        """List what was said because it had been promised, oldest first."""
        said = [event["metadata"] for event in self.events if event["event"] == "bot"]
        return [metadata for metadata in said if "outbox_id" in metadata]

    def answer(self, method: str, path: str, _headers: object, body: bytes) -> Answer:
        """Do what Rasa does for one request of the worker's."""
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        assert query["token"] == [TOKEN]
        if parts.path.startswith("/webhooks/"):
            # As a Rasa with another conversation store: the worker reads the tracker instead.
            return 404, {}, b""
        assert parts.path.split("/")[2] == self.buyer.sender_id
        with self._lock:
            if method == "POST":
                assert query["output_channel"] == [self.buyer.channel]
                with suppress(Died):
                    self._run(json.loads(body)["name"], {})
            content = json.dumps({"events": self.events}).encode()
        return 200, {"Content-Type": "application/json"}, content

    def _run(self, action: str, slots: Mapping[str, Any]) -> None:
        assert self._server is not None
        sender_id = self.buyer.sender_id
        tracker = {
            "sender_id": sender_id,
            "slots": slots,
            "latest_message": self._message,
            "events": self.events,
            "paused": False,
            "followup_action": None,
            "active_loop": {},
            "latest_action_name": "action_listen",
        }
        call = {
            "version": "3.6.21",
            "next_action": action,
            "sender_id": sender_id,
            "tracker": tracker,
            "domain": DOMAIN,
        }
        answer = self._server.post("/webhook", params={"token": ACTION_TOKEN}, json=call)
        for said in answer.json()["responses"]:
            said["utter_action"] = said["response"]
            data = {"buttons": said.get("buttons") or []}
            self.events.append({"event": "bot", "metadata": said, "data": data})
