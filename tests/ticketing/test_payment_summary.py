"""The figures are added up from the ledger and agree with Stripe's own books."""

from __future__ import annotations

import os
import random
from datetime import timedelta

import sqlalchemy as sa

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import balance, buy, receive, receive_all, refund_at_stripe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.domain.stripe_objects import API_SERVICE
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.refunds.refund_requests import (
    quote_refund,
    refund_payment,
    refund_tickets,
)
from ticket_clerk.ticketing.reports.stats import PaymentSummary, payment_summary

DECLINED = "4000000000000002"


NOTHING = PaymentSummary(0, 0, 0, 0, 0.0)


def test_before_the_first_payment_the_shops_currency_has_zeros(container: Container) -> None:
    """Whoever draws a chart of it needs no special case; another currency has no row."""
    assert payment_summary(container, since=None, until=None) == {"usd": NOTHING}


def test_a_shop_without_a_catalog_has_no_figures(container: Container) -> None:
    """Nobody knows in which currency it will sell."""
    with container.database.begin() as conn:
        conn.execute(sa.delete(schema.catalog))

    assert payment_summary(container, since=None, until=None) == {}


def test_the_four_figures_of_a_small_day(container: Container, stripe_wire: StripeWire) -> None:
    """Two paid, one of them given back in part; one declined; one declined and then paid."""
    first = buy(container, stripe_wire)
    refund_payment(container, str(first.payment_intent_id), amount=50)
    ben, cat = Buyer("rest", "ben"), Buyer("rest", "cat")
    buy(container, stripe_wire, quantity=1, buyer=ben, card=DECLINED)
    order = buy(container, stripe_wire, quantity=1, buyer=cat, card=DECLINED)
    stripe_wire.standin.pay(order.checkout_session_id)
    receive_all(container, stripe_wire)

    assert payment_summary(container, since=None, until=None) == {
        "usd": PaymentSummary(60000, 5000, 2, 1, 50.0)
    }


def test_payments_through_the_api_count_and_those_of_other_services_do_not(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The service's name at Stripe tells them apart; declines alike."""
    for service in (API_SERVICE, "somebody-else"):
        for card in ("pm_card_visa", "pm_card_chargeDeclined"):
            _confirm(stripe_wire, service, card)
    receive_all(container, stripe_wire)

    assert payment_summary(container, since=None, until=None) == {
        "eur": PaymentSummary(1050, 0, 1, 1, 0.0),
        "usd": NOTHING,
    }


def _confirm(wire: StripeWire, service: str, payment_method: str) -> None:
    params = {"amount": 1050, "currency": "eur", "metadata[service]": service}
    intent = wire.post("/v1/payment_intents", **params)
    try:
        wire.post(
            f"/v1/payment_intents/{intent['id']}/confirm",
            payment_method=payment_method,
            return_url="https://tickets.test/back",
        )
    except AssertionError:
        assert payment_method == "pm_card_chargeDeclined"


def test_only_the_time_that_is_asked_for_counts(
    container: Container, stripe_wire: StripeWire
) -> None:
    """From the first moment on, until just before the last."""
    order = buy(container, stripe_wire, quantity=1)
    assert order.paid_at is not None

    def revenue(since: timedelta | None, until: timedelta | None) -> int:
        found = payment_summary(
            container,
            since=None if since is None else order.paid_at + since,
            until=None if until is None else order.paid_at + until,
        )
        return found["usd"].total_revenue if found else 0

    moment = timedelta(microseconds=1)
    assert revenue(timedelta(0), moment) == 20000
    assert revenue(moment, None) == 0
    assert revenue(None, timedelta(0)) == 0


def test_the_ledger_agrees_with_stripes_books_after_random_purchases(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Whatever was bought, declined, left and given back, by whomever: to the cent."""
    chance = random.Random(20260101)  # noqa: S311  draws, not secrets
    seen: set[str] = set()
    failed = 0
    for number in range(200 if os.environ.get("TEST_LONG") else 50):
        buyer = Buyer("rest", f"buyer-{number}")
        fate = chance.choice(["paid", "paid", "paid", "declined", "left", "declined, paid"])
        order = _order(container, chance, buyer)
        if "declined" in fate:
            stripe_wire.standin.pay(order.checkout_session_id, card=DECLINED)
        if "paid" in fate:
            stripe_wire.standin.pay(order.checkout_session_id)
        _receive_new(container, stripe_wire, seen)
        if "paid" in fate:
            _give_back(container, stripe_wire, chance, buyer, order.id)
        else:
            cancel_order(container, buyer, order.id)
            failed += fate == "declined"
    _receive_new(container, stripe_wire, seen)

    charges = [c for c in stripe_wire.list_all("/v1/charges") if c["status"] == "succeeded"]
    revenue = sum(charge["amount"] for charge in charges)
    refunded = sum(charge["amount_refunded"] for charge in charges)
    rate = 100 * sum(charge["amount_refunded"] > 0 for charge in charges) / len(charges)
    expected = PaymentSummary(revenue, refunded, len(charges), failed, round(rate, 2))
    assert payment_summary(container, since=None, until=None) == {"usd": expected}
    assert 0 < refunded < revenue
    booked = sum(entry["amount"] for entry in stripe_wire.list_all("/v1/balance_transactions"))
    assert balance(container) == booked == revenue - refunded


def _order(container: Container, chance: random.Random, buyer: Buyer) -> Order:
    """Order one to three tickets for whatever has room."""
    places = [
        (show.id, section.id, section.seats_left)
        for show in queries.catalog(container).shows
        for section in show.sections
        if section.seats_left
    ]
    show_id, section_id, left = chance.choice(places)
    quantity = chance.randint(1, min(3, left))
    return start_checkout(
        container, buyer, show_id=show_id, section_id=section_id, quantity=quantity
    )


def _give_back(
    container: Container, wire: StripeWire, chance: random.Random, buyer: Buyer, order_id: str
) -> None:
    order = queries.any_order(container, order_id)
    way = chance.choice(["chat", "chat", "api", "dashboard", "kindness", "kept"])
    if way == "chat":
        quote = quote_refund(container, buyer, order.id, chance.randint(1, order.quantity))
        number, quote_version = quote.quantity, quote.quote_version
        refund_tickets(container, buyer, order.id, quantity=number, quote_version=quote_version)
    elif way == "api":
        refund_payment(container, str(order.payment_intent_id))
    elif way == "dashboard":
        refund_at_stripe(wire, order)
    elif way == "kindness":
        refund_at_stripe(wire, order, amount=chance.randint(1, order.amount_total - 1))


def _receive_new(container: Container, wire: StripeWire, seen: set[str]) -> None:
    """Deliver what was not delivered yet."""
    page = wire.latest_events(30)
    for event in page:
        if event["id"] not in seen:
            receive(container, event)
    seen.update(event["id"] for event in page)
