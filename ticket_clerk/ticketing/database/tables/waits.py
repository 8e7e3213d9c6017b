"""The waiting list's table: one place a buyer and show, the oldest first.

Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.models import Buyer, Wait

from .orders import MAX_OPEN_ORDERS

_WAITS = schema.waits
_SECTIONS = schema.sections
_SHOWS = schema.shows
_ORDERS = schema.orders
_SHORTEST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=1)


def put_wait(
    conn: Connection,
    buyer: Buyer,
    *,
    show_id: str,
    section_id: str | None,
    quantity: int,
    now: datetime,
) -> Wait:
    """Give the buyer a place, or change what they wait for and keep their place. Safe to repeat."""
    request = {"section_id": section_id, "quantity": quantity, "language": buyer.language}
    place = {"channel": buyer.channel, "sender_id": buyer.sender_id, "show_id": show_id}
    new = {"id": "wait_" + secrets.token_hex(12), "created_at": now, "next_offer_at": now}
    if not insert_ignore(conn, _WAITS, {**new, **place, **request}):
        is_place = _is_of(buyer) & (_WAITS.c.show_id == show_id)
        conn.execute(sa.update(_WAITS).where(is_place).values(**request))
    found = [wait for wait in list_waits_of(conn, buyer) if wait.show_id == show_id]
    return found[0]


def list_waits_of(conn: Connection, buyer: Buyer) -> list[Wait]:
    """List what a buyer waits for, oldest first."""
    rows = conn.execute(sa.select(_WAITS).where(_is_of(buyer)).order_by(*_OLDEST_FIRST))
    return [_wait(row) for row in rows]


def find_next(conn: Connection, *, now: datetime) -> Wait | None:
    """Find the oldest place that could be served at this moment, in one read.

    Enough seats are left in a section on sale, one order may hold so many, the buyer has a free
    slot for an order, and the place was not passed over a moment ago.
    """
    query = sa.select(_WAITS).where(
        _WAITS.c.next_offer_at <= now,
        _WAITS.c.show_id.in_(_on_sale(now)),
        _has_seats(),
        _WAITS.c.quantity <= sa.select(schema.catalog.c.max_tickets_per_order).scalar_subquery(),
        _open_orders() < MAX_OPEN_ORDERS,
    )
    row = conn.execute(query.order_by(*_OLDEST_FIRST).limit(1)).first()
    return _wait(row) if row is not None else None


def end_wait(conn: Connection, wait: Wait) -> bool:
    """Take a place off the list if it is still what it was when it was read.

    Tells whether this call did; so of two that want to serve it only one does.
    """
    ended = conn.execute(
        sa.delete(_WAITS).where(
            _WAITS.c.id == wait.id,
            _WAITS.c.quantity == wait.quantity,
            _WAITS.c.section_id.is_not_distinct_from(wait.section_id),
        )
    )
    return bool(ended.rowcount == 1)


def pass_over(conn: Connection, wait: Wait, *, now: datetime) -> None:
    """Keep a place, and offer it nothing for as long as it has stood there, an hour at most."""
    values = {"next_offer_at": _next_offer(wait, now)}
    conn.execute(sa.update(_WAITS).where(_WAITS.c.id == wait.id).values(values))


def put_back(conn: Connection, wait: Wait, *, now: datetime) -> None:
    """Put a place back where it was, passed over. Safe to repeat."""
    values = {name: getattr(wait, name) for name in ("id", "show_id", "section_id", "quantity")}
    buyer = wait.buyer
    owner = {
        "channel": buyer.channel,
        "sender_id": buyer.sender_id,
        "language": buyer.language,
    }
    times = {"created_at": wait.created_at, "next_offer_at": _next_offer(wait, now)}
    insert_ignore(conn, _WAITS, {**values, **owner, **times})


def forget_past(conn: Connection, now: datetime) -> int:
    """Delete the places for shows that have begun; returns how many. Safe to repeat."""
    has_begun = sa.select(_SHOWS.c.id).where(_SHOWS.c.starts_at <= now)
    return int(conn.execute(sa.delete(_WAITS).where(_WAITS.c.show_id.in_(has_begun))).rowcount)


def _next_offer(wait: Wait, now: datetime) -> datetime:
    # As long again as it stands there: each pause is about twice the one before.
    return now + min(max(now - wait.created_at, _SHORTEST_PAUSE), _LONGEST_PAUSE)


def _on_sale(now: datetime) -> Any:
    """Select the shows on sale with a seat left; none of them is the rule, and costs no more."""
    return (
        sa.select(_SECTIONS.c.show_id)
        .join(_SHOWS, _SHOWS.c.id == _SECTIONS.c.show_id)
        .where(
            _SHOWS.c.is_on_sale,
            _SHOWS.c.called_off_at.is_(None),
            _SHOWS.c.starts_at > now,
            _SECTIONS.c.is_on_sale,
            _LEFT > 0,
        )
    )


def _has_seats() -> Any:
    is_wanted = _WAITS.c.section_id.is_(None) | (_WAITS.c.section_id == _SECTIONS.c.id)
    return sa.exists().where(
        _SECTIONS.c.show_id == _WAITS.c.show_id,
        is_wanted,
        _SECTIONS.c.is_on_sale,
        _WAITS.c.quantity <= _LEFT,
    )


def _open_orders() -> Any:
    return (
        sa.select(sa.func.count())
        .where(
            _ORDERS.c.channel == _WAITS.c.channel,
            _ORDERS.c.sender_id == _WAITS.c.sender_id,
            _ORDERS.c.open_slot.is_not(None),
        )
        .scalar_subquery()
    )


_LEFT = _SECTIONS.c.seats - _SECTIONS.c.held - _SECTIONS.c.sold
_OLDEST_FIRST = (_WAITS.c.created_at, _WAITS.c.id)


def _is_of(buyer: Buyer) -> Any:
    return (_WAITS.c.channel == buyer.channel) & (_WAITS.c.sender_id == buyer.sender_id)


def _wait(row: Any) -> Wait:
    buyer = Buyer(row.channel, row.sender_id, row.language)
    return Wait(row.id, buyer, row.show_id, row.section_id, row.quantity, row.created_at)
