"""Seats under a crowd, on both databases, with the control that oversells."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.ticketing.purchases import sell_by_reading
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import inventory
from ticket_clerk.ticketing.domain.errors import SoldOut
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

BUYERS = 60
SEATS = 10


def _crowd(container: Container, take: Callable[[Connection], bool]) -> int:
    """Let all buyers try for one seat of the ten at once; returns how many got one."""

    def try_once(_: int) -> bool:
        with container.database.begin() as conn:
            return take(conn)

    with ThreadPoolExecutor(max_workers=8) as pool:
        return sum(pool.map(try_once, range(BUYERS)))


def _take_conditionally(conn: Connection) -> bool:
    return inventory.take_seats(conn, show_id="lakers-warriors", section_id="201", quantity=1)


def test_a_crowd_gets_exactly_the_seats_that_there_are(container: Container) -> None:
    """The conditional statement decides, whoever reads what before."""
    assert _crowd(container, _take_conditionally) == SEATS

    section = queries.catalog(container).shows[0].sections[1]
    assert (section.id, section.seats_left) == ("201", 0)


def test_a_crowd_oversells_when_python_decides(container: Container) -> None:
    """The control: read, check and write, and two who read the same both get the last seat.

    Both wait for each other between reading and writing, as two processes on a busy day do by
    chance.
    """
    table = schema.sections
    is_it = (table.c.show_id == "last-seat") & (table.c.id == "front")

    assert sell_by_reading(container, table.c.seats, is_it) == 2, "two buyers on one seat"


def test_two_buyers_of_the_last_seat_end_with_one_order(
    container: Container, make_container: Callable[[], Container]
) -> None:
    """The whole use case at once from two processes' shops: one order, one sentence."""
    shops = [container, make_container()]

    def buy(number: int) -> str:
        try:
            buyer = Buyer("rest", f"buyer-{number}")
            order = start_checkout(
                shops[number], buyer, show_id="last-seat", section_id="front", quantity=1
            )
        except SoldOut as exc:
            return f"sold out, {exc.seats_left} left"
        return order.status.value

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert sorted(pool.map(buy, range(2))) == ["open", "sold out, 0 left"]


def test_a_hold_ends_once(container: Container) -> None:
    """Confirming or releasing again changes nothing, in whatever order."""
    buyer = Buyer("rest", "ann")
    order = start_checkout(
        container, buyer, show_id="lakers-warriors", section_id="101", quantity=3
    )

    with container.database.begin() as conn:
        assert inventory.confirm_hold(conn, order)
        assert not inventory.confirm_hold(conn, order)
        assert not inventory.release_hold(conn, order)

    with container.database.read() as conn:
        row = conn.execute(sa.select(schema.sections).where(schema.sections.c.id == "101")).one()
    assert (row.held, row.sold) == (0, 3)
