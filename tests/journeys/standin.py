"""Control of the stand-in: failures, clock and books."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import requests

from tests.journeys.clerk import Clerk
from ticket_clerk.stripe_client.connection import RETRIES


@contextmanager
def lost_answers(clerk: Clerk, path: str) -> Iterator[None]:
    """Let Stripe do what is posted to a path, and every answer to the first call be lost."""
    address = f"{clerk.environ['STRIPE_API_BASE']}/_test/failures"
    failure = {"path": path, "method": "POST", "how": "drop", "when": "after", "times": 1 + RETRIES}
    requests.post(address, data=failure, timeout=60).raise_for_status()
    try:
        yield
    finally:
        requests.delete(address, timeout=60).raise_for_status()


@contextmanager
def later(clerk: Clerk, passed: timedelta) -> Iterator[None]:
    """Let time pass at Stripe, and everything happen there that falls due; and go back."""
    address = f"{clerk.environ['STRIPE_API_BASE']}/_test/clock"
    seconds = int(passed.total_seconds())
    requests.post(address, data={"advance_s": seconds}, timeout=60).raise_for_status()
    try:
        yield
    finally:
        requests.post(address, data={"offset_s": 0}, timeout=60).raise_for_status()


def refunds(clerk: Clerk, payment_intent_id: str = "", **of: str) -> list[int]:
    """List what Stripe has paid back of a payment (or, by name, of a charge), in cents."""
    listed = _list(clerk, "/v1/refunds", **(of or {"payment_intent": payment_intent_id}))
    return [refund["amount"] for refund in listed]


def charge(clerk: Clerk, amount: int) -> str:
    """Collect cents as a messenger does whose provider is Stripe; returns the charge's id."""
    answer = requests.post(
        clerk.environ["STRIPE_API_BASE"] + "/v1/payment_intents",
        data={
            "amount": amount,
            "currency": "usd",
            "confirm": "true",
            "payment_method": "pm_card_visa",
            "return_url": "https://t.me/",
        },
        auth=("sk_test_messenger", ""),
        timeout=60,
    )
    answer.raise_for_status()
    return str(answer.json()["latest_charge"])


def sessions(clerk: Clerk, order_id: str) -> list[str]:
    """List the ids of the Checkout Sessions that were made for an order."""
    listed = _list(clerk, "/v1/checkout/sessions")
    return [one["id"] for one in listed if one["metadata"].get("order_id") == order_id]


def _list(clerk: Clerk, path: str, **params: str) -> list[dict[str, Any]]:
    answer = requests.get(
        clerk.environ["STRIPE_API_BASE"] + path,
        params={"limit": "100", **params},
        auth=("sk_test_reader", ""),
        timeout=60,
    )
    answer.raise_for_status()
    listed: list[dict[str, Any]] = answer.json()["data"]
    return listed
