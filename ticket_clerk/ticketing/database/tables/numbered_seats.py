"""Which numbered seat each ticket has.

How many seats are sold says ``inventory``; here is said which ones. A ticket's seat hangs on its
order and its number in it, so it goes on to the ticket that takes its place.
Functions never commit.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import do_last
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.seating import Rows, Seat, choose_seats

from .tickets import IS_LEFT

log = get_logger(__name__)

_SEATS = schema.numbered_seats
_TICKETS = schema.tickets
_ORDERS = schema.orders
_SECTIONS = schema.sections
_HOLDS = schema.holds

# Built once: building takes longer than running.
_WANTED = sa.bindparam("wanted", type_=sa.Text)
_TICKETS_AND_SEATS = (
    sa.select(
        _TICKETS.c.number,
        _TICKETS.c.section_id,
        _ORDERS.c.show_id,
        IS_LEFT.label("is_left"),
        _SECTIONS.c.seat_rows,
        _SEATS.c.section_id.label("seated_in"),
    )
    .select_from(
        _TICKETS.join(_ORDERS, _ORDERS.c.id == _TICKETS.c.order_id)
        .outerjoin(
            _SECTIONS,
            (_SECTIONS.c.show_id == _ORDERS.c.show_id) & (_SECTIONS.c.id == _TICKETS.c.section_id),
        )
        .outerjoin(
            _SEATS,
            (_SEATS.c.order_id == _TICKETS.c.order_id)
            & (_SEATS.c.ticket_number == _TICKETS.c.number),
        )
    )
    .where(_TICKETS.c.order_id == _WANTED, _TICKETS.c.number.is_not(None))
    .order_by(_TICKETS.c.number)
)
_HAS_SEATS = sa.select(_SEATS.c.order_id).where(_SEATS.c.order_id == _WANTED).exists()
_MAY_HAVE_SEATS = (
    sa.select(_SECTIONS.c.id)
    .join(_ORDERS, _ORDERS.c.show_id == _SECTIONS.c.show_id)
    .where(_ORDERS.c.id == _WANTED, _SECTIONS.c.seat_rows.is_not(None))
    .exists()
)
_IS_NUMBERED = sa.select(sa.or_(_MAY_HAVE_SEATS, _HAS_SEATS))
_NUMBERED_SHOWS = sa.select(_SECTIONS.c.show_id).where(
    _SECTIONS.c.show_id.in_(sa.bindparam("show_ids", expanding=True)),
    _SECTIONS.c.seat_rows.is_not(None),
)
_FREE = sa.delete(_SEATS).where(
    _SEATS.c.order_id == _WANTED, _SEATS.c.ticket_number == sa.bindparam("of_ticket")
)
_SECTION = sa.select(_SECTIONS.c.seat_rows).where(
    _SECTIONS.c.show_id == sa.bindparam("show"), _SECTIONS.c.id == sa.bindparam("section")
)
_LOCK_SECTION = _SECTION.with_for_update()
_TAKEN = sa.select(_SEATS.c.row_name, _SEATS.c.seat_number).where(
    _SEATS.c.show_id == sa.bindparam("show"), _SEATS.c.section_id == sa.bindparam("section")
)
_HELD = (
    sa.select(_HOLDS.c.order_id, _HOLDS.c.quantity)
    .where(_HOLDS.c.show_id == sa.bindparam("show"), _HOLDS.c.section_id == sa.bindparam("section"))
    .order_by(_HOLDS.c.expires_at, _HOLDS.c.order_id)
)
_TAKE = sa.insert(_SEATS)


def read_rows(stored: str | None) -> Rows:
    """Read a section's rows as they are stored; none where its seats have no numbers."""
    return tuple((str(name), int(count)) for name, count in json.loads(stored or "[]"))


def seat_last(conn: Connection, order_id: str) -> None:
    """At the end of the transaction, :func:`seat` the order.

    By then its seats are counted as sold, and who pays for others waits as short as can be: no
    order is looked at then that has no numbered seats and whose show has none.
    """
    if conn.execute(_IS_NUMBERED, {"wanted": order_id}).scalar_one():
        do_last(conn, partial(seat, order_id=order_id))


