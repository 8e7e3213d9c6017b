"""Refund fee: kept of each returned ticket, fixed at the sale, never above the price."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    buy,
    give_back,
    pay,
    receive_all,
    refund_at_stripe,
    refunded,
    seats,
)
from ticket_clerk.http.orders_api import order_json
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import shows
from ticket_clerk.ticketing.domain.errors import InvalidAmount, NotRefundable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.domain.money import fee_of, smallest
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_payment
from ticket_clerk.ticketing.reports.stats import payment_summary

# What is given back to it comes back a moment later.
FAILS = "4000000000005126"
CURRENCIES = st.sampled_from(["usd", "jpy", "kwd", "isk"])


def sell_with_fee(container: Container, rule: str) -> None:
    """Put the catalog on sale again with another refund fee."""
    now = container.now()
    with container.database.begin() as conn:
        catalog = shows.get_catalog(conn, now=now)
        priced = tuple(replace(show, refund_fee=rule) for show in catalog.shows)
        shows.load_catalog(conn, replace(catalog, shows=priced), now=now)


def read(container: Container, order: Order) -> Order:
    """The order as it stands now."""
    return queries.any_order(container, order.id)


def kept_in_ledger(container: Container) -> int:
    """What the ledger says was kept of returned tickets."""
    with container.database.read() as conn:
        return int(conn.execute(sa.select(sa.func.sum(schema.ledger.c.fee))).scalar() or 0)


@pytest.mark.parametrize(
    ("rule", "fee"), [("5.00", 1000), ("10%", 4000), pytest.param("0", 0, id="no rule")]
)
def test_an_order_whose_tickets_were_all_returned_is_refunded(
    container: Container, stripe_wire: StripeWire, rule: str, fee: int
) -> None:
    """The fee is kept of each ticket: at Stripe, in the ledger, the figures and the API's order.

    Without a rule the same scenario gives everything back.
    """
    sell_with_fee(container, rule)
    order = buy(container, stripe_wire)

    quote = quote_refund(container, ANN, order.id)
    assert (quote.amount, quote.fee) == (40000 - fee, fee)
    give_back(container, order)
    receive_all(container, stripe_wire)

    after = read(container, order)
    assert (after.status, after.amount_kept) == (OrderStatus.REFUNDED, fee)
    assert (seats(container), refunded(stripe_wire)) == ((0, 0), [40000 - fee])
    assert (balance(container), kept_in_ledger(container)) == (fee, fee)
    stats = payment_summary(container, since=None, until=None)["usd"]
    assert (stats.refunded, stats.refund_fees) == (40000 - fee, fee)
    shown = order_json(after)
    assert (shown["refund_fee"], shown["amount_kept"] * 100) == (rule, fee)


def test_tickets_returned_one_after_the_other_pay_the_fee_each(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Half of the order is partially refunded, all of it is refunded."""
    sell_with_fee(container, "5.00")
    order = buy(container, stripe_wire)

    give_back(container, order, 1)
    assert read(container, order).status is OrderStatus.PARTIALLY_REFUNDED
    give_back(container, order, 1)

    after = read(container, order)
    assert (after.status, after.amount_refunded, after.amount_kept) == (
        OrderStatus.REFUNDED,
        39000,
        1000,
    )
    assert refunded(stripe_wire) == [19500, 19500]


def test_the_fee_is_that_of_the_sale(container: Container, stripe_wire: StripeWire) -> None:
    """What the catalog says afterwards is for those who buy afterwards."""
    sell_with_fee(container, "5.00")
    order = buy(container, stripe_wire)
    sell_with_fee(container, "50%")

    assert quote_refund(container, ANN, order.id).fee == 1000


def test_an_operators_refund_has_no_fee(container: Container, stripe_wire: StripeWire) -> None:
    """By a sum or by tickets, through the API or in the dashboard: the shop gives what it gives."""
    sell_with_fee(container, "5.00")
    first, second = buy(container, stripe_wire), buy(container, stripe_wire)

    refund_payment(container, str(first.payment_intent_id))
    refund_at_stripe(stripe_wire, second)
    receive_all(container, stripe_wire)

    for order in (first, second):
        after = read(container, order)
        assert (after.status, after.amount_refunded) == (OrderStatus.REFUNDED, 40000)
        assert after.amount_kept == 0
    assert (kept_in_ledger(container), balance(container)) == (0, 0)


