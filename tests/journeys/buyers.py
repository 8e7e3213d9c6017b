"""People who buy: one who writes over REST, one whose web chat is open, and their card."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from typing import Any

import aiohttp
import requests
import socketio

from tests.channels.socket_client import CONNECTED_WITHIN_S
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until
from ticket_clerk.cli.demo.demo import Page, Visitor

CARD = {
    "card_number": "4242 4242 4242 4242",
    "exp_date": "12/34",
    "cvc": "123",
    "email": "sam@example.com",
    "name": "Sam Buyer",
}
DECLINED = "4000 0000 0000 0002"
NEEDS_AUTHENTICATION = "4000 0025 0000 3155"
# Its writing thread complains after the test is over, into a closed stream.
logging.getLogger("engineio.client").setLevel(logging.CRITICAL)

ORDER = re.compile(r"ord_[A-Za-z0-9]{10,}")
LINK = re.compile(r"https?://\S*cs_\w+")


class Talker:
    """Base of both kinds of buyers."""

    def __init__(self, clerk: Clerk) -> None:
        """Start without messages."""
        self.clerk = clerk
        self.sender_id = f"buyer-{secrets.token_hex(6)}"
        self.received: list[str] = []

    def say(self, text: str) -> str:
        """Say something; returns all that was answered."""
        raise NotImplementedError

    def order_tickets(self, *wishes: str) -> tuple[str, str]:
        """Send each request and confirm; return order number and link."""
        for wish in wishes:
            answer = self.say(wish)
        if not LINK.search(answer):
            answer = self.say("yes")
        order, link = ORDER.search(answer), LINK.search(answer)
        assert order, answer
        assert link, answer
        return order[0], link[0]

    def confirmations(self, order_id: str) -> list[str]:
        """List the received confirmations of the order."""
        return [text for text in self.received if order_id in text and "confirmed" in text.lower()]


def post_message(rasa_url: str, sender_id: str, text: str) -> list[str]:
    """Say something over REST; the answers are those of the same call."""
    answer = requests.post(
        f"{rasa_url}/webhooks/rest/webhook",
        json={"sender": sender_id, "message": text},
        timeout=60,
    )
    answer.raise_for_status()
    return [message.get("text") or "" for message in answer.json()]


class RestBuyer(Talker):
    """Writes over REST, where nothing can be pushed to."""

    def say(self, text: str) -> str:
        """Post a message and read its answers."""
        replies = post_message(self.clerk.environ["RASA_URL"], self.sender_id, text)
        self.received += replies
        return "\n".join(replies)


class SocketBuyer(Talker):
    """A buyer on socket.io, who receives pushes."""

    def __init__(self, clerk: Clerk) -> None:
        """Connect and join the conversation."""
        super().__init__(clerk)
        self._turns = 0
        self.connect()

    def connect(self) -> None:
        """Join the conversation (again)."""
        joined: list[Any] = []
        # A new client each time: the old one's reading thread may still be at its last message.
        self.client = socketio.Client(reconnection=False)
        self.client.on("bot_uttered", self._receive)
        self.client.on("session_confirm", joined.append)
        self.client.connect(
            self.clerk.environ["RASA_URL"],
            socketio_path="/socket.io",
            transports=["websocket"],
            wait_timeout=CONNECTED_WITHIN_S,
        )
        self.client.emit("session_request", {"session_id": self.sender_id})
        wait_until(lambda: joined, "the session to be confirmed")

    def leave(self) -> None:
        """Close the chat; the conversation stays."""
        self.client.disconnect()

    def say(self, text: str) -> str:
        """Send a message and wait until the clerk has finished answering."""
        before = len(self.received)
        self._turns += 1
        self.client.emit("user_uttered", {"message": text, "session_id": self.sender_id})
        wait_until(self._is_answered, f"an answer to {text!r}")
        return "\n".join(self.received[before:])

    def receives_once(self, *words: str) -> str:
        """Wait for a message with all these words, which must be the only one; returns it."""

        def look_for() -> list[str]:
            return [text for text in self.received if all(word in text for word in words)]

        found = wait_until(look_for, f"a message with {words}")
        assert len(found) == 1, found
        return found[0]

    def _is_answered(self) -> bool:
        tracker = self.clerk.tracker(self.sender_id)
        turns = sum(event["event"] == "user" for event in tracker["events"])
        replies = [event["text"] for event in tracker["events"] if event["event"] == "bot"]
        # Rasa cuts what it sends at blank lines; what is in the tracker may still be on the wire.
        parts = sum(len(text.strip().split("\n\n")) for text in replies if text)
        is_over = turns >= self._turns and tracker["latest_action_name"] == "action_listen"
        return is_over and len(self.received) >= parts

    def _receive(self, data: dict[str, Any]) -> None:
        if data.get("text"):
            self.received.append(str(data["text"]))


def pay(link: str, card_number: str = CARD["card_number"], press: str | None = None) -> Page:
    """Fill in the hosted page, and press a button of the 3-D Secure step if one is named."""

    async def visit() -> Page:
        # The stand-in is on 127.0.0.1, for which aiohttp keeps no cookies by default.
        jar = aiohttp.CookieJar(unsafe=True)
        async with aiohttp.ClientSession(cookie_jar=jar) as http:
            visitor = Visitor(http)
            page = await visitor.open(link)
            page = await visitor.submit(page, "pay", **{**CARD, "card_number": card_number})
            return await visitor.submit(page, press) if press else page

    return asyncio.run(visit())


def look(link: str) -> Page:
    """Open the hosted page."""

    async def visit() -> Page:
        async with aiohttp.ClientSession() as http:
            return await Visitor(http).open(link)

    return asyncio.run(visit())
