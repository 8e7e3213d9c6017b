"""A conversation as an action sees it: a real tracker, a real dispatcher, the real domain."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from rasa.shared.core.domain import Domain
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from tests.flows.training import ROOT
from ticket_clerk.languages.domain import SLOT, variant
from ticket_clerk.ticketing.domain.models import Buyer

DOMAIN = Domain.load(str(ROOT / "domain.yml")).as_dict()
# One loop for all actions, as in a server: each of its own starts a thread and waits for its end.
_LOOP = asyncio.new_event_loop()


def _run(action: Coroutine[Any, Any, Any]) -> Any:
    if threading.current_thread() is threading.main_thread():
        return _LOOP.run_until_complete(action)
    return asyncio.run(action)


class Conversation:
    """Runs actions one after the other and remembers what they did."""

    domain = DOMAIN

    def __init__(self, sender_id: str = "sam", channel: str = "socketio") -> None:
        """Nothing was said yet."""
        self.buyer = Buyer(channel, sender_id)
        self.slots: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []
        self.active_loop: dict[str, Any] = {}
        self.receive("hi", "greet")

    def receive(self, text: str, intent: str = "inform", confidence: float = 1.0) -> Conversation:
        """Let the buyer say something."""
        parsed = {"name": intent, "confidence": confidence}
        self.message = {"text": text, "intent": parsed, "entities": []}
        self.events.append({"event": "user", "input_channel": self.buyer.channel, **self.message})
        return self

    def run(self, action: Action) -> list[dict[str, Any]]:
        """Run an action; returns its events, and keeps slots and messages as Rasa would."""
        tracker = Tracker(
            sender_id=self.buyer.sender_id,
            slots=dict(self.slots),
            latest_message=self.message,
            events=list(self.events),
            paused=False,
            followup_action=None,
            active_loop=self.active_loop,
            latest_action_name="action_listen",
        )
        dispatcher = CollectingDispatcher()
        returned: list[dict[str, Any]] = _run(action.run(dispatcher, tracker, self.domain))
        self.said = dispatcher.messages
        for message in self.said:
            extra = {k: v for k, v in message.items() if k not in {"text", "buttons", "elements"}}
            # Rasa notes the response's name (rasa/core/actions/action.py).
            extra["utter_action"] = message.get("response")
            data = {"buttons": message["buttons"]}
            self.events.append({"event": "bot", "metadata": extra, "data": data})
        self.events += [{"event": "action", "name": action.name()}, *returned]
        self.slots.update({e["name"]: e["value"] for e in returned if e["event"] == "slot"})
        return returned

    @property
    def responses(self) -> list[str]:
        """Names of the responses of the last action."""
        return [message["response"] for message in self.said]

    def read(self) -> str:
        """Return the replies of the last action."""
        return "\n".join(message.get("text") or self._worded(message) for message in self.said)

    def _worded(self, message: dict[str, Any]) -> str:
        """Fill a response as Rasa does: a variant whose condition the slots meet goes first."""
        variants = self.domain["responses"][message["response"]]
        chosen = variant(variants, self.slots.get(SLOT, ""))
        return str(chosen["text"]).format_map(message)