def test_a_fee_can_be_given_back_as_goodwill(container: Container, stripe_wire: StripeWire) -> None:
    """It is still money of the payment; the order stays refunded."""
    sell_with_fee(container, "5.00")
    order = buy(container, stripe_wire)
    give_back(container, order)

    refund_payment(container, str(order.payment_intent_id))

    after = read(container, order)
    assert (after.status, after.amount_refunded) == (OrderStatus.REFUNDED, 40000)
    assert (seats(container), balance(container)) == ((0, 0), 0)


def test_a_fee_is_computed_of_all_that_was_paid_for_a_ticket(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Upgraded tickets of $350 keep 10% of that; both payments are refunded afterwards."""
    sell_with_fee(container, "10%")
    order = buy(container, stripe_wire)
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    pay(container, stripe_wire, upgrade)

    assert quote_refund(container, ANN, order.id).fee == 7000
    give_back(container, order)
    receive_all(container, stripe_wire)

    assert sum(refunded(stripe_wire)) == 63000
    assert {read(container, one).status for one in (order, upgrade)} == {OrderStatus.REFUNDED}
    assert seats(container, "201") == (0, 0)


def test_a_fee_above_the_first_payment_is_kept_of_the_others(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Each payment gives something back, so that the tickets go with it."""
    sell_with_fee(container, "300.00")
    order = buy(container, stripe_wire, quantity=1)
    pay(container, stripe_wire, start_upgrade(container, ANN, order.id, section_id="201"))

    give_back(container, order)
    receive_all(container, stripe_wire)

    assert sorted(refunded(stripe_wire)) == [1, 4999]
    assert read(container, order).status is OrderStatus.REFUNDED
    assert seats(container, "201") == (0, 0)


@pytest.mark.parametrize("rule", ["200.00", "999.00", "100%"])
def test_a_fee_as_high_as_the_price_is_no_refund(
    container: Container, stripe_wire: StripeWire, rule: str
) -> None:
    """Nothing would come back, so nothing is given up."""
    sell_with_fee(container, rule)
    order = buy(container, stripe_wire)

    with pytest.raises(NotRefundable) as caught:
        quote_refund(container, ANN, order.id)
    assert caught.value.reason == "fee_takes_all"
    assert (read(container, order).tickets_left, refunded(stripe_wire)) == (2, [])


def test_a_refund_that_failed_keeps_no_fee(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The tickets are the buyer's again and the next return pays its own fee."""
    sell_with_fee(container, "5.00")
    order = buy(container, stripe_wire, card=FAILS)
    give_back(container, order)
    clock.move(days=1)
    reconcile(container)
    receive_all(container, stripe_wire)

    after = read(container, order)
    assert (after.status, after.tickets_left, after.amount_kept) == (OrderStatus.PAID, 2, 0)
    assert (kept_in_ledger(container), balance(container)) == (0, 40000)


@given(price=st.integers(1, 10**8), percent=st.decimals(0, 100, places=2), currency=CURRENCIES)
@example(price=25, percent=10, currency="usd")
@example(price=1050, percent=50, currency="kwd")
def test_a_percentage_is_rounded_half_up(price: int, percent: object, currency: str) -> None:
    """To what Stripe can move in the currency, and within nothing and the price."""
    step = smallest(currency)
    exact = Fraction(str(percent)) * price / 100 / step

    fee = fee_of(f"{percent}%", price, currency)

    assert fee == min(floor(exact + Fraction(1, 2)) * step, price)
    assert 0 <= fee <= price


@given(price=st.integers(0, 10**8), fee=st.integers(0, 10**6))
def test_an_amount_is_never_more_than_the_price(price: int, fee: int) -> None:
    """What costs less than the fee keeps all of it."""
    assert fee_of(f"{fee // 100}.{fee % 100:02}", price, "usd") == min(fee, price)


@pytest.mark.parametrize("rule", ["-1", "five", "101%", "-5%", "%", "5.001", "", "1e1%", "5 %"])
def test_a_rule_is_an_amount_or_a_percentage(rule: str) -> None:
    """All else is refused when the catalog is read."""
    with pytest.raises(InvalidAmount):
        fee_of(rule, 0, "usd")
