"""The wire between our Stripe client and the stand-in, for a test to cut.

Every request of ours and every answer and event of the stand-in's is held against Stripe's own
OpenAPI document on its way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

from stripe_standin import StandIn
from stripe_standin.testing import InProcessClient, openapi
from stripe_standin.webhooks import signatures
from tests.moving_clock import MovableClock

_AUTHORIZED = {"Authorization": "Bearer sk_test_standin"}


class StripeWire(InProcessClient):
    """The checked wire, with moods that last until it is mended, and a clock to share."""

    def __init__(self, database: Path, clock: MovableClock) -> None:
        """Keep the stand-in's state in a file of its own, and its clock with the shop's."""
        super().__init__(StandIn(database))
        self.on_answer: Callable[[str], None] = lambda path: None
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
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Carry one request, as the wire's mood is."""
        if self._mood == "cut":
            raise stripe.APIConnectionError("the wire is cut")
        if self._mood == "refuses":
            return '{"error": {"type": "invalid_request_error", "code": "nope"}}', 400, {}
        self.standin.clock.offset_s = self._clock.offset.total_seconds()
        answer = super().request(method, url, headers, post_data)
        self.on_answer(urlsplit(url).path)
        if self._mood == "loses answers":
            raise stripe.APIConnectionError("the answer was lost")
        return answer

    def sessions(self) -> list[dict[str, Any]]:
        """List all Checkout Sessions, newest first, past the mood."""
        return self.list_all("/v1/checkout/sessions")

    def events(self, type_: str = "") -> list[dict[str, Any]]:
        """List events (of one type), oldest first, past the mood, each of them checked."""
        events = [
            event for event in reversed(self.list_all("/v1/events")) if type_ in ("", event["type"])
        ]
        for event in events:
            openapi.check_event(event)
        return events

    def latest_events(self) -> list[dict[str, Any]]:
        """List the newest 100 events, oldest first, past the mood."""
        answer, _, _ = super().request("get", "http://localhost/v1/events?limit=100", _AUTHORIZED)
        events: list[dict[str, Any]] = json.loads(answer)["data"]
        return events[::-1]

    def post(self, path: str, **params: Any) -> dict[str, Any]:
        """Do something at Stripe as its dashboard would, past the mood; returns the answer."""
        headers = {**_AUTHORIZED, "Content-Type": "application/x-www-form-urlencoded"}
        url = f"http://localhost{path}"
        answer, status, _ = super().request("post", url, headers, urlencode(params))
        assert status == 200, answer
        body: dict[str, Any] = json.loads(answer)
        return body

    def list_all(self, path: str) -> list[dict[str, Any]]:
        """List everything at an address, newest first, past the mood."""
        found: list[dict[str, Any]] = []
        while True:
            after = f"&starting_after={found[-1]['id']}" if found else ""
            url = f"http://localhost{path}?limit=100{after}"
            answer, _, _ = super().request("get", url, _AUTHORIZED)
            page = json.loads(answer)
            found += page["data"]
            if not page["has_more"]:
                return found


def sign(payload: bytes, secret: str, timestamp: int | None = None) -> str:
    """Sign a webhook's body as Stripe does."""
    return signatures.sign(payload, [secret], timestamp)
