"""The wire between our Stripe client and the stand-in, inside one process, for a test to cut.

The stand-in's own code answers; only the socket is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import stripe

from stripe_standin import signatures
from stripe_standin.standin import StandIn
from tests.moving_clock import MovableClock

KEY = "sk_test_standin"


class StripeWire(stripe.HTTPClient):
    """An HTTP client of the Stripe library whose requests reach a stand-in in this process."""

    name = "in-process"

    def __init__(self, database: Path, clock: MovableClock) -> None:
        """Keep the stand-in's state in a file of its own, and its clock with the shop's."""
        super().__init__()
        self.standin = StandIn(database)
        self._clock = clock
        self._mood = "well"

    def cut(self) -> None:
        """From now on no request arrives."""
        self._mood = "cut"

    def lose_answers(self) -> None:
        """From now on requests are carried out and their answers lost."""
        self._mood = "loses answers"

    def refuse(self) -> None:
        """From now on Stripe refuses everything, as it does what can never be right."""
        self._mood = "refuses"

    def mend(self) -> None:
        """Work as it should."""
        self._mood = "well"

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[str, int, Mapping[str, str]]:
        """Carry one request, as the wire's mood is."""
        if self._mood == "cut":
            raise stripe.APIConnectionError("the wire is cut")
        if self._mood == "refuses":
            return '{"error": {"type": "invalid_request_error", "code": "nope"}}', 400, {}
        answer = self._carry(method, url, headers or {}, post_data)
        if self._mood == "loses answers":
            raise stripe.APIConnectionError("the answer was lost")
        return answer

    def close(self) -> None:
        """Close the stand-in's file."""
        self.standin.close()

    def sessions(self) -> list[dict[str, Any]]:
        """List all Checkout Sessions, newest first, past the wire."""
        return self._list("/v1/checkout/sessions")

    def events(self, type_: str = "") -> list[dict[str, Any]]:
        """List events (of one type), oldest first, past the wire."""
        events = reversed(self._list("/v1/events"))
        return [event for event in events if type_ in ("", event["type"])]

    def _list(self, path: str) -> list[dict[str, Any]]:
        answer, _, _ = self._carry("get", f"http://localhost{path}?limit=100", {}, None)
        data: list[dict[str, Any]] = json.loads(answer)["data"]
        return data

    def _carry(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any
    ) -> tuple[str, int, Mapping[str, str]]:
        self.standin.clock.offset_s = self._clock.offset.total_seconds()
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        signed = {"Authorization": f"Bearer {KEY}", **headers}
        status, answered, content = self.standin.handle(method.upper(), path, signed, body)
        return content.decode(), status, answered


def sign(payload: bytes, secret: str, timestamp: int | None = None) -> str:
    """Sign a webhook's body as Stripe does."""
    return signatures.sign(payload, [secret], timestamp)
