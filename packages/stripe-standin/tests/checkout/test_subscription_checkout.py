"""Checkout in subscription mode: a season ticket is bought on the page."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.page import GOOD, Browser
from harness.subscriber import SEASON, Club
from stripe_standin import StandIn

PAID = [
    "customer.created",
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "payment_method.attached",
    "customer.subscription.created",
    "invoice.created",
    "invoice.finalized",
    "invoice_payment.paid",
    "invoice.paid",
    "invoice.payment_succeeded",
    "checkout.session.completed",
    "charge.updated",
]


def test_paid_session_starts_the_subscription(club: Club) -> None:
    """Session, subscription, invoice, customer and payment point at one another."""
    session = club.session()
    assert (session.mode, session.subscription, session.customer) == ("subscription", None, None)
    assert club.standin.pay(session.id, email="ann@example.com").state == "paid"
    paid = club.again(session, "subscription", "invoice", "customer")
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    assert paid.payment_intent is None
    assert paid.subscription.status == "active"
    assert paid.subscription.metadata.to_dict() == {"order_id": "ord_of_the_subscription"}
    assert paid.subscription.description == "Season 2026"
    assert paid.subscription.latest_invoice == paid.invoice.id
    assert paid.invoice.status == "paid"
    assert (paid.invoice.amount_paid, paid.invoice.billing_reason) == (
        150000,
        "subscription_create",
    )
    assert paid.invoice.parent.subscription_details.subscription == paid.subscription.id
    assert paid.customer.email == "ann@example.com"


def test_events_come_in_stripes_order(club: Club) -> None:
    """The payment first, then the subscription and its invoice, then the session."""
    club.standin.pay(club.session().id)
    assert club.told() == PAID
    completed = club.last("checkout.session.completed")
    assert completed["metadata"] == SEASON["metadata"]
    assert completed["subscription"] == club.last("customer.subscription.created")["id"]
    assert completed["invoice"] == club.last("invoice.paid")["id"]


def test_period_is_a_year(club: Club) -> None:
    """The first period begins with the payment and ends on the same day of the next year."""
    item = club.subscribed()["items"].data[0]
    days = (item.current_period_end - item.current_period_start) / 86400
    assert days in (365, 366)
    assert item.price.recurring.interval == "year"


def test_customer_that_was_named_is_kept(club: Club) -> None:
    """No second customer is made."""
    customer = club.client.v1.customers.create({"email": "ann@example.com"})
    subscription = club.subscribed(customer=customer.id)
    assert subscription.customer == customer.id
    assert len(club.client.v1.customers.list().data) == 1


def test_declined_card_starts_nothing(club: Club, standin: StandIn) -> None:
    """After a decline the session is open and a second card subscribes, to one customer."""
    session = club.session()
    assert standin.pay(session.id, "4000000000000002").state == "declined"
    assert club.client.v1.subscriptions.list().data == []
    assert club.again(session).status == "open"
    assert standin.pay(session.id, email="ann@example.com").state == "paid"
    assert len(club.client.v1.subscriptions.list().data) == 1
    customers = club.client.v1.customers.list().data
    assert [one.email for one in customers] == ["ann@example.com"]


def test_3d_secure_comes_before_the_subscription(club: Club, standin: StandIn) -> None:
    """It starts when the bank said yes, and not when it said no."""
    session = club.session()
    assert standin.pay(session.id, "4000002500003155").state == "requires_action"
    assert standin.authenticate(session.id, ok=False).state == "declined"
    assert standin.pay(session.id, "4000002500003155").state == "requires_action"
    assert club.client.v1.subscriptions.list().data == []
    assert standin.authenticate(session.id).state == "paid"
    assert club.subscription(club.again(session).subscription).status == "active"


def test_page_says_how_often(club: Club, standin: StandIn) -> None:
    """The price has its rhythm beside it, and the form is the one of every payment."""
    browser = Browser(standin)
    page = browser.open(club.session().url)
    assert "$1,500.00 per year" in page.words
    assert "charged again" in page.words
    assert browser.press(page, "pay", **GOOD).status == 303


def test_expired_session_cancels_its_payment(club: Club, standin: StandIn) -> None:
    """A session that was tried and then expired leaves no open PaymentIntent."""
    session = club.session()
    standin.pay(session.id, "4000000000000002")
    club.client.v1.checkout.sessions.expire(session.id)
    assert club.client.v1.payment_intents.list().data[0].status == "canceled"


def test_sessions_are_found_by_subscription(club: Club) -> None:
    """The list takes `subscription`."""
    first, _ = club.subscribed(), club.subscribed()
    found = club.client.v1.checkout.sessions.list({"subscription": first.id})
    assert [one.subscription for one in found.data] == [first.id]


ITEM = SEASON["line_items"][0]
ONCE = {**ITEM, "price_data": {**ITEM["price_data"], "recurring": None}}
WEEKLY = {**ITEM, "price_data": {**ITEM["price_data"], "recurring": {"interval": "week"}}}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"line_items": [ONCE]}, "at least one recurring price"),
    ({"line_items": [ITEM, WEEKLY]}, "different billing intervals"),
    ({"mode": "payment", "subscription_data": None}, "passed a recurring price"),
    ({"mode": "payment", "line_items": [ONCE]}, "subscription_data"),
    ({"customer_creation": "always"}, "customer_creation"),
    ({"payment_intent_data": {"description": "x"}}, "payment_intent_data"),
    ({"subscription_data": {"trial_period_days": 3}}, "does not support"),
]


@pytest.mark.parametrize(("change", "words"), REFUSED)
def test_modes_are_not_mixed(club: Club, change: dict[str, Any], words: str) -> None:
    """What belongs to the other mode is refused."""
    with pytest.raises(stripe.InvalidRequestError, match=words):
        club.session(**change)
