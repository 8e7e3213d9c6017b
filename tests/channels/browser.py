"""A browser's half of the web chat, without a screen: cookie, messages, event stream."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests


@dataclass(frozen=True)
class Said:
    """One message as the stream brought it."""

    position: int
    speaker: str
    text: str


class Browser:
    """One visitor with one cookie jar."""

    def __init__(self, rasa_url: str, **headers: str) -> None:
        """Load the page."""
        self.url = f"{rasa_url}/webhooks/web/"
        self.http = requests.Session()
        self.http.headers.update(headers)
        self.page = self.http.get(self.url, timeout=60)

    @property
    def sender_id(self) -> str:
        """The id that the server gave this visitor."""
        return str(self.http.cookies["clerk_session"]).partition(".")[0]

    def send(self, text: object, **fields: object) -> requests.Response:
        """POST a message as the page does."""
        body = {"id": secrets.token_hex(16), "text": text, **fields}
        return self.http.post(f"{self.url}messages", json=body, timeout=60)

    @contextmanager
    def stream(self, last_event_id: int | None = None) -> Iterator[Iterator[dict[str, Any]]]:
        """Open the event stream; gives its events as they come."""
        headers = {} if last_event_id is None else {"Last-Event-ID": str(last_event_id)}
        address = f"{self.url}events"
        with self.http.get(address, headers=headers, stream=True, timeout=60) as answer:
            assert answer.headers["Content-Type"].startswith("text/event-stream")
            yield _events(answer)

    def history(self, last_event_id: int | None = None) -> list[Said]:
        """Return what a newly opened page would show."""
        found = []
        with self.stream(last_event_id) as events:
            for event in events:
                if event["event"] == "ready":
                    break
                found.append(as_said(event))
        return found


def as_said(event: dict[str, Any]) -> Said:
    """An event of the stream as a message."""
    data = json.loads(event["data"])
    return Said(int(event["id"]), data["from"], data["text"])


def _events(answer: requests.Response) -> Iterator[dict[str, Any]]:
    fields: dict[str, str] = {}
    for line in answer.iter_lines(chunk_size=1, decode_unicode=True):
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value
        elif not line and "data" in fields:
            yield fields
            fields = {}
        elif not line:
            fields = {}
