"""Subscriptions at our Stripe account that are no season ticket of the chat."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import balance, receive, receive_all, told
from tests.ticketing.seasons import known, pass_time, subscribe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.fulfilment import subscription_snapshots as snapshots
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.reports.stats import payment_summary

API = {"metadata[service]": "ticket-clerk-api"}


def _subscribe_elsewhere(
    wire: StripeWire, card: str = "pm_card_visa", **metadata: str
) -> dict[str, Any]:
    customer = wire.post(
        "/v1/customers",
        payment_method=card,
        **{"invoice_settings[default_payment_method]": card},
    )
    price = wire.post(
        "/v1/prices",
        currency="usd",
        unit_amount="2500",
        **{"recurring[interval]": "month", "product_data[name]": "Newsletter"},
    )
    return wire.post(
        "/v1/subscriptions",
        customer=customer["id"],
        **{"items[0][price]": price["id"]},
        **metadata,
    )


def _take_a_card_that_fails(wire: StripeWire, customer_id: str) -> None:
    """Attach a card that is declined in every charge, and make it the customer's default."""
    path = "/v1/payment_methods/pm_card_chargeCustomerFail/attach"
    card = wire.post(path, customer=customer_id)
    default = {"invoice_settings[default_payment_method]": card["id"]}
    wire.post(f"/v1/customers/{customer_id}", **default)


def _ledger(container: Container) -> list[tuple[int, str | None]]:
    with container.database.read() as conn:
        rows = conn.execute(sa.select(schema.ledger.c.amount, schema.ledger.c.order_id))
        return [(row.amount, row.order_id) for row in rows]


def test_a_subscription_of_somebody_else_is_nothing_to_us(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The account may serve others: not even Stripe is asked about it."""
    subscription = _subscribe_elsewhere(stripe_wire)
    asked = len(stripe_wire.exchanges)

    outcomes = {event["type"]: receive(container, event) for event in stripe_wire.events()}

    assert {outcomes[type_] for type_ in snapshots.SEASON_EVENTS & outcomes.keys()} == {
        "ignored_not_ours"
    }
    paths = [exchange.path for exchange in stripe_wire.exchanges[asked:]]
    assert f"/v1/subscriptions/{subscription['id']}" not in paths
    assert _ledger(container) == []


def test_what_a_subscription_of_the_api_pays_is_in_the_books_without_an_order(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """First payment and renewals, each once, and nobody in the chat is told."""
    _subscribe_elsewhere(stripe_wire, **API)
    receive_all(container, stripe_wire)
    pass_time(stripe_wire, clock, days=32)
    receive_all(container, stripe_wire)

    assert _ledger(container) == [(2500, None), (2500, None)]
    assert payment_summary(container, since=None, until=None)["usd"].successful_payments == 2


def test_a_declined_renewal_of_the_api_counts_as_a_failure(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """It has no order to carry it, so it is written down by its payment."""
    customer_id = _subscribe_elsewhere(stripe_wire, **API)["customer"]
    _take_a_card_that_fails(stripe_wire, customer_id)
    pass_time(stripe_wire, clock, days=32)
    receive_all(container, stripe_wire)

    assert _ledger(container) == [(2500, None)]
    assert payment_summary(container, since=None, until=None)["usd"].failed_payments == 1


def test_a_copy_of_our_metadata_takes_no_order_over(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Its money is written down to the order that it names; the season ticket is another's."""
    order = subscribe(container, stripe_wire)
    before = known(container, order)
    copy = _subscribe_elsewhere(
        stripe_wire,
        **{"metadata[service]": "ticket-clerk", "metadata[order_id]": order.id},
    )
    container.stripe.cancel_subscription(copy["id"], at_period_end=False)

    receive_all(container, stripe_wire)

    assert known(container, order) == before
    assert told(container) == ["payment_confirmed"]
    assert sorted(_ledger(container)) == [(2500, order.id), (150000, order.id)]


@pytest.mark.parametrize("payment", [0, 1], ids=["first payment", "renewal"])
def test_a_payment_of_a_season_ticket_that_was_given_back_at_stripe_leaves_the_books(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, payment: int
) -> None:
    """Somebody refunded it in the dashboard; the season ticket itself goes on."""
    order = subscribe(container, stripe_wire)
    pass_time(stripe_wire, clock, days=366)
    receive_all(container, stripe_wire)
    table = schema.ledger
    with container.database.read() as conn:
        intents = conn.execute(sa.select(table.c.payment_intent_id).order_by(table.c.at)).scalars()
        payment_intent_id = intents.all()[payment]

    stripe_wire.post("/v1/refunds", payment_intent=payment_intent_id)
    receive_all(container, stripe_wire)

    assert balance(container) == 150000
    assert known(container, order).status == "active"
    assert _status(container, order) == "paid"


def _status(container: Container, order: Order) -> str:
    return queries.any_order(container, order.id).status.value
