"""Extras beside the seats: held, sold and given back with them, and never more than there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    give_back,
    pay,
    receive_all,
    refund_at_stripe,
    seats,
    sell_by_reading,
)
from ticket_clerk.http.orders_api import order_json
from ticket_clerk.ticketing import show_changes
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import shows
from ticket_clerk.ticketing.desk.door import door_list
from ticket_clerk.ticketing.domain.errors import (
    ExtraNotOnSale,
    ExtraSoldOut,
    InvalidQuantity,
    PaymentError,
    PriceChanged,
    SoldOut,
    StripeRejected,
    TooManyTickets,
)
from ticket_clerk.ticketing.domain.models import (
    Buyer,
    Extra,
    ExtraLine,
    Order,
    OrderKind,
    OrderStatus,
)
from ticket_clerk.ticketing.domain.money import smallest
from ticket_clerk.ticketing.domain.order_lines import lines_of
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund
from ticket_clerk.ticketing.refunds.submission import submit_requests
from ticket_clerk.ticketing.reports.stats import payment_summary
from ticket_clerk.ticketing.tickets.document import describe
from ticket_clerk.ticketing.tickets.queries import tickets_of

GAME = "lakers-warriors"
STOCK = 5
PARKING = Extra("parking", "Parking pass", (), 2500, STOCK, STOCK)
PROGRAMME = Extra("programme", "Programme", (), 1000)
BOTH = {"parking": 1, "programme": 2}
BEA = Buyer("rest", "bea")
# What is given back to it comes back a moment later.
FAILS = "4000000000005126"


def sell(container: Container, *extras: Extra, fee: str = "0") -> None:
    """Put the catalog on sale again with these extras of the game."""
    now = container.now()
    with container.database.begin() as conn:
        catalog = shows.get_catalog(conn, now=now)
        priced = tuple(
            replace(show, extras=extras if show.id == GAME else (), refund_fee=fee)
            for show in catalog.shows
        )
        shows.load_catalog(conn, replace(catalog, shows=priced), now=now)


@pytest.fixture(autouse=True)
def _sold(container: Container) -> None:
    sell(container, PARKING, PROGRAMME)


def order(container: Container, buyer: Buyer = ANN, **changes: Any) -> Order:
    """Order two seats at $200 with a parking pass at $25 and two programmes at $10."""
    wanted = {"show_id": GAME, "section_id": "101", "quantity": 2, "extras": BOTH, **changes}
    return start_checkout(container, buyer, **wanted)


def stock(container: Container, extra_id: str = "parking") -> tuple[int, int]:
    """Read how many of an extra are held and sold."""
    table = schema.extras
    query = sa.select(table.c.held, table.c.sold).where(table.c.id == extra_id)
    with container.database.read() as conn:
        held, sold = conn.execute(query).one()
    return held, sold


def test_seats_and_extras_are_one_order_with_one_page(
    container: Container, stripe_wire: StripeWire
) -> None:
    """One hold, one sum, and at Stripe a line item a line."""
    made = order(container)

    assert (made.amount_total, made.amount_extras) == (2 * 20000 + 4500, 4500)
    assert (seats(container, "101"), stock(container)) == ((2, 0), (1, 0))
    assert stock(container, "programme") == (2, 0)
    items = stripe_wire.list_all(f"/v1/checkout/sessions/{made.checkout_session_id}/line_items")
    assert [(i["description"], i["quantity"], i["amount_total"]) for i in items] == [
        ("Lakers vs Warriors", 2, 40000),
        ("Parking pass", 1, 2500),
        ("Programme", 2, 2000),
    ]


def test_paying_sells_both(container: Container, stripe_wire: StripeWire) -> None:
    """The figures have the whole sum, and the order's lines add up to it."""
    paid = pay(container, stripe_wire, order(container))

    assert paid.status is OrderStatus.PAID
    assert (seats(container, "101"), stock(container)) == ((0, 2), (0, 1))
    assert [(line.name, line.amount_total) for line in lines_of(paid)] == [
        ("Lakers vs Warriors", 40000),
        ("Parking pass", 2500),
        ("Programme", 2000),
    ]
    revenue = payment_summary(container, since=None, until=None)["usd"].total_revenue
    assert revenue == balance(container) == 44500


