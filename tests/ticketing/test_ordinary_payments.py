"""Payments of a crowd are settled together, each as it would be by itself."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.stripe_wire import StripeWire
from tests.ticketing.numbered_house import SHOW, number_seats
from tests.ticketing.purchases import seats, status
from tests.ticketing.test_query_plans import scans, statements
from tests.ticketing.test_shared_commit import commits, paid_orders
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import inventory, orders
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.events.webhooks import process_webhook_event, process_webhook_events
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.show_changes import call_off_show

# Made anew for each row, whoever writes it.
RANDOM = {"id", "webhook_event_id"}
OF_ORDERS = (
    schema.orders,
    schema.holds,
    schema.tickets,
    schema.ledger,
    schema.outbox,
    schema.webhook_events,
)


def _rows(container: Container, order: Order) -> dict[str, list[dict[str, Any]]]:
    """All rows about an order, with words instead of what only it has."""
    with container.database.read() as conn:
        stored = orders.get_order(conn, order.id)
        found = {
            table.name: [
                dict(row._mapping)
                for row in conn.execute(sa.select(table).where(_is_of(table, order.id)))
            ]
            for table in OF_ORDERS
        }
    own = {
        order.id: "ORDER",
        stored.buyer.sender_id: "BUYER",
        str(stored.checkout_session_id): "SESSION",
        str(stored.payment_intent_id): "PAYMENT",
    }
    return {
        name: [
            {key: _general(value, own) for key, value in row.items() if key not in RANDOM}
            for row in rows
        ]
        for name, rows in found.items()
        if rows
    }


def _is_of(table: sa.Table, order_id: str) -> Any:
    return (table.c.id if table is schema.orders else table.c.order_id) == order_id


def _general(value: object, own: dict[str, str]) -> object:
    if isinstance(value, datetime):
        return "a moment"
    for mine, word in own.items():
        value = value.replace(mine, word) if isinstance(value, str) else value
    return value


def _event_of(events: list[WebhookEvent], order: Order) -> WebhookEvent:
    return next(event for event in events if event.object["id"] == order.checkout_session_id)


@pytest.mark.parametrize("customer", [None, "cus_1"])
def test_each_is_settled_as_it_is_by_itself(
    container: Container, stripe_wire: StripeWire, customer: str | None
) -> None:
    """Every row of every table is the same, but for what was made up for it."""
    made, events = paid_orders(container, stripe_wire, 4)
    events = [replace(e, object={**e.object, "customer": customer}) for e in events]
    alone, *together = made

    assert process_webhook_event(container, _event_of(events, alone)) == "paid"
    with commits(container) as shared:
        several = [_event_of(events, order) for order in together]
        assert process_webhook_events(container, several) == ["paid"] * 3

    assert len(shared) == 1
    expected = _rows(container, alone)
    assert set(expected) == {table.name for table in OF_ORDERS if table.name != "holds"}
    assert [_rows(container, order) for order in together] == [expected] * 3
    assert seats(container) == (0, 8)
    with container.database.read() as conn:
        known = conn.execute(sa.select(schema.customers.c.customer_id)).scalars().all()
    assert known == ([customer] * 4 if customer else [])


def test_a_payment_that_was_processing_is_settled_with_the_others(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Its money came later; by then it is like any other."""
    made, events = paid_orders(container, stripe_wire, 3)
    with container.database.begin() as conn:
        orders.transition(conn, made[0].id, OrderStatus.PROCESSING, from_=[OrderStatus.OPEN])

    with commits(container) as shared:
        assert process_webhook_events(container, events) == ["paid"] * 3

    assert (len(shared), {status(container, order) for order in made}) == (1, {OrderStatus.PAID})


def _expire(container: Container, order: Order, event: WebhookEvent) -> WebhookEvent:
    with container.database.begin() as conn:
        orders.transition(conn, order.id, OrderStatus.EXPIRED, from_=[OrderStatus.OPEN])
        inventory.release_hold(conn, order)
    return event


def _cancel(container: Container, order: Order, event: WebhookEvent) -> WebhookEvent:
    with container.database.begin() as conn:
        orders.request_cancellation(conn, order.id, at=container.now())
        orders.transition(conn, order.id, OrderStatus.CANCELED, from_=[OrderStatus.OPEN])
        inventory.release_hold(conn, order)
    return event


def _pay_less(container: Container, order: Order, event: WebhookEvent) -> WebhookEvent:
    less = {"amount_total": 1, "amount_subtotal": 1}
    return replace(event, object={**event.object, **less})


def _lose_hold(container: Container, order: Order, event: WebhookEvent) -> WebhookEvent:
    with container.database.begin() as conn:
        inventory.release_hold(conn, order)
    return event


def _of_others(container: Container, order: Order, event: WebhookEvent) -> WebhookEvent:
    return replace(event, livemode=not event.livemode)


@pytest.mark.takes_turns
@pytest.mark.parametrize(
    ("oddity", "outcome", "sold"),
    [
        (_expire, "paid", 6),
        (_cancel, "needs_attention", 4),
        (_pay_less, "needs_attention", 4),
        (_lose_hold, "paid", 6),
        (_of_others, "ignored_other_mode", 4),
    ],
)
def test_what_is_not_ordinary_is_settled_by_itself_and_keeps_nobody(
    container: Container,
    stripe_wire: StripeWire,
    oddity: Callable[[Container, Order, WebhookEvent], WebhookEvent],
    outcome: str,
    sold: int,
) -> None:
    """One of three, in the middle of the others, which are paid all the same."""
    made, events = paid_orders(container, stripe_wire, 3)
    several = [_event_of(events, order) for order in made]
    several[1] = oddity(container, made[1], several[1])

    assert process_webhook_events(container, several) == ["paid", outcome, "paid"]

    assert seats(container)[1] == sold
    assert process_webhook_events(container, several) == ["duplicate"] * 3


