"""The checker itself: it finds what is wrong, or its silence would mean nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import stripe

from harness.shop import Shop
from stripe_standin.testing import InProcessClient, openapi

SESSIONS = "/v1/checkout/sessions"


def test_good_request_is_let_through() -> None:
    """Nested objects, lists, numbers and metadata, as clients encode them."""
    body = (
        b"mode=payment&line_items[0][price_data][currency]=usd&line_items[0][quantity]=2"
        b"&metadata[order_id]=ord_1&expires_at=1800000000&expand[0]=line_items"
    )
    openapi.check_request("POST", SESSIONS, body)
    openapi.check_request("GET", "/v1/events?types[0]=charge.refunded&created[gte]=5&limit=3")


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("POST", SESSIONS, b"colour=red", "colour"),
        ("POST", SESSIONS, b"mode=credit", "credit"),
        ("POST", SESSIONS, b"expires_at=soon", "soon"),
        ("POST", SESSIONS, b"line_items[0][price_data][colour]=red", "line_items.0"),
        ("POST", "/v1/payment_intents", b"amount=5", "currency"),
        ("POST", "/v1/nothing", b"", "Stripe has no POST /v1/nothing"),
        ("GET", "/v1/refunds?colour=red", b"", "colour"),
    ],
)
def test_wrong_request_is_found(method: str, path: str, body: bytes, words: str) -> None:
    """Unknown, missing and mistyped parameters, and addresses that do not exist."""
    with pytest.raises(AssertionError, match=words):
        openapi.check_request(method, path, body)


def _changed(subject: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(subject)
    *holders, last = path.split(".")
    holder = changed
    for name in holders:
        holder = holder[name]
    if value is ...:
        del holder[last]
    else:
        holder[last] = value
    return changed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("payment_status", "payed"),
        ("amount_total", "40000"),
        ("expires_at", None),
        ("id", ...),
        ("order_id", "ord_1"),
        ("total_details.amount_tax", ...),
        ("custom_text.colour", "red"),
    ],
)
def test_wrong_answer_is_found(shop: Shop, wire: InProcessClient, path: str, value: Any) -> None:
    """A wrong value, a wrong type, a missing and an invented property, also inside."""
    shop.session()
    answer = wire.exchanges[-1].answer
    openapi.check_answer("POST", SESSIONS, 200, answer)
    with pytest.raises(AssertionError, match="answer 200"):
        openapi.check_answer("POST", SESSIONS, 200, _changed(answer, path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("pending_webhooks", ...),
        ("created", "now"),
        ("data.object.status", "payed"),
        ("data.object.colour", "red"),
        ("data.object.object", "banknote"),
    ],
)
def test_wrong_event_is_found(shop: Shop, path: str, value: Any) -> None:
    """In the envelope and in the object that it carries."""
    shop.sold()
    event = [one.event for one in shop.standin.pending_deliveries()][2]
    openapi.check_event(event)
    with pytest.raises(AssertionError, match="event payment_intent.succeeded"):
        openapi.check_event(_changed(event, path, value))


def test_client_in_process_checks_by_itself(
    client: stripe.StripeClient, wire: InProcessClient
) -> None:
    """An answer that is not Stripe's makes the test that got it fail."""
    honest = wire.standin.handle
    wire.standin.handle = lambda *asked: (200, {}, b'{"object": "customer"}')  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match="POST /v1/customers"):
        client.v1.customers.create({"name": "Ann"})
    wire.standin.handle = honest  # type: ignore[method-assign]