def test_tickets_and_the_list_for_the_door_name_them(
    container: Container, stripe_wire: StripeWire
) -> None:
    """On each ticket of the order, in its language; who parks has nothing else to show."""
    paid = pay(container, stripe_wire, order(container))
    plain = pay(container, stripe_wire, order(container, BEA, extras={}))

    for code, label in (("en", "Also in this order"), ("es", "También en este pedido")):
        for ticket in tickets_of(container, paid):
            rows = dict(describe(ticket, "code", code).rows)
            assert rows[label] == "Parking pass, 2 × Programme"
        (ticket, _) = tickets_of(container, plain)
        assert label not in dict(describe(ticket, "code", code).rows)
    listed = csv.DictReader(io.StringIO(door_list(container, GAME) or ""))
    named = {(row["order_id"], row["extras"]) for row in listed}
    assert named == {(paid.id, "Parking pass, 2 × Programme"), (plain.id, "")}


def test_the_api_shows_every_line(container: Container) -> None:
    """With several there is no one show, section and price; with one there is."""
    shown = order_json(order(container))

    assert [line["extra_id"] for line in shown["lines"]] == [None, "parking", "programme"]
    assert [line["kind"] for line in shown["lines"]] == ["purchase", "extra", "extra"]
    assert (shown["show_id"], shown["section_id"], shown["unit_amount"]) == (None, None, None)
    assert shown["quantity"] == 5
    alone = order_json(order(container, BEA, extras={}))
    assert (alone["show_id"], alone["section_id"], alone["quantity"]) == (GAME, "101", 2)
    assert len(alone["lines"]) == 1


def test_the_same_again_is_the_same_order(container: Container) -> None:
    """Another number of extras is another order, and finds its own again, too."""
    first = order(container)
    other = order(container, extras={"parking": 2})

    assert order(container).id == first.id
    assert order(container, extras={"parking": 2}).id == other.id != first.id
    assert stock(container) == (3, 0)


@pytest.mark.parametrize("way", ["canceled", "expired", "refused by Stripe"])
def test_what_is_not_paid_is_for_sale_again(
    container: Container, stripe_wire: StripeWire, way: str
) -> None:
    """Seats and extras, once."""
    if way == "refused by Stripe":
        stripe_wire.refuse()
        with pytest.raises(StripeRejected):
            order(container)
    else:
        made = order(container)
    if way == "canceled":
        cancel_order(container, ANN, made.id)
        cancel_order(container, ANN, made.id)
    if way == "expired":
        container.stripe.expire_checkout_session(str(made.checkout_session_id))
        receive_all(container, stripe_wire)
        receive_all(container, stripe_wire)

    assert (seats(container, "101"), stock(container)) == ((0, 0), (0, 0))


