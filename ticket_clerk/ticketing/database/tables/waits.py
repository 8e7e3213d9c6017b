"""The table of the waiting list: one place a buyer and show, the oldest first.

Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.models import Buyer, Wait

_WAITS = schema.waits
_SECTIONS = schema.sections
_SHOWS = schema.shows


def put_wait(
    conn: Connection,
    buyer: Buyer,
    *,
    show_id: str,
    section_id: str | None,
    quantity: int,
    now: datetime,
) -> Wait:
    """Give the buyer a place, or change what he waits for and keep his place. Safe to repeat."""
    wish = {"section_id": section_id, "quantity": quantity}
    place = {"channel": buyer.channel, "sender_id": buyer.sender_id, "show_id": show_id}
    new = {"id": "wait_" + secrets.token_hex(12), "created_at": now}
    if not insert_ignore(conn, _WAITS, {**new, **place, **wish}):
        is_place = _is_of(buyer) & (_WAITS.c.show_id == show_id)
        conn.execute(sa.update(_WAITS).where(is_place).values(**wish))
    found = [wait for wait in list_waits_of(conn, buyer) if wait.show_id == show_id]
    return found[0]


def list_waits_of(conn: Connection, buyer: Buyer) -> list[Wait]:
    """List what a buyer waits for, oldest first."""
    return _list(conn, sa.select(_WAITS).where(_is_of(buyer)))


def list_fitting(conn: Connection, *, now: datetime) -> list[Wait]:
    """List the places for which enough seats are left at this moment, oldest first.

    Only of shows and sections that are for sale.
    """
    has_seats = sa.exists().where(
        _SECTIONS.c.show_id == _WAITS.c.show_id,
        _WAITS.c.section_id.is_(None) | (_WAITS.c.section_id == _SECTIONS.c.id),
        _SECTIONS.c.is_on_sale,
        _SECTIONS.c.seats - _SECTIONS.c.held - _SECTIONS.c.sold >= _WAITS.c.quantity,
    )
    is_on_sale = sa.exists().where(
        _SHOWS.c.id == _WAITS.c.show_id, _SHOWS.c.is_on_sale, _SHOWS.c.starts_at > now
    )
    return _list(conn, sa.select(_WAITS).where(has_seats, is_on_sale))


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


def put_back(conn: Connection, wait: Wait) -> None:
    """Give a place back to whom it was, where it was. Safe to repeat."""
    values = {name: getattr(wait, name) for name in ("id", "show_id", "section_id", "quantity")}
    whose = {"channel": wait.buyer.channel, "sender_id": wait.buyer.sender_id}
    insert_ignore(conn, _WAITS, {**values, **whose, "created_at": wait.created_at})


def forget_past(conn: Connection, now: datetime) -> int:
    """Delete the places for shows that have begun; returns how many. Safe to repeat."""
    has_begun = sa.select(_SHOWS.c.id).where(_SHOWS.c.starts_at <= now)
    return int(conn.execute(sa.delete(_WAITS).where(_WAITS.c.show_id.in_(has_begun))).rowcount)


def _is_of(buyer: Buyer) -> Any:
    return (_WAITS.c.channel == buyer.channel) & (_WAITS.c.sender_id == buyer.sender_id)


def _list(conn: Connection, query: Any) -> list[Wait]:
    rows = conn.execute(query.order_by(_WAITS.c.created_at, _WAITS.c.id))
    return [
        Wait(
            row.id,
            Buyer(row.channel, row.sender_id),
            row.show_id,
            row.section_id,
            row.quantity,
            row.created_at,
        )
        for row in rows
    ]
