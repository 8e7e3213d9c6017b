"""Checkout Sessions through the official client."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from harness.shop import TICKETS, Shop
from stripe_standin import StandIn


def test_session_is_open_and_unpaid_when_made(shop: Shop) -> None:
    """A new session says what is to be paid and where, and nothing has happened yet."""
    session = shop.session(client_reference_id="ord_1", customer_email="ann@example.com")
    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (40000, "usd")
    assert session.id.startswith("cs_test_")
    assert session.url == f"http://127.0.0.1:12111/c/pay/{session.id}"
    assert session.metadata.to_dict() == {"order_id": "ord_of_the_session"}
    assert session.client_reference_id == "ord_1"
    assert session.customer_email == "ann@example.com"
    assert session.payment_intent is None
    assert shop.told() == []


def test_session_lives_a_day_unless_told_otherwise(shop: Shop) -> None:
    """`expires_at` is 24 hours after the creation by default."""
    session = shop.session()
    assert session.expires_at - session.created == 24 * 3600


@pytest.mark.parametrize(("after_s", "words"), [(20 * 60, "30 minutes"), (25 * 3600, "24 hours")])
def test_expires_at_is_refused_outside_its_limits(shop: Shop, after_s: int, words: str) -> None:
    """A session lives at least 30 minutes and at most 24 hours."""
    with pytest.raises(stripe.InvalidRequestError, match=words) as refused:
        shop.session(expires_at=int(time.time()) + after_s)
    assert refused.value.param == "expires_at"


def test_line_items_can_be_read(shop: Shop) -> None:
    """The line items keep their order, names, quantities and prices."""
    second = {"price_data": {**TICKETS["line_items"][0]["price_data"], "unit_amount": 500}}
    session = shop.session(line_items=[*TICKETS["line_items"], {**second, "quantity": 1}])
    items = shop.client.v1.checkout.sessions.line_items.list(session.id)
    assert [(one.description, one.quantity, one.amount_total) for one in items.data] == [
        ("Lakers vs Warriors", 2, 40000),
        ("Lakers vs Warriors", 1, 500),
    ]
    first = shop.client.v1.checkout.sessions.line_items.list(session.id, {"limit": 1})
    assert (len(first.data), first.has_more) == (1, True)
    rest = shop.client.v1.checkout.sessions.line_items.list(
        session.id, {"starting_after": first.data[0].id}
    )
    assert [one.id for one in rest.data] == [items.data[1].id]


def test_line_items_may_name_a_price_made_before(shop: Shop) -> None:
    """`price` works like `price_data`."""
    product = shop.client.v1.products.create({"name": "Season ticket"})
    price = shop.client.v1.prices.create(
        {"product": product.id, "currency": "usd", "unit_amount": 150000}
    )
    session = shop.session(line_items=[{"price": price.id, "quantity": 1}])
    assert session.amount_total == 150000


def test_expand_puts_objects_in_the_place_of_ids(shop: Shop) -> None:
    """PaymentIntent, charge, line items and product come along when they are asked for."""
    paid = shop.again(shop.sold(), "payment_intent.latest_charge", "line_items.data.price.product")
    assert paid.payment_intent.latest_charge.amount == 40000
    assert paid.line_items.data[0].price.product.name == "Lakers vs Warriors"


def test_expand_refuses_what_is_no_object(shop: Shop) -> None:
    """A property that holds no id cannot be expanded."""
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.again(shop.session(), "amount_total")


def test_expire_closes_the_session(shop: Shop, standin: StandIn) -> None:
    """An expired session has no link, an event tells of it, and it cannot be paid any more."""
    session = shop.session()
    expired = shop.client.v1.checkout.sessions.expire(session.id)
    assert (expired.status, expired.url, expired.payment_status) == ("expired", None, "unpaid")
    assert shop.told() == ["checkout.session.expired"]
    assert shop.last("checkout.session.expired")["metadata"] == TICKETS["metadata"]
    assert standin.pay(session.id).state == "expired"


@pytest.mark.parametrize("state", ["complete", "expired"])
def test_only_an_open_session_can_be_expired(shop: Shop, state: str) -> None:
    """Expiring what is finished is refused and changes nothing."""
    session = shop.sold() if state == "complete" else shop.session()
    if state == "expired":
        shop.client.v1.checkout.sessions.expire(session.id)
    with pytest.raises(stripe.InvalidRequestError, match=f"has a status of `{state}`"):
        shop.client.v1.checkout.sessions.expire(session.id)
    assert shop.again(session).status == state


def test_session_expires_by_the_clock(shop: Shop, standin: StandIn) -> None:
    """When its time is over the session expires once, however often the clock passes."""
    session = shop.session(expires_at=int(time.time()) + 31 * 60)
    standin.clock.offset_s = 30 * 60
    standin.expire_overdue()
    assert shop.again(session).status == "open"
    standin.clock.offset_s = 32 * 60
    standin.expire_overdue()
    standin.expire_overdue()
    assert shop.again(session).status == "expired"
    assert shop.told() == ["checkout.session.expired"]


def test_overdue_session_is_expired_for_whoever_asks_first(shop: Shop, standin: StandIn) -> None:
    """No request sees a session that is open after its time."""
    session = shop.session()
    standin.clock.offset_s = 24 * 3600 + 1
    assert shop.again(session).status == "expired"


def test_payment_intent_of_an_expired_session_is_canceled(shop: Shop, standin: StandIn) -> None:
    """After a decline and expiry the PaymentIntent is over too."""
    session = shop.session()
    standin.pay(session.id, "4000000000000002")
    shop.client.v1.checkout.sessions.expire(session.id)
    intent = shop.again(session, "payment_intent").payment_intent
    assert intent.status == "canceled"
    assert shop.told()[-2:] == ["payment_intent.canceled", "checkout.session.expired"]


def test_sessions_are_listed_by_filter(shop: Shop) -> None:
    """By PaymentIntent, by customer, by status."""
    sessions = shop.client.v1.checkout.sessions
    customer = shop.client.v1.customers.create({"email": "ann@example.com"})
    open_one = shop.session(customer=customer.id)
    sold = shop.sold()

    def found(**params: Any) -> list[str]:
        return [one.id for one in sessions.list(params).data]  # type: ignore[arg-type]

    assert found(payment_intent=sold.payment_intent) == [sold.id]
    assert found(customer=customer.id) == [open_one.id]
    assert found(status="complete") == [sold.id]
    assert found() == [sold.id, open_one.id]


def test_customer_is_made_when_asked_for(shop: Shop, standin: StandIn) -> None:
    """`customer_creation: always` makes a customer of the buyer."""
    session = shop.session(customer_creation="always")
    standin.pay(session.id, email="ann@example.com")
    customer = shop.client.v1.customers.retrieve(shop.again(session).customer)
    assert customer.email == "ann@example.com"


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"mode": None}, "parameter_missing", "mode"),
    ({"success_url": None}, "parameter_missing", "success_url"),
    ({"line_items": None}, "parameter_missing", "line_items"),
    ({"colour": "red"}, "parameter_unknown", "colour"),
    ({"success_url": "nowhere"}, "url_invalid", "success_url"),
    ({"customer_email": "ann"}, "email_invalid", "customer_email"),
    ({"customer": "cus_nobody"}, "resource_missing", "customer"),
    ({"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
]


@pytest.mark.parametrize(("change", "code", "param"), REFUSED)
def test_wrong_parameters_are_refused(
    shop: Shop, change: dict[str, Any], code: str, param: str
) -> None:
    """Each refusal has Stripe's code and names the parameter."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.session(**change)
    assert (refused.value.code, refused.value.param) == (code, param)


