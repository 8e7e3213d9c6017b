"""Event streams: each page follows its conversation in the database from a position.

A commit in this process wakes them at once; what another process committed is found by looking
again every second.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from ticket_clerk.channels.conversations.history import Entry
from ticket_clerk.channels.conversations.store import ConversationStore
from ticket_clerk.channels.pictures import picture_of

POLL_S = 1.0
_LONGEST_POLL_S = 10.0
_POLLS_PER_SECOND = 100
KEEP_ALIVE_S = 15.0
"""The page takes a stream that is silent for much longer for dead (page/stream.js)."""

LONGEST_S = 900.0
"""After this a stream ends and the browser opens the next one."""

MOST_PER_SESSION = 4
"""Browsers open six connections to a server; some must be left for messages."""

Send = Callable[[str], Awaitable[None]]


class Streams:
    """The open streams of this process, by sender's id."""

    def __init__(self) -> None:
        self._open: dict[str, list[_Stream]] = {}
        self._count = 0

    def poll_s(self) -> float:
        """Polling interval of a stream; longer while many are open.

        All of them together ask the database a hundred times a second; a stream that is woken
        looks at once.
        """
        return min(max(POLL_S, self._count / _POLLS_PER_SECOND), _LONGEST_POLL_S)

    def wake(self, sender_id: str) -> None:
        """Make the sender's streams look at the conversation now."""
        for stream in self._open.get(sender_id, ()):
            stream.look.set()

    def close(self) -> None:
        """End all streams, so that the server can stop."""
        for streams in self._open.values():
            for stream in streams:
                stream.end("bye")

    async def follow(
        self, store: ConversationStore, sender_id: str, position: int, send: Send
    ) -> None:
        """Send the messages after `position`, then new ones, until the stream ends.

        The oldest stream of a sender with too many is ended for the new one.
        """
        stream = _Stream(self.poll_s)
        streams = self._open.setdefault(sender_id, [])
        streams.append(stream)
        if len(streams) > MOST_PER_SESSION:
            streams[0].end("replaced")
        self._count += 1
        try:
            await stream.run(store, sender_id, position, send)
        finally:
            self._count -= 1
            streams.remove(stream)
            if not streams and self._open.get(sender_id) is streams:
                del self._open[sender_id]


class _Stream:
    def __init__(self, poll_s: Callable[[], float]) -> None:
        self._poll_s = poll_s
        self.look = asyncio.Event()
        self._farewell: str | None = None

    def end(self, farewell: str) -> None:
        self._farewell = farewell
        self.look.set()

    async def run(
        self, store: ConversationStore, sender_id: str, position: int, send: Send
    ) -> None:
        await send("retry: 1000\n\n")
        # A page that has shown nothing yet begins with the latest messages.
        position = position or await store.position_to_show_from(sender_id)
        position = await self._send_new(store, sender_id, position, send)
        await send("event: ready\ndata: {}\n\n")
        until = time.monotonic() + LONGEST_S
        alive = time.monotonic()
        while self._farewell is None and time.monotonic() < until:
            await self._wait()
            position = await self._send_new(store, sender_id, position, send)
            if time.monotonic() - alive > KEEP_ALIVE_S:
                alive = time.monotonic()
                await send("event: alive\ndata: {}\n\n")
        await send(f"event: {self._farewell or 'bye'}\ndata: {{}}\n\n")

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self.look.wait(), self._poll_s())
        except asyncio.TimeoutError:
            return
        if self._farewell is None:
            self.look.clear()

    async def _send_new(
        self, store: ConversationStore, sender_id: str, position: int, send: Send
    ) -> int:
        while page := await store.said_since(sender_id, position):
            position = page[-1].position
            for event in filter(None, map(as_server_sent_event, page)):
                await send(event)
        return position


# What a response was filled with (ticket_clerk/flows/replies.py) and the page makes stand out.
_STRONG = ("order_id", "show", "total", "amount", "refunded")


def as_server_sent_event(entry: Entry) -> str | None:
    """One event of the stream, its id the position in the conversation; None for nothing to show.

    Only words, button titles, the message's own id and the order that it is about leave the
    server: no reading, no intent, nothing else of what a response was filled with.
    """
    message = _message(entry.event)
    if message is None:
        return None
    return f"id: {entry.position}\nevent: said\ndata: {json.dumps(message)}\n\n"


def _message(event: Mapping[str, Any]) -> dict[str, Any] | None:
    text = event.get("text") or ""
    filled = event.get("metadata") or {}
    if event["event"] == "user":
        # What Rasa triggers itself is recorded as if the user had said it.
        if not text or filled.get("is_external", False):
            return None
        return {"from": "buyer", "text": text, "id": event.get("message_id")}
    buttons = (event.get("data") or {}).get("buttons") or []
    titles = [button["title"] for button in buttons if button.get("title")]
    if not text and not titles:
        return None
    picture = picture_of({**filled, "image": (event.get("data") or {}).get("image")})
    more = {
        "strong": _strong(text, filled),
        "order": _order(event, text, filled),
        "picture": vars(picture) if picture else None,
    }
    payload = {"from": "clerk", "text": text, "buttons": titles}
    return payload | {name: value for name, value in more.items() if value}


def _strong(text: str, filled: Mapping[str, Any]) -> list[str]:
    words = [filled.get(name) for name in _STRONG]
    return [word for word in words if isinstance(word, str) and word and word in text]


def _order(event: Mapping[str, Any], text: str, filled: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the status of a message's order, with the seconds left to pay it."""
    status, link = filled.get("order_status"), filled.get("link")
    if not status:
        return None
    order = {"id": filled.get("order_id"), "status": status}
    more = {"replaces": filled.get("replaces"), "parent": filled.get("parent_id")}
    order |= {name: value for name, value in more.items() if value}
    if not isinstance(link, str) or not link or link not in text:
        return order
    order |= {"link": link, "total": filled.get("total")}
    if status == "open":
        # Counted from when it was said, so that the page need not trust its own clock.
        passed_s = time.time() - float(event.get("timestamp") or time.time())
        left_s = filled.get("seconds_left", 0)
        order["seconds_left"] = max(0, int(left_s - max(0.0, passed_s)))
    return order
