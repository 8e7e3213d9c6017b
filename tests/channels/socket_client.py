"""A socket.io client: requests a session, sends, and records what it receives."""

from __future__ import annotations

import queue
from types import TracebackType
from typing import Any

import requests
import socketio

# python-socketio's own second is too short for a server on a busy machine.
CONNECTED_WITHIN_S = 90
# What comes is read at once; only what never comes is waited for as long as this.
ANSWERED_WITHIN_S = 90


class SocketClient:
    """One connected widget; use as a context."""

    def __init__(self, url: str, transport: str = "polling", **headers: str) -> None:
        """Connect, without a session yet; `websocket` keeps to one connection."""
        self._url = url
        self.received: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._client = socketio.Client(reconnection=False)
        for event in ("session_confirm", "bot_uttered"):
            self._client.on(event, lambda data, event=event: self.received.put((event, data)))
        self._client.connect(
            url, headers=headers, transports=[transport], wait_timeout=CONNECTED_WITHIN_S
        )

    def __enter__(self) -> SocketClient:
        """Give itself."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Leave and say so, as a browser does: the library's disconnect() only falls silent."""
        address = f"{self._url}/socket.io/?EIO=4&transport=polling&sid={self._client.eio.sid}"
        requests.post(address, data="1", timeout=60)
        self._client.disconnect()

    def emit(self, event: str, data: object) -> None:
        """Send anything."""
        self._client.emit(event, data)

    def open_session(self, session_id: str) -> None:
        """Ask for a session and wait for its confirmation."""
        self.emit("session_request", {"session_id": session_id})
        assert self.received.get(timeout=60) == ("session_confirm", session_id)

    def say(self, text: object, session_id: object, **fields: object) -> None:
        """Send a message."""
        self.emit("user_uttered", {"message": text, "session_id": session_id, **fields})

    def next_text(self, timeout: float = ANSWERED_WITHIN_S) -> str:
        """The next thing the bot says."""
        event, data = self.received.get(timeout=timeout)
        assert event == "bot_uttered"
        return str(data["text"])

    def receives_nothing(self, seconds: float = 1) -> bool:
        """Return whether nothing arrives for a while."""
        try:
            self.received.get(timeout=seconds)
        except queue.Empty:
            return True
        return False
