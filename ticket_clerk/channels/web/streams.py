"""Open pages: each follows its conversation in the database from the position it has seen.

A commit in this process wakes them at once; what another process committed is found by looking
again every second.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable

from ticket_clerk.channels.conversations.store import ConversationStore

from .messages import as_server_sent_event

POLL_S = 1.0
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

    def wake(self, sender_id: str) -> None:
        """Make the sender's streams look at the conversation now."""
        for stream in self._open.get(sender_id, ()):
            stream.look.set()

    def close(self) -> None:
        """End all streams; a server that stops would wait for them."""
        for streams in self._open.values():
            for stream in streams:
                stream.end("bye")

    async def follow(
        self, store: ConversationStore, sender_id: str, position: int, send: Send
    ) -> None:
        """Send what was said after `position`, then what is being said, until the stream ends.

        The oldest stream of a sender with too many is ended for the new one.
        """
        stream = _Stream()
        streams = self._open.setdefault(sender_id, [])
        streams.append(stream)
        if len(streams) > MOST_PER_SESSION:
            streams[0].end("replaced")
        try:
            await stream.run(store, sender_id, position, send)
        finally:
            streams.remove(stream)
            if not streams and self._open.get(sender_id) is streams:
                del self._open[sender_id]


class _Stream:
    def __init__(self) -> None:
        self.look = asyncio.Event()
        self._farewell: str | None = None

    def end(self, farewell: str) -> None:
        self._farewell = farewell
        self.look.set()

    async def run(
        self, store: ConversationStore, sender_id: str, position: int, send: Send
    ) -> None:
        await send("retry: 1000\n\n")
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
            await asyncio.wait_for(self.look.wait(), POLL_S)
        except asyncio.TimeoutError:
            return
        if self._farewell is None:
            self.look.clear()

    async def _send_new(
        self, store: ConversationStore, sender_id: str, position: int, send: Send
    ) -> int:
        for entry in await store.said_since(sender_id, position):
            position = entry.position
            event = as_server_sent_event(entry)
            if event:
                await send(event)
        return position