ITEMS_REFUSED: list[tuple[dict[str, Any], str, str]] = [
    ({"quantity": None}, "parameter_missing", "line_items[0][quantity]"),
    ({"currency": "zzz"}, "", "line_items[0][price_data][currency]"),
    ({"unit_amount": None}, "parameter_missing", "line_items[0][price_data][unit_amount]"),
    ({"unit_amount": -1}, "parameter_invalid_integer", "line_items[0][price_data][unit_amount]"),
    ({"unit_amount": 10}, "amount_too_small", "line_items"),
    ({"unit_amount": 99_999_999}, "amount_too_large", "line_items"),
    ({"colour": "red"}, "parameter_unknown", "line_items[0][price_data][colour]"),
]


@pytest.mark.parametrize(("change", "code", "param"), ITEMS_REFUSED)
def test_wrong_line_items_are_refused(
    shop: Shop, change: dict[str, Any], code: str, param: str
) -> None:
    """The parameter is named with its whole path."""
    data = {**TICKETS["line_items"][0]["price_data"], **change}
    quantity = data.pop("quantity", 2)
    item = {"price_data": {key: value for key, value in data.items() if value is not None}}
    if quantity is not None:
        item["quantity"] = quantity
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.session(line_items=[item])
    assert (refused.value.code or "", refused.value.param) == (code, param)


def test_parameters_that_only_stripe_has_are_refused_plainly(shop: Shop) -> None:
    """What the stand-in cannot do it says, and does not pass over."""
    with pytest.raises(stripe.InvalidRequestError, match="does not support") as refused:
        shop.session(phone_number_collection={"enabled": True})
    assert refused.value.param == "phone_number_collection"