def test_a_late_payment_is_honored_while_there_is_all_of_it(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Without the parking pass the money goes back, and neither seats nor programmes are sold."""
    late = order(container, extras={"parking": 5, "programme": 1})
    with container.database.begin() as conn:
        conn.execute(sa.update(schema.extras).values(stock=4))
    _expire(container, late)
    pay(container, stripe_wire, late)

    assert queries.any_order(container, late.id).status is OrderStatus.NEEDS_ATTENTION
    assert (seats(container, "101"), stock(container)) == ((0, 0), (0, 0))
    assert stock(container, "programme") == (0, 0)
    in_time = order(container, BEA)
    _expire(container, in_time)
    assert pay(container, stripe_wire, in_time).status is OrderStatus.PAID
    assert (seats(container, "101"), stock(container)) == ((0, 2), (0, 1))


def _expire(container: Container, made: Order) -> None:
    with container.database.begin() as conn:
        settlement.expire(conn, made.id, now=container.now())


def test_what_cannot_be_had_holds_nothing(container: Container) -> None:
    """Too many, none of the show's, no number, too few seats, another price: all or nothing."""
    refusals: list[tuple[type[PaymentError], dict[str, Any]]] = [
        (ExtraSoldOut, {"extras": {"parking": STOCK + 1}}),
        (ExtraNotOnSale, {"extras": {"sandwich": 1}}),
        (ExtraNotOnSale, {"show_id": "last-seat", "section_id": "front", "quantity": 1}),
        (InvalidQuantity, {"extras": {"parking": 0}}),
        (TooManyTickets, {"extras": {"programme": 9}}),
        (PriceChanged, {"quoted_amount": 40000}),
        (SoldOut, {"section_id": "201", "quantity": 8}),
    ]
    order(container, BEA, section_id="201", quantity=8, extras={})
    for error, changes in refusals:
        with pytest.raises(error):
            order(container, **changes)

    assert (seats(container, "101"), stock(container)) == ((0, 0), (0, 0))
    assert stock(container, "programme") == (0, 0)


def test_seats_that_are_not_held_hold_no_extras(container: Container) -> None:
    """Whoever pays first has both."""
    settings = replace(container.settings, hold_seats_for="returning")
    unheld = order(replace(container, settings=settings))

    assert (seats(container, "101"), stock(container)) == ((0, 0), (0, 0))
    assert not unheld.is_held


def test_a_crowd_gets_exactly_what_there_is(
    container: Container, make_container: Callable[[], Container]
) -> None:
    """One conditional statement decides, in several processes' shops at once."""
    shops = [container, make_container()]

    def try_once(number: int) -> bool:
        try:
            buyer = Buyer("rest", f"buyer-{number}")
            order(shops[number % 2], buyer, quantity=1, extras={"parking": 1})
        except ExtraSoldOut:
            return False
        return True

    with ThreadPoolExecutor(max_workers=6) as pool:
        assert sum(pool.map(try_once, range(12))) == STOCK
    assert (seats(container, "101"), stock(container)) == ((STOCK, 0), (STOCK, 0))


def test_a_crowd_oversells_when_python_decides(container: Container) -> None:
    """The control: two who read the same both get the last pass."""
    sell(container, replace(PARKING, stock=1, left=1), PROGRAMME)
    table = schema.extras
    is_it = (table.c.show_id == GAME) & (table.c.id == "parking")

    assert sell_by_reading(container, table.c.stock, is_it) == 2, "two buyers of one pass"


def test_changing_an_unpaid_order_changes_its_extras_with_it(container: Container) -> None:
    """What it had is free for the new one, also the last of a stock."""
    old = order(container, extras={"parking": STOCK})
    new = replace_order(
        container, ANN, old.id, SeatRequest(GAME, "101", 3, extras={"parking": STOCK})
    )

    assert new.amount_total == 3 * 20000 + STOCK * 2500
    assert (seats(container, "101"), stock(container)) == ((3, 0), (STOCK, 0))
    with pytest.raises(ExtraSoldOut):
        replace_order(container, ANN, new.id, SeatRequest(GAME, "101", 3, extras={"parking": 6}))
    kept = [one for one in queries.orders_of(container, ANN) if one.status is OrderStatus.OPEN]
    assert [one.has_extras({"parking": STOCK}) for one in kept] == [True]
    assert (seats(container, "101"), stock(container)) == ((3, 0), (STOCK, 0))


def test_some_tickets_go_back_without_the_extras_and_the_last_with_them(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The fee is kept of tickets only."""
    sell(container, PARKING, PROGRAMME, fee="5.00")
    paid = pay(container, stripe_wire, order(container))

    assert quote_refund(container, ANN, paid.id, 1).amount == 19500
    assert quote_refund(container, ANN, paid.id, 2).amount == 44500 - 1000
    hand_back(container, stripe_wire, paid, 1)
    assert (seats(container, "101"), stock(container)) == ((0, 1), (0, 1))
    hand_back(container, stripe_wire, paid, 1)

    paid = queries.any_order(container, paid.id)
    assert paid.status is OrderStatus.REFUNDED
    assert (seats(container, "101"), stock(container)) == ((0, 0), (0, 0))
    assert stock(container, "programme") == (0, 0)
    assert [line.amount_refunded for line in lines_of(paid)] == [40000, 2500, 1000]
    assert balance(container) == 1000


def test_money_that_goes_back_elsewhere_takes_the_extras_with_the_whole(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The price of all tickets is goodwill: nobody is left to use the rest."""
    paid = pay(container, stripe_wire, order(container))

    refund_at_stripe(stripe_wire, paid, amount=40000)
    receive_all(container, stripe_wire)
    assert (seats(container, "101"), stock(container)) == ((0, 2), (0, 1))
    refund_at_stripe(stripe_wire, paid, amount=4500)
    receive_all(container, stripe_wire)

    assert queries.any_order(container, paid.id).status is OrderStatus.REFUNDED
    assert (seats(container, "101"), stock(container)) == ((0, 0), (0, 0))


def test_a_refund_that_fails_gives_the_extras_back_to_the_buyer(
    container: Container, stripe_wire: StripeWire
) -> None:
    """If they are still there; else somebody has to make it good."""
    paid = pay(container, stripe_wire, order(container), FAILS)
    hand_back(container, stripe_wire, paid, 2)
    _come_to_rest(container, stripe_wire)

    assert queries.any_order(container, paid.id).status is OrderStatus.PAID
    assert (seats(container, "101"), stock(container)) == ((0, 2), (0, 1))


def hand_back(container: Container, wire: StripeWire, paid: Order, quantity: int) -> None:
    """Have Ann return tickets, and Stripe tell of it."""
    give_back(container, paid, quantity)
    receive_all(container, wire)


def _come_to_rest(container: Container, wire: StripeWire) -> None:
    for _ in range(3):
        submit_requests(container)
        receive_all(container, wire)
        reconcile(container)


def test_a_show_that_is_called_off_gives_all_of_it_back(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Extras included, without a fee."""
    sell(container, PARKING, PROGRAMME, fee="5.00")
    paid = pay(container, stripe_wire, order(container))
    show_changes.call_off_show(container, GAME)
    show_changes.apply_changes(container)
    _come_to_rest(container, stripe_wire)

    assert queries.any_order(container, paid.id).amount_refunded == 44500
    assert (seats(container, "101"), stock(container)) == ((0, 0), (0, 0))


def test_better_seats_keep_the_extras(container: Container, stripe_wire: StripeWire) -> None:
    """The difference is that of the tickets."""
    paid = pay(container, stripe_wire, order(container))
    better = start_upgrade(container, ANN, paid.id, section_id="201")
    pay(container, stripe_wire, better)

    assert better.amount_total == 2 * 15000
    assert stock(container) == (0, 1)
    paid = queries.any_order(container, paid.id)
    assert (paid.section_id, paid.has_extras(BOTH)) == ("201", True)
    assert quote_refund(container, ANN, paid.id, None).amount == 44500 + 30000


def test_a_price_of_later_changes_nothing_that_was_sold(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Names and prices are those of the order; what is withdrawn stays the buyer's."""
    paid = pay(container, stripe_wire, order(container))
    sell(container, replace(PROGRAMME, unit_amount=9900))

    assert queries.any_order(container, paid.id).extras == paid.extras
    with pytest.raises(ExtraNotOnSale):
        order(container, BEA, extras={"parking": 1})
    hand_back(container, stripe_wire, paid, 2)
    assert (balance(container), stock(container)) == (0, (0, 0))


@given(
    currency=st.sampled_from(["usd", "jpy", "kwd", "isk"]),
    prices=st.tuples(*[st.integers(1, 10_000)] * 3),
    numbers=st.tuples(*[st.integers(1, 8)] * 3),
    percent=st.integers(0, 100),
    back=st.integers(0, 100),
)
def test_lines_add_up_to_the_order_whatever_a_code_takes_off(
    currency: str,
    prices: tuple[int, ...],
    numbers: tuple[int, ...],
    percent: int,
    back: int,
) -> None:
    """Of tickets in any portions, too, and never a part of what Stripe can move."""
    made = _order_of(currency, prices, numbers, percent, back)
    lines = lines_of(made)

    assert sum(line.amount_total for line in lines) == made.amount_total
    assert sum(line.amount_refunded for line in lines) == made.amount_refunded
    assert all(line.amount_total % smallest(currency) == 0 for line in lines)
    assert lines[0].amount_total == made.amount_tickets
    shares = [made.share(1, returned=returned) for returned in range(made.quantity)]
    assert sum(shares) == made.amount_tickets


def _order_of(
    currency: str, prices: tuple[int, ...], numbers: tuple[int, ...], percent: int, back: int
) -> Order:
    step, now = smallest(currency), datetime(2031, 1, 1, tzinfo=timezone.utc)
    lines = [(price * step, number) for price, number in zip(prices, numbers, strict=True)]
    subtotal = sum(price * number for price, number in lines)
    total = subtotal * (100 - percent) // (100 * step) * step
    extras = [ExtraLine(str(at), "", number, price) for at, (price, number) in enumerate(lines[1:])]
    return Order(
        id="ord_x",
        kind=OrderKind.PURCHASE,
        buyer=ANN,
        show_id=GAME,
        show_name="",
        quantity=lines[0][1],
        currency=currency,
        unit_amount=lines[0][0],
        amount_total=total,
        amount_discount=subtotal - total,
        amount_extras=sum(price * number for price, number in lines[1:]),
        amount_refunded=total * back // (100 * step) * step,
        extras=tuple(extras),
        created_at=now,
        expires_at=now,
        hold_expires_at=now,
    )
