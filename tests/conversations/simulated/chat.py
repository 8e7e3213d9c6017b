"""One buyer's chat with the clerk over REST, and what was said in it."""

from __future__ import annotations

import secrets
from typing import Any

import requests

from tests.conversations.simulated.reading import Answer
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until

ANSWERED_WITHIN_S = 90


class Chat:
    """A conversation of somebody new; ``lines`` is its transcript."""

    def __init__(self, clerk: Clerk) -> None:
        """Start without messages."""
        self.clerk = clerk
        self.sender_id = f"simulated-{secrets.token_hex(6)}"
        self.lines: list[str] = []
        self.turns = 0

    def say(self, text: str) -> Answer:
        """Say something; returns all that was answered."""
        self.turns += 1
        self.note(f"buyer: {text}")
        answer = requests.post(
            f"{self.clerk.environ['RASA_URL']}/webhooks/rest/webhook",
            json={"sender": self.sender_id, "message": text},
            timeout=ANSWERED_WITHIN_S,
        )
        answer.raise_for_status()
        messages = answer.json()
        for message in messages:
            titles = "".join(f"  [{button['title']}]" for button in message.get("buttons") or ())
            self.note(f"clerk: {message.get('text') or ''}{titles}")
        return Answer(
            tuple(message["text"] for message in messages if message.get("text")),
            tuple(button["payload"] for one in messages for button in one.get("buttons") or ()),
        )

    def wait_until_order(self, order_id: str, *statuses: str) -> None:
        """Wait until the order has a status; notifications arrive with the next answer."""
        order = self.clerk.order
        what = f"{order_id} to be {' or '.join(statuses)}"
        wait_until(lambda: order(order_id)["status"] in statuses, what, ANSWERED_WITHIN_S)

    def orders(self) -> list[dict[str, Any]]:
        """List the orders of this buyer, newest first, as the operator sees them."""
        return [one for one in self.clerk.orders() if one["sender_id"] == self.sender_id]

    def note(self, line: str) -> None:
        """Write a line into the transcript."""
        self.lines.append(line)
