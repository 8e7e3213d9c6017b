"""What a buyer or Stripe waits for reads no table whole that grows with sales.

The statements of the stories are noted while they run, on both databases, and their plans are
asked for: whatever the number of orders and events, each row is found by an index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.stripe_wire import StripeWire
from tests.ticketing.numbered_house import SHOW, number_seats
from tests.ticketing.purchases import ANN, buy, give_back
from tests.ticketing.ticket_desk import code, let_in, tickets
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.desk import acts, door
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import checkout
from ticket_clerk.ticketing.orders import queries as order_queries
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.tickets import admission, queries
from ticket_clerk.ticketing.waiting_list import offer_seats

# Rows are added with every sale. Shows and sections are the operator's own, and read whole.
GROWING = (
    "buyer_addresses|customers|declines|handoffs|handoff_messages|holds|idempotency_keys|ledger"
    "|numbered_seats|operator_acts|orders|outbox|refunds|subscriptions|tickets|waits|webhook_events"
)
_SCAN = re.compile(rf"(?:^|\n)\s*(?:->\s*)?(?:SCAN|Seq Scan on) ({GROWING})\b")
Statements = dict[str, Any]


@contextmanager
def statements(container: Container) -> Iterator[Statements]:
    """Note each statement that runs meanwhile, with values of one of its runs."""
    noted: Statements = {}

    def note(_: Any, __: Any, text: str, values: Any, ___: Any, has_rows: bool) -> None:
        if re.match(r"\s*(SELECT|UPDATE|DELETE|INSERT)", text) and "pg_advisory" not in text:
            noted[text] = values[0] if has_rows else values

    sa.event.listen(container.database.engine, "before_cursor_execute", note)
    yield noted
    sa.event.remove(container.database.engine, "before_cursor_execute", note)


def scans(container: Container, noted: Statements) -> dict[str, str]:
    """Those statements that read a growing table whole, with the table's name."""
    found = {}
    is_sqlite = container.database.has_one_writer
    with container.database.read() as conn:
        if not is_sqlite:
            # A scan costs nothing in an empty table, so it is taken only where there is no index.
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
        for text, values in noted.items():
            rows = conn.exec_driver_sql(explain + text, values).all()
            plan = "\n".join(str(row[-1]) for row in rows)
            if scan := _SCAN.search(plan):
                found[text] = scan[1]
    return found


def test_no_step_of_a_purchase_reads_a_growing_table_whole(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Order, link, payment, notification, and looking at it all."""
    with statements(container) as noted:
        order = buy(container, stripe_wire)
        checkout.refresh_order(container, ANN, order.id)
        order_queries.orders_of(container, ANN)
        order_queries.unread_messages(container, ANN)
        delivery.claim_due(container, 1, newest_first=True)
        delivery.claim_due(container, 8)
        offer_seats(container)

    assert len(noted) > 20
    assert scans(container, noted) == {}


def test_no_step_after_a_sale_reads_a_growing_table_whole(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Better seats, tickets that go back, their refund's events."""
    with statements(container) as noted:
        order = buy(container, stripe_wire)
        start_upgrade(container, ANN, order.id, section_id="201")
        give_back(container, buy(container, stripe_wire, section_id="201"), 1)

    assert len(noted) > 20
    assert scans(container, noted) == {}


def test_no_numbered_seat_is_found_by_reading_a_growing_table_whole(
    container: Container, stripe_wire: StripeWire, tmp_path: Path
) -> None:
    """What is left side by side, seats that are given and given back, and the file's load."""
    with statements(container) as noted:
        number_seats(container, tmp_path)
        order_queries.have_neighbors(container, show_id=SHOW, section_id="101", quantity=2)
        order = buy(container, stripe_wire)
        give_back(container, order, 1)
        number_seats(container, tmp_path)

    assert any("numbered_seats" in text for text in noted)
    assert scans(container, noted) == {}


def test_seats_are_looked_for_only_where_they_have_numbers(
    container: Container, stripe_wire: StripeWire, tmp_path: Path
) -> None:
    """Others don't wait, with the section's row locked, for a look that finds nothing."""
    with statements(container) as noted:
        buy(container, stripe_wire)
    number_seats(container, tmp_path)
    with statements(container) as numbered:
        buy(container, stripe_wire)

    assert not any("seated_in" in text for text in noted)
    assert any("seated_in" in text for text in numbered)


def test_no_door_reads_a_growing_table_whole(container: Container, stripe_wire: StripeWire) -> None:
    """Tickets of an order, a code that is looked at, one that is let in."""
    order = buy(container, stripe_wire)
    with statements(container) as noted:
        one, _ = tickets(container, order)
        admission.check(container, code(container, one))
        let_in(container, one)

    assert len(noted) >= 4
    assert scans(container, noted) == {}


def test_a_doors_list_and_the_acts_read_no_growing_table_whole(
    container: Container, order: Order
) -> None:
    """What a phone fetches each minute, for a show and for a season, and what the desk did."""
    one, _ = tickets(container, order)
    door.let_in(container, "kim", order.show_id, code(container, one), key="k" * 16)
    with statements(container) as noted:
        assert door.list_refused(container, order.show_id)
        assert not door.list_refused(container, "lakers-season")
        queries.tickets_of_show(container, order.show_id)
        assert acts.list_acts(container, acts.LET_IN).acts

    assert len(noted) > 3
    assert scans(container, noted) == {}


def test_a_scan_would_be_found(container: Container) -> None:
    """The control: orders are asked for by something that has an index, and by something not."""
    by = schema.orders.c
    with statements(container) as noted, container.database.read() as conn:
        for column in (by.show_id, by.section_id):
            conn.execute(sa.select(by.id).where(column == "x"))

    found = scans(container, noted)
    assert len(noted) == 2
    assert list(found.values()) == ["orders"]
    assert "orders.section_id = " in next(iter(found))