def test_of_a_show_that_was_called_off_nothing_is_sold(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Whoever pays at that moment is not in a group that buys."""
    made, events = paid_orders(container, stripe_wire, 3)
    call_off_show(container, made[0].show_id)

    assert process_webhook_events(container, events) == ["needs_attention"] * 3
    assert seats(container)[1] == 0


def test_an_event_that_comes_twice_at_once_is_taken_once(
    container: Container, stripe_wire: StripeWire
) -> None:
    """In one group, and two events of one session as well."""
    _, events = paid_orders(container, stripe_wire, 2)
    later = replace(events[1], id="evt_later", type="checkout.session.async_payment_succeeded")

    outcomes = process_webhook_events(container, [*events, events[0], later])

    assert outcomes == ["paid", "paid", "duplicate", "already_paid"]
    assert seats(container) == (0, 4)


def test_of_one_buyer_one_order_at_a_time(container: Container, stripe_wire: StripeWire) -> None:
    """Two notifications of a conversation are dated one after the other."""
    buyer, made = Buyer("web", "ann"), []
    for quantity in (1, 2):
        order = start_checkout(
            container, buyer, show_id="lakers-warriors", section_id="101", quantity=quantity
        )
        stripe_wire.standin.pay(order.checkout_session_id)
        made.append(order)
    events = _completed(container, stripe_wire)

    assert process_webhook_events(container, events) == ["paid"] * 2
    with container.database.read() as conn:
        dated = conn.execute(sa.select(schema.outbox.c.created_at)).scalars().all()
    assert len(set(dated)) == 2


def test_a_group_in_a_house_with_numbers_has_a_seat_each(
    container: Container, stripe_wire: StripeWire, tmp_path: Path
) -> None:
    """Nobody has another's."""
    number_seats(container, tmp_path)
    assert SHOW == "lakers-warriors"
    _, events = paid_orders(container, stripe_wire, 4)

    assert process_webhook_events(container, events) == ["paid"] * 4

    taken = schema.numbered_seats.c
    with container.database.read() as conn:
        rows = conn.execute(sa.select(taken.row_name, taken.seat_number, taken.order_id)).all()
    assert len({(row.row_name, row.seat_number) for row in rows}) == len(rows) == 8


def test_without_a_look_at_the_holds_seats_are_sold_that_nobody_held(
    container: Container, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: a hold that is gone was somebody's, and the count shows it."""
    made, events = paid_orders(container, stripe_wire, 3)
    _lose_hold(container, made[1], events[1])
    confirm = inventory.confirm_holds

    def confirm_all(conn: Connection, paid: list[Order]) -> bool:
        confirm(conn, paid)
        return True

    monkeypatch.setattr(inventory, "confirm_holds", confirm_all)
    process_webhook_events(container, events[:2])

    # Four were held and two let go: two of somebody else's hold went with them.
    assert seats(container) == (0, 4)
    assert status(container, made[2]) is OrderStatus.OPEN


def test_several_who_take_the_same_events_at_once_pay_each_order_once(
    make_container: Callable[[], Container], container: Container, stripe_wire: StripeWire
) -> None:
    """Four processes, each with all events in an order of its own, one of them one by one."""
    made, events = paid_orders(container, stripe_wire, 12)
    outcomes: list[object] = []
    start = threading.Barrier(4)

    def take(number: int) -> None:
        shop, mine = make_container(), random.Random(number).sample(events, len(events))
        start.wait(timeout=60)
        if number:
            for at in range(0, len(mine), 4):
                outcomes.extend(process_webhook_events(shop, mine[at : at + 4]))
        else:
            outcomes.extend(process_webhook_event(shop, event) for event in mine)

    threads = [threading.Thread(target=take, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(str, outcomes)) == ["duplicate"] * 36 + ["paid"] * 12
    assert {status(container, order) for order in made} == {OrderStatus.PAID}
    assert seats(container) == (0, 24)


def test_a_group_takes_as_many_statements_as_one_payment(
    container: Container, stripe_wire: StripeWire
) -> None:
    """However many pay; and none reads a growing table whole."""
    _, events = paid_orders(container, stripe_wire, 10)
    counts = []
    for some in (events[:1], events[1:]):
        with statements(container) as noted:
            process_webhook_events(container, some)
        counts.append(len(noted))
        assert scans(container, noted) == {}

    assert counts[0] == counts[1] <= 13


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_orders_of_a_group_are_found_by_what_is_theirs(
    container: Container, stripe_wire: StripeWire
) -> None:
    """By their sessions and ids, and not among all that are open, or no upgrades."""
    _, events = paid_orders(container, stripe_wire, 3)
    with statements(container) as noted:
        process_webhook_events(container, events)

    of_orders = {text: values for text, values in noted.items() if "FROM orders" in text}
    of_orders |= {
        text: values for text, values in noted.items() if text.startswith("UPDATE orders")
    }
    with container.database.read() as conn:
        plans = [
            str(row[-1])
            for text, values in of_orders.items()
            for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)
            if " orders " in str(row[-1])
        ]
    assert len(plans) == 2
    assert all("sqlite_autoindex_orders" in plan for plan in plans), plans


def _completed(container: Container, wire: StripeWire) -> list[WebhookEvent]:
    return [
        WebhookEvent.from_json(event)
        for event in wire.events()
        if event["type"] == "checkout.session.completed"
    ]
