"""Seats that a host's own catalog holds for our orders, and what it has to be told of them.

A row says how many seats the host shall hold for an order, and that only ever falls. It is written
in the transaction of the fact; the host is told after the commit, again and again until it has
answered. What is told is the number that stays and not the number that goes, so a repetition does
nothing and the last word is right whatever came before. Functions never commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Order

_ROWS = schema.host_reservations
# Before every clock: due at once, in whatever transaction it is written.
_AT_ONCE = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
_DUE: Mapping[str, Any] = {"next_attempt_at": _AT_ONCE, "attempts": 0}


@dataclass(frozen=True)
class HostPromise:
    """That the host holds no more than ``keep`` seats for an order, which it was not told yet."""

    order_id: str
    keep: int
    attempts: int
    next_attempt_at: datetime


@dataclass(frozen=True)
class HostBacklog:
    """How many orders the host has to be told of, and since when it was tried in vain."""

    waiting: int
    tried_since: datetime | None


def insert_reservation(conn: Connection, order: Order) -> None:
    """Write down that the host will be asked for the order's seats."""
    row = {
        "order_id": order.id,
        "root_order_id": order.parent_order_id or order.id,
        "show_id": order.show_id,
        "section_id": order.section_id,
        "keep": order.quantity,
        "attempts": 0,
    }
    conn.execute(sa.insert(_ROWS), row)


def is_unanswered(conn: Connection, order_id: str) -> bool:
    """Whether the host was to be asked for the order's seats and has not said yes."""
    query = sa.select(_ROWS.c.order_id).where(
        _ROWS.c.order_id == order_id, _ROWS.c.confirmed_at.is_(None)
    )
    return conn.execute(query).first() is not None


def is_at_host(conn: Connection, order_id: str) -> bool:
    """Whether seats of the order, or better ones for it, are the host's to give."""
    is_its = (_ROWS.c.order_id == order_id) | (_ROWS.c.root_order_id == order_id)
    query = sa.select(_ROWS.c.order_id).where(is_its)
    return conn.execute(query).first() is not None


def confirm(conn: Connection, order_id: str, *, now: datetime) -> bool:
    """Note that the host said yes; False if the seats were given up while it was asked."""
    is_wanted = (_ROWS.c.order_id == order_id) & (_ROWS.c.keep > 0)
    return bool(conn.execute(sa.update(_ROWS).where(is_wanted).values(confirmed_at=now)).rowcount)


def give_up_unanswered(conn: Connection, order_id: str) -> bool:
    """Give up the seats of an order for which the host has not said yes.

    False if it has, to somebody who asked at the same time, or they were given up before.
    """
    is_unconfirmed = _ROWS.c.confirmed_at.is_(None) & (_ROWS.c.keep > 0)
    return _promise(conn, (_ROWS.c.order_id == order_id) & is_unconfirmed, keep=0) == 1


def give_up(conn: Connection, order_id: str) -> None:
    """Give up all seats of an order, if the host has any of it. Safe to repeat."""
    _promise(conn, (_ROWS.c.order_id == order_id) & (_ROWS.c.keep > 0), keep=0)


def give_back(conn: Connection, root_order_id: str, section_id: str | None, quantity: int) -> None:
    """Give up some of the seats that a buyer has in a section, if the host holds them.

    They may be of the order itself or of the one that moved it there. To be called once for each
    seat, as ``inventory.return_seats``.
    """
    is_theirs = (_ROWS.c.root_order_id == root_order_id) & (_ROWS.c.section_id == section_id)
    is_held = _ROWS.c.confirmed_at.is_not(None) & (_ROWS.c.keep >= quantity)
    _promise(conn, is_theirs & is_held, keep=_ROWS.c.keep - quantity)


def _promise(conn: Connection, which: Any, *, keep: Any) -> int:
    values = {"keep": keep, **_DUE}
    return int(conn.execute(sa.update(_ROWS).where(which).values(values)).rowcount)


def list_due(conn: Connection, *, now: datetime, limit: int) -> list[HostPromise]:
    """List what the host is to be told now, what waits longest first."""
    return _list(conn, _ROWS.c.next_attempt_at <= now, limit)


def list_of_section(
    conn: Connection, show_id: str, section_id: str | None, *, limit: int
) -> list[HostPromise]:
    """List what the host was not told yet of one section, due or not."""
    is_there = (_ROWS.c.show_id == show_id) & (_ROWS.c.section_id == section_id)
    return _list(conn, is_there & _ROWS.c.next_attempt_at.is_not(None), limit)


def _list(conn: Connection, which: Any, limit: int) -> list[HostPromise]:
    query = sa.select(_ROWS).where(which).order_by(_ROWS.c.next_attempt_at, _ROWS.c.order_id)
    rows = conn.execute(query.limit(limit))
    return [HostPromise(r.order_id, r.keep, r.attempts, r.next_attempt_at) for r in rows]


def claim(conn: Connection, promise: HostPromise, *, now: datetime, until: datetime) -> bool:
    """Take a promise for a while, unless somebody else has or it has changed."""
    is_as_read = (_ROWS.c.order_id == promise.order_id) & (_ROWS.c.keep == promise.keep)
    claimed = conn.execute(
        sa.update(_ROWS)
        .where(is_as_read, _ROWS.c.next_attempt_at == promise.next_attempt_at)
        .values(
            next_attempt_at=until,
            attempts=_ROWS.c.attempts + 1,
            tried_since=sa.func.coalesce(_ROWS.c.tried_since, now),
        )
    )
    return bool(claimed.rowcount == 1)


def mark_kept(conn: Connection, promise: HostPromise) -> None:
    """Note that the host was told, unless it has to be told of fewer seats by now."""
    is_as_told = (_ROWS.c.order_id == promise.order_id) & (_ROWS.c.keep == promise.keep)
    values = {"next_attempt_at": None, "attempts": 0, "tried_since": None, "last_error": None}
    conn.execute(sa.update(_ROWS).where(is_as_told).values(values))


def put_off(conn: Connection, promise: HostPromise, *, until: datetime, error: str) -> None:
    """Try a promise later, unless there is a newer one."""
    is_as_told = (_ROWS.c.order_id == promise.order_id) & (_ROWS.c.keep == promise.keep)
    values = {"next_attempt_at": until, "last_error": error}
    conn.execute(sa.update(_ROWS).where(is_as_told).values(values))


def backlog(conn: Connection) -> HostBacklog:
    """Count what the host has to be told."""
    query = sa.select(sa.func.count(), sa.func.min(_ROWS.c.tried_since))
    row = conn.execute(query.where(_ROWS.c.next_attempt_at.is_not(None))).one()
    return HostBacklog(row[0], row[1])
