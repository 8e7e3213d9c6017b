"""A socket.io buyer that receives answers and pushes."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sys
import textwrap
import time
from collections.abc import Awaitable, Callable
from typing import Any, TextIO

import aiohttp
import socketio

from ticket_clerk.cli.errors import LaunchError

TURN_WITHIN_S = 60.0
_COLORS = {"buyer": "36", "clerk": "32", "page": "33", "check": "1"}
_NAME_WIDTH = 7


class Buyer:
    """One conversation. Messages of the clerk are kept in ``received`` as they arrive."""

    def __init__(
        self, rasa_url: str, rasa_token: str, http: aiohttp.ClientSession, transcript: Transcript
    ) -> None:
        """Do not connect yet; ``rasa_token`` gives access to the tracker."""
        self.sender_id = f"demo-{secrets.token_hex(8)}"
        self.received: list[str] = []
        self._rasa_url = rasa_url
        self._token = rasa_token
        self._http = http
        self._transcript = transcript
        self._turns = 0
        self._client = socketio.AsyncClient(http_session=http)
        self._client.on("bot_uttered", self._receive)

    async def connect(self) -> None:
        """Join the conversation."""
        confirmed = asyncio.Event()
        self._client.on("session_confirm", lambda _data: confirmed.set())
        # Polling: engine.io's websocket client wants a newer aiohttp than Rasa's.
        await self._client.connect(
            self._rasa_url,
            socketio_path="/socket.io",
            transports=["polling"],
            wait_timeout=TURN_WITHIN_S,
        )
        await self._client.emit("session_request", {"session_id": self.sender_id})
        await asyncio.wait_for(confirmed.wait(), TURN_WITHIN_S)

    async def disconnect(self) -> None:
        """Leave; the conversation stays."""
        await self._client.disconnect()

    async def say(self, text: str) -> list[str]:
        """Send a message; return the clerk's answers of this turn."""
        before = len(self.received)
        self._transcript.say("buyer", text)
        self._turns += 1
        await self._client.emit("user_uttered", {"message": text, "session_id": self.sender_id})
        await self._until(self._turn_is_over, f"an answer to {text!r}")
        return self.received[before:]

    async def wait_for(self, is_it: Callable[[str], bool], what: str, within_s: float) -> str:
        """Return the first matching message, received already or later."""

        async def found() -> bool:
            return any(is_it(text) for text in self.received)

        await self._until(found, what, within_s)
        return next(filter(is_it, self.received))

    async def tracker(self) -> dict[str, Any]:
        """The conversation as Rasa keeps it."""
        url = f"{self._rasa_url}/conversations/{self.sender_id}/tracker"
        async with self._http.get(url, params={"token": self._token}) as answer:
            answer.raise_for_status()
            tracker: dict[str, Any] = await answer.json()
            return tracker

    async def _turn_is_over(self) -> bool:
        tracker = await self.tracker()
        events = tracker["events"]
        if tracker["latest_action_name"] != "action_listen":
            return False
        # Rasa cuts what it sends at blank lines; what is in the tracker may still be on the wire.
        answers = [event["text"] for event in events if event["event"] == "bot" and event["text"]]
        pieces = sum(len(text.strip().split("\n\n")) for text in answers)
        sent = sum(event["event"] == "user" for event in events)
        return sent >= self._turns and len(self.received) >= pieces

    async def _until(
        self, is_so: Callable[[], Awaitable[bool]], what: str, within_s: float = TURN_WITHIN_S
    ) -> None:
        deadline = time.monotonic() + within_s
        while not await is_so():
            if time.monotonic() > deadline:
                raise LaunchError(f"Waited {within_s:.0f} s in vain for {what}.")
            await asyncio.sleep(0.1)

    def _receive(self, data: dict[str, Any]) -> None:
        text = str(data.get("text") or "")
        buttons = [str(reply.get("title")) for reply in data.get("quick_replies") or ()]
        if text:
            self.received.append(text)
        shown = text + "".join(f"  [{title}]" for title in buttons)
        if shown.strip():
            self._transcript.say("clerk", shown.strip())


class Transcript:
    """Lines of ``time  speaker  text``; in color only for a person's eyes."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        """Start the clock that the lines show."""
        self._out = out
        self._started = time.monotonic()
        self._is_terminal = out.isatty()
        # Addresses are long: a pipe gets them whole, so that they can be copied.
        self._width = shutil.get_terminal_size().columns if self._is_terminal else 10_000

    def say(self, speaker: str, text: str) -> None:
        """Print one utterance at once; its line breaks stay."""
        seconds = f"{time.monotonic() - self._started:5.1f}s  "
        name = f"{speaker:<{_NAME_WIDTH}}"
        indent = " " * (len(seconds) + len(name))
        width = max(self._width - len(indent), 40)
        lines = [
            part
            for line in text.splitlines() or [""]
            for part in textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
            or [""]
        ]
        if self._is_terminal:
            name = f"\033[{_COLORS.get(speaker, '0')}m{name}\033[0m"
        print(seconds + name + f"\n{indent}".join(lines), file=self._out, flush=True)
