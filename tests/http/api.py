"""The payments API as its callers use it: two servers, the guide's bodies, requests to be made."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import requests

from tests.servers import BEARER

CHECKOUT = {
    "items": [{"name": "Ticket", "amount": 50.00, "quantity": 1}],
    "success_url": "https://yoursite.com/success",
    "cancel_url": "https://yoursite.com/cancel",
}
INTENT = {
    "amount": 100.00,
    "currency": "usd",
    "description": "Ticket purchase",
    "metadata": {"order_id": "123"},
}


class Api:
    """The payments server and the stand-in behind it."""

    def __init__(self, url: str, stripe_url: str) -> None:
        """Keep both addresses."""
        self.url = url
        self.stripe_url = stripe_url

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Post JSON with the token."""
        return requests.post(self.url + path, json=body, headers={**BEARER, **headers}, timeout=60)

    def get(self, path: str) -> requests.Response:
        """Read with the token."""
        return requests.get(self.url + path, headers=BEARER, timeout=60)

    def stripe(self, path: str, **form: str) -> dict[str, Any]:
        """Ask the stand-in directly, as the buyer's browser or the dashboard would."""
        key = {"Authorization": "Bearer sk_test_standin"}
        answer = requests.post(self.stripe_url + path, data=form, headers=key, timeout=60)
        result: dict[str, Any] = answer.json()
        return result

    def count(self, path: str) -> int:
        """Count what a list at Stripe holds, up to a hundred."""
        key = {"Authorization": "Bearer sk_test_standin"}
        params = {"limit": "100"}
        answer = requests.get(self.stripe_url + path, params=params, headers=key, timeout=60)
        return len(answer.json()["data"])

    def break_stripe(self, how: str, method: str = "", path: str = "/v1/", times: int = 2) -> None:
        """Have the stand-in do the next requests' work and lose the answers."""
        failure = {"how": how, "method": method, "path": path, "times": str(times)}
        requests.post(f"{self.stripe_url}/_test/failures", data=failure, timeout=60)

    def wait_until_broken(self, left: int) -> None:
        """Wait until so many requests have failed that no more than ``left`` are still to fail."""
        until = time.monotonic() + 60
        while self._failures_left() > left:
            assert time.monotonic() < until, "Stripe was not asked that often"
            time.sleep(0.05)

    def _failures_left(self) -> int:
        answer = requests.get(f"{self.stripe_url}/_test/failures", timeout=60)
        return sum(failure["times"] for failure in answer.json()["failures"])

    def mend_stripe(self) -> None:
        """Have the stand-in answer again."""
        requests.delete(f"{self.stripe_url}/_test/failures", timeout=60)

    def intent(self, **change: Any) -> dict[str, Any]:
        """Make a PaymentIntent through the API."""
        made: dict[str, Any] = self.post("/payments/intent/create", {**INTENT, **change}).json()
        return dict(made["payment_intent"])

    def confirm(self, intent_id: str, payment_method: str = "pm_card_visa") -> None:
        """Have the buyer enter a card, as their browser would."""
        self.stripe(
            f"/v1/payment_intents/{intent_id}/confirm",
            payment_method=payment_method,
            return_url="https://yoursite.com/back",
        )

    def paid_intent(self, amount: float = 100.00) -> str:
        """Make an intent and have its buyer pay it; returns its id."""
        intent_id = str(self.intent(amount=amount)["id"])
        self.confirm(intent_id)
        return intent_id

    def payer(self) -> str:
        """Make a customer who has a card at Stripe; returns its id."""
        customer = self.stripe("/v1/customers", email="payer@example.com")
        method = self.stripe("/v1/payment_methods/pm_card_visa/attach", customer=customer["id"])
        self.stripe(
            f"/v1/customers/{customer['id']}",
            **{"invoice_settings[default_payment_method]": method["id"]},
        )
        return str(customer["id"])

    def season_price(self) -> str:
        """Make a yearly price at Stripe; returns its id."""
        product = self.stripe("/v1/products", name="Season ticket")
        recurring = {"recurring[interval]": "year"}
        price = self.stripe(
            "/v1/prices", product=product["id"], unit_amount="150000", currency="usd", **recurring
        )
        return str(price["id"])

    def subscription(self) -> str:
        """Begin a subscription through the API; returns its id."""
        path, body = _subscription(self)
        return str(self.post(path, body).json()["subscription"]["id"])


Request = tuple[str, Any]


@dataclass(frozen=True)
class Deed:
    """A POST endpoint: ``request`` comes to a new request for it, path and body.

    ``record`` is the list at Stripe that is one longer when it was done, ``asks`` method and path
    of what it asks of Stripe, ``is_made_anew`` whether doing it again makes another one.
    """

    request: Callable[[Api], Request]
    record: str
    asks: tuple[str, str]
    is_made_anew: bool


def _intent(_: Api) -> Request:
    return "/payments/intent/create", {**INTENT, "metadata": {"order_id": uuid4().hex}}


def _cancellation(api: Api) -> Request:
    return f"/payments/intent/{api.intent()['id']}/cancel", None


def _checkout(_: Api) -> Request:
    return "/payments/checkout/create", {**CHECKOUT, "metadata": {"order_id": uuid4().hex}}


def _refund(api: Api) -> Request:
    return "/payments/refund", {"payment_intent_id": api.paid_intent(), "amount": 10}


def _customer(_: Api) -> Request:
    return f"/payments/customer/create?email={uuid4().hex}@example.com&name=John Doe", None


def _subscription(api: Api) -> Request:
    items = [{"price": api.season_price()}]
    return "/payments/subscription/create", {"customer_id": api.payer(), "items": items}


def _end_with_period(api: Api) -> Request:
    return f"/payments/subscription/{api.subscription()}/cancel", None


def _end_at_once(api: Api) -> Request:
    return f"/payments/subscription/{api.subscription()}/cancel", {"at_period_end": False}


def _events(type_: str) -> str:
    return f"/v1/events?type={type_}"


_MADE = "customer.subscription"
DEEDS = {
    "intent": Deed(
        _intent, _events("payment_intent.created"), ("POST", "/v1/payment_intents"), True
    ),
    "cancel": Deed(_cancellation, _events("payment_intent.canceled"), ("POST", "/cancel"), False),
    "checkout": Deed(_checkout, "/v1/checkout/sessions", ("POST", "/v1/checkout/sessions"), True),
    "refund": Deed(_refund, _events("refund.created"), ("POST", "/v1/refunds"), True),
    "customer": Deed(_customer, _events("customer.created"), ("POST", "/v1/customers"), False),
    "subscription": Deed(
        _subscription, _events(f"{_MADE}.created"), ("POST", "/v1/subscriptions"), True
    ),
    "end with period": Deed(
        _end_with_period, _events(f"{_MADE}.updated"), ("POST", "/v1/subscriptions/"), False
    ),
    "end at once": Deed(
        _end_at_once, _events(f"{_MADE}.deleted"), ("DELETE", "/v1/subscriptions/"), False
    ),
}
