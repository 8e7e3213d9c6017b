"""The wire between our Stripe client and the stand-in, for a test to cut.

Every request of ours and every answer and event of the stand-in's is held against Stripe's own
OpenAPI document on its way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import stripe

from stripe_standin import StandIn
from stripe_standin.testing import InProcessClient, openapi
from stripe_standin.webhooks import deliveries as signatures
from tests.moving_clock import MovableClock

_AUTHORIZED = {"Authorization": "Bearer sk_test_standin"}


class StripeWire(InProcessClient):
    """The checked wire, with moods that last until it is mended, and a clock to share."""

    def __init__(self, clock: MovableClock) -> None:
        """Keep the stand-in's state in memory, and its clock with the shop's."""
        super().__init__(StandIn(":memory:"))
        self.on_answer: Callable[[str], None] = lambda path: None
        # Changes what Stripe answers on its way to us; what it did stays.
        self.rewrite: Callable[[str], str] = str
        self._clock = clock
        self._mood = "well"
        self._checked: set[str] = set()

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
        body, status, answered = super().request(method, url, headers, post_data)
        self.on_answer(urlsplit(url).path)
        if self._mood == "loses answers":
            raise stripe.APIConnectionError("the answer was lost")
        return self.rewrite(body), status, answered

    def sessions(self) -> list[dict[str, Any]]:
        """List all Checkout Sessions, newest first, past the mood."""
        return self.list_all("/v1/checkout/sessions")

    def events(self, type_: str = "") -> list[dict[str, Any]]:
        """List events (of one type), oldest first, past the mood, each of them checked."""
        events = self.list_all("/v1/events")[::-1]
        self._check_new(events)
        return [event for event in events if type_ in ("", event["type"])]

    def latest_events(self, limit: int = 100) -> list[dict[str, Any]]:
        """List the newest events, oldest first, past the mood, each of them checked."""
        events: list[dict[str, Any]] = self._read(f"/v1/events?limit={limit}")["data"][::-1]
        self._check_new(events)
        return events

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
            page = self._read(f"{path}?limit=100{after}")
            found += page["data"]
            if not page["has_more"]:
                return found

    def _read(self, path: str) -> dict[str, Any]:
        """Look into the stand-in: no exchange of ours, so it is neither recorded nor checked."""
        status, _, content = self.standin.handle("GET", path, _AUTHORIZED, b"")
        assert status == 200, content
        answer: dict[str, Any] = json.loads(content)
        return answer

    def _check_new(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if self.check and event["id"] not in self._checked:
                openapi.check_event(event)
                self._checked.add(event["id"])


def sign(payload: bytes, secret: str, timestamp: int | None = None) -> str:
    """Sign a webhook's body as Stripe does."""
    return signatures.sign(payload, [secret], timestamp)