def seat_all_last(conn: Connection, orders: Sequence[Order]) -> None:
    """Do the same for new orders, asking once which of them are of shows with numbered seats."""
    show_ids = {order.show_id for order in orders}
    numbered = set(conn.execute(_NUMBERED_SHOWS, {"show_ids": sorted(show_ids)}).scalars())
    for order in orders:
        if order.show_id in numbered:
            do_last(conn, partial(seat, order_id=order.id))


def seat(conn: Connection, order_id: str) -> None:
    """Make an order's numbered seats those of its tickets. Safe to repeat.

    Each ticket that was not given back has one in its section, if that has rows; all others are
    free for everybody. What a ticket has it keeps. The caller has locked the order; of many orders
    at once each looks only when the one before has committed, and a unique key would undo the
    transaction that took what another has.
    """
    missing: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in conn.execute(_TICKETS_AND_SEATS, {"wanted": order_id}).all():
        is_seated = row.is_left and row.seated_in == row.section_id
        if row.seated_in is not None and not is_seated:
            conn.execute(_FREE, {"wanted": order_id, "of_ticket": row.number})
        if row.is_left and not is_seated and row.seat_rows is not None:
            missing[row.show_id, row.section_id].append(row.number)
    for (show_id, section_id), numbers in missing.items():
        _take(conn, order_id, show_id, section_id, numbers)


def list_unseated(conn: Connection, *, now: datetime) -> list[str]:
    """List paid orders of coming shows that want numbered seats, who paid first before others."""
    shows = schema.shows
    seated = sa.select(sa.func.count()).where(_SEATS.c.order_id == _ORDERS.c.id)
    query = (
        sa.select(_ORDERS.c.id)
        .select_from(
            _SECTIONS.join(shows, shows.c.id == _SECTIONS.c.show_id).join(
                _ORDERS,
                (_ORDERS.c.show_id == _SECTIONS.c.show_id)
                & (_ORDERS.c.section_id == _SECTIONS.c.id),
            )
        )
        .where(
            _SECTIONS.c.seat_rows.is_not(None),
            shows.c.starts_at > now,
            _ORDERS.c.paid_at.is_not(None),
            _ORDERS.c.parent_order_id.is_(None),
            _ORDERS.c.quantity - _ORDERS.c.refunded_quantity
            > seated.correlate(_ORDERS).scalar_subquery(),
        )
        .order_by(_ORDERS.c.paid_at, _ORDERS.c.id)
    )
    return list(conn.execute(query).scalars())


def foresee(
    conn: Connection, *, show_id: str, section_id: str, quantity: int, without: str | None = None
) -> list[Seat] | None:
    """Say which seats so many tickets would get; None where seats have no numbers.

    For the sentence to the buyer, never for a decision: all that is held is taken to be paid
    before, except what is held for the order ``without``.
    """
    section = {"show": show_id, "section": section_id}
    rows = read_rows(conn.execute(_SECTION, section).scalar())
    if not rows:
        return None
    taken = _list_taken(conn, section)
    for held in conn.execute(_HELD, section):
        if held.order_id != without:
            taken |= set(choose_seats(rows, taken, held.quantity))
    return choose_seats(rows, taken, quantity)


def _take(
    conn: Connection, order_id: str, show_id: str, section_id: str, numbers: list[int]
) -> None:
    section = {"show": show_id, "section": section_id}
    rows = read_rows(conn.execute(_LOCK_SECTION, section).scalar())
    chosen = choose_seats(rows, _list_taken(conn, section), len(numbers))
    if len(chosen) < len(numbers):
        # More is sold than the catalog says by now that there is.
        log.warning("payments.seats.missing", order_id=order_id)
    for number, free in zip(numbers, chosen, strict=False):
        conn.execute(
            _TAKE,
            {
                "show_id": show_id,
                "section_id": section_id,
                "row_name": free.row,
                "seat_number": free.number,
                "order_id": order_id,
                "ticket_number": number,
            },
        )


def _list_taken(conn: Connection, section: dict[str, Any]) -> set[Seat]:
    return {Seat(row.row_name, row.seat_number) for row in conn.execute(_TAKEN, section)}
