"""Sums over orders and ledger for people who look at them; what is read is found by an index."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_or_update
from ticket_clerk.ticketing.database.tables import ledger, refunds
from ticket_clerk.ticketing.domain.models import OrderStatus, PaidElsewhere

_LEDGER = schema.ledger
_ORDERS = schema.orders
_SHOWS = schema.shows
_SECTIONS = schema.sections
_TALKS = schema.talk_days
MOST_SHOWS = 100
# Orders that somebody still waits for; the others only grow in number.
_UNCLOSED = (
    OrderStatus.OPEN,
    OrderStatus.PROCESSING,
    OrderStatus.NEEDS_ATTENTION,
    OrderStatus.DISPUTED,
)


@dataclass(frozen=True)
class Day:
    """What happened on a day (UTC): amounts in minor units, gross, and how many failed."""

    first: date
    revenue: int = 0
    payments: int = 0
    refunded: int = 0
    failed: int = 0
    # Conversations in which somebody wrote, was given a payment link, was told that it is paid.
    talked: int = 0
    linked: int = 0
    paid: int = 0


@dataclass(frozen=True)
class ShowSeats:
    """How full a show is."""

    show_id: str
    name: str
    starts_at_local: str
    seats: int
    sold: int
    held: int


def add_up_days(conn: Connection, currency: str, *, since: datetime) -> dict[date, Day]:
    """Add up each day since then on which something happened.

    A failure is an order whose card was declined and that was not paid since.
    """
    days: dict[date, Day] = {}
    for day, kind, count, amount in conn.execute(_moves(currency, since)):
        known = days.setdefault(_date(day), Day(_date(day)))
        if kind == ledger.PAYMENT:
            added = replace(known, revenue=int(amount), payments=int(count))
        else:
            added = replace(known, refunded=known.refunded - int(amount))
        days[known.first] = added
    for day, count in conn.execute(_failures(currency, since)):
        known = days.get(_date(day), Day(_date(day)))
        days[known.first] = replace(known, failed=int(count))
    for day, stage, count in conn.execute(_talks(since)):
        known = days.get(_date(day), Day(_date(day)))
        counted: dict[str, Any] = {stage: int(count)}
        days[known.first] = replace(known, **counted)
    return days


def count_talk(conn: Connection, stage: str, day: date) -> None:
    """Count one more conversation, in one statement: of two at once both count."""
    row = {"day": day, "stage": stage, "conversations": 1}
    changes = {"conversations": _TALKS.c.conversations + 1}
    insert_or_update(conn, _TALKS, row, changes)


def count_orders(conn: Connection, *, since: datetime) -> dict[OrderStatus, int]:
    """Count the orders that were made since then by where they stand."""
    query = (
        sa.select(_ORDERS.c.status, sa.func.count())
        # Named, so that each status is a piece of the index.
        .where(_ORDERS.c.status.in_([status.value for status in OrderStatus]))
        .where(_ORDERS.c.created_at >= since, _ORDERS.c.paid_with_order_id.is_(None))
        .group_by(_ORDERS.c.status)
    )
    return {OrderStatus(status): int(count) for status, count in conn.execute(query)}


def count_unclosed(conn: Connection) -> dict[str, int]:
    """Count the orders that are open, processing, disputed or need somebody, also where none is."""
    statuses = [status.value for status in _UNCLOSED]
    # One that several lines are paid with counts once, whichever line of it waits.
    number = sa.func.coalesce(_ORDERS.c.paid_with_order_id, _ORDERS.c.id)
    query = (
        sa.select(_ORDERS.c.status, sa.func.count(number.distinct()))
        .where(_ORDERS.c.status.in_(statuses))
        .group_by(_ORDERS.c.status)
    )
    return {**dict.fromkeys(statuses, 0), **{row[0]: int(row[1]) for row in conn.execute(query)}}


def count_refunds_underway(conn: Connection) -> int:
    """Count the refunds that are requested and not through."""
    is_underway = schema.refunds.c.status.in_([status.value for status in refunds.UNDERWAY])
    query = sa.select(sa.func.count()).select_from(schema.refunds).where(is_underway)
    return int(conn.execute(query).scalar_one())


def count_handoffs(conn: Connection) -> int:
    """Count the conversations that people lead."""
    is_open = schema.handoffs.c.open_slot.is_not(None)
    query = sa.select(sa.func.count()).select_from(schema.handoffs).where(is_open)
    return int(conn.execute(query).scalar_one())


def add_up_moves(conn: Connection, *, since: datetime) -> list[tuple[str, str, int, int]]:
    """Add up what moved since then: kind, currency, how many, minor units."""
    query = (
        sa.select(
            _LEDGER.c.kind, _LEDGER.c.currency, sa.func.count(), sa.func.sum(_LEDGER.c.amount)
        )
        .where(_LEDGER.c.at >= since)
        .group_by(_LEDGER.c.kind, _LEDGER.c.currency)
    )
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in conn.execute(query)]


def add_up_elsewhere(conn: Connection, currency: str, *, since: datetime) -> int:
    """Add up what was paid at the box office since then and not given back, in minor units."""
    query = sa.select(sa.func.sum(_ORDERS.c.amount_total - _ORDERS.c.amount_refunded)).where(
        _ORDERS.c.paid_elsewhere == PaidElsewhere.ELSEWHERE.value,
        _ORDERS.c.paid_at >= since,
        _ORDERS.c.currency == currency,
    )
    return int(conn.execute(query).scalar() or 0)


def list_seats(conn: Connection, *, starts_after: datetime) -> list[ShowSeats]:
    """List how full each show is, the soonest first."""
    totals = [sa.func.sum(_SECTIONS.c[name]) for name in ("seats", "sold", "held")]
    query = (
        sa.select(_SHOWS.c.id, _SHOWS.c.name, _SHOWS.c.starts_at_local, *totals)
        .select_from(_SHOWS.join(_SECTIONS, _SECTIONS.c.show_id == _SHOWS.c.id))
        .where(_SHOWS.c.starts_at > starts_after)
        .group_by(_SHOWS.c.id, _SHOWS.c.name, _SHOWS.c.starts_at_local, _SHOWS.c.starts_at)
        .order_by(_SHOWS.c.starts_at, _SHOWS.c.id)
        .limit(MOST_SHOWS)
    )
    return [ShowSeats(*row[:3], *(int(total) for total in row[3:])) for row in conn.execute(query)]


def _moves(currency: str, since: datetime) -> sa.sql.Select:
    day = sa.func.date(_LEDGER.c.at)
    kinds = (ledger.PAYMENT, ledger.REFUND, ledger.REFUND_FAILED)
    return (
        sa.select(day, _LEDGER.c.kind, sa.func.count(), sa.func.sum(_LEDGER.c.amount))
        .where(_LEDGER.c.at >= since, _LEDGER.c.kind.in_(kinds), _LEDGER.c.currency == currency)
        .group_by(day, _LEDGER.c.kind)
    )


def _failures(currency: str, since: datetime) -> sa.sql.Select:
    day = sa.func.date(_ORDERS.c.declined_at)
    return (
        sa.select(day, sa.func.count())
        .where(
            _ORDERS.c.declined_at >= since,
            _ORDERS.c.paid_at.is_(None),
            _ORDERS.c.status != OrderStatus.PROCESSING.value,
            _ORDERS.c.currency == currency,
        )
        .group_by(day)
    )


def _talks(since: datetime) -> sa.sql.Select:
    return sa.select(_TALKS.c.day, _TALKS.c.stage, _TALKS.c.conversations).where(
        _TALKS.c.day >= since.date()
    )


def _date(value: date | str) -> date:
    """Read what ``date()`` gives: a text on SQLite."""
    return date.fromisoformat(value) if isinstance(value, str) else value
