"""The table of Stripe's webhook events: each is taken once, with what came of it.

A failed one is kept with its error and is not taken for done: it may be taken again, by Stripe's
next delivery or by :mod:`inbox`. Bodies are not kept, since they hold names and addresses; Stripe
has each event for 30 days.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent

_EVENTS = schema.webhook_events
# How an event came: Stripe delivered it, or we read it there to make up for a lost delivery.
DELIVERED = "webhook"
READ = "stripe"
# Not Stripe's: a messenger told of a payment that its own provider collected.
TOLD = "messenger"
FAILED = "failed"
# Money that came once too often and goes back by itself.
_PAID_TWICE = "paid_twice"
# Outcomes of money that came or went and matches nothing here: a person has to look.
NEEDS_SOMEBODY = frozenset(
    {"needs_attention", "foreign_session", "foreign_intent", "refund_failed", "disputed"}
)

# Built once: building takes longer than running. What is set, is set by the parameters.
_UPDATE = sa.update(_EVENTS).where(_EVENTS.c.webhook_event_id == sa.bindparam("event_id"))


def _insert_or_retake() -> Any:
    names = (
        "webhook_event_id type object_id livemode created_at received_at source attempts outcome "
        "error"
    ).split()
    insert = sa.insert(_EVENTS).compile(column_keys=names)
    retake = f"""{insert} ON CONFLICT (webhook_event_id) DO UPDATE SET
        outcome = excluded.outcome, error = excluded.error, received_at = excluded.received_at,
        attempts = webhook_events.attempts + 1 WHERE webhook_events.outcome = '{FAILED}'"""
    return sa.text(retake).bindparams(*(sa.bindparam(n, type_=_EVENTS.c[n].type) for n in names))


_INSERT = sa.insert(_EVENTS)
_ARE_NAMED = _EVENTS.c.webhook_event_id.in_(sa.bindparam("event_ids", expanding=True))
_TAKEN = sa.select(_EVENTS.c.webhook_event_id).where(_ARE_NAMED, _EVENTS.c.outcome != FAILED)
_FORGET = sa.delete(_EVENTS).where(_ARE_NAMED)
# Of an event that is on record only a failed one is changed.
_INSERT_OR_RETAKE = _insert_or_retake()


@dataclass(frozen=True)
class RecordedEvent:
    """What is on record of an event; ``error`` is an error's code where it failed."""

    id: str
    type: str
    outcome: str
    attempts: int
    error: str | None
    order_id: str | None
    received_at: datetime
    object_id: str | None = None


def record_once(
    conn: Connection, event: WebhookEvent, *, now: datetime, source: str = DELIVERED
) -> bool:
    """Insert the event, or take up one that had failed; False when it was taken already.

    One conditional statement decides: of two deliveries at once one is told no.
    """
    values = _values(event, now, source, "received", None)
    return bool(conn.execute(_INSERT_OR_RETAKE, values).rowcount == 1)


def record_taken(
    conn: Connection,
    taken: Iterable[tuple[WebhookEvent, str | None]],
    outcome: str,
    *,
    now: datetime,
) -> None:
    """Insert events, delivered for the first time, each with the id of the order that it is about.

    Raises IntegrityError where one is on record: the caller undoes the transaction.
    """
    rows = [
        {**_values(event, now, DELIVERED, outcome, None), "order_id": order_id}
        # In one order for all, so that two deliveries of several never wait for each other.
        for event, order_id in sorted(taken, key=lambda one: one[0].id)
    ]
    conn.execute(_INSERT, rows)


def forget(conn: Connection, webhook_event_ids: Sequence[str]) -> None:
    """Take events off the record again that the same transaction has inserted."""
    if webhook_event_ids:
        conn.execute(_FORGET, {"event_ids": webhook_event_ids})


def record_failure(
    conn: Connection, event: WebhookEvent, error: str, *, now: datetime, source: str = DELIVERED
) -> None:
    """Keep an event that could not be taken, unless another delivery of it was meanwhile.

    ``error`` is a code or the name of an exception's type, never a text.
    """
    conn.execute(_INSERT_OR_RETAKE, _values(event, now, source, FAILED, error))


def record_outcome(
    conn: Connection, webhook_event_id: str, outcome: str, *, order_id: str | None
) -> None:
    """Write down what came of the event, in the transaction of its effects."""
    outcome_of = {"event_id": webhook_event_id, "outcome": outcome, "order_id": order_id}
    conn.execute(_UPDATE, outcome_of)


def close(conn: Connection, webhook_event_id: str, *, now: datetime) -> bool:
    """Note that somebody has seen to an event that needed a person. Tells whether it was open."""
    closed = conn.execute(
        sa.update(_EVENTS)
        .where(_EVENTS.c.webhook_event_id == webhook_event_id, _waits())
        .values(closed_at=now)
    )
    return bool(closed.rowcount == 1)


def call_somebody(conn: Connection, order_id: str) -> None:
    """Let what told that an order was paid twice wait for a person: the money did not go back."""
    conn.execute(
        sa.update(_EVENTS)
        .where(_EVENTS.c.order_id == order_id, _EVENTS.c.outcome == _PAID_TWICE)
        .values(outcome="foreign_intent")
    )


def forget_before(conn: Connection, moment: datetime, *, limit: int) -> int:
    """Delete the oldest events received before then, but none that waits; returns how many."""
    has_served = (_EVENTS.c.received_at < moment) & (_EVENTS.c.outcome != FAILED) & ~_waits()
    event_id = _EVENTS.c.webhook_event_id
    oldest = sa.select(event_id).where(has_served).order_by(_EVENTS.c.received_at).limit(limit)
    return int(conn.execute(sa.delete(_EVENTS).where(event_id.in_(oldest))).rowcount)


def taken_ids(conn: Connection, webhook_event_ids: Iterable[str]) -> set[str]:
    """Find which of these events are on record and have not failed."""
    return set(conn.execute(_TAKEN, {"event_ids": list(webhook_event_ids)}).scalars())


def list_failed(conn: Connection) -> list[RecordedEvent]:
    """List the events that failed and were not taken since, oldest first."""
    return _list(conn, _EVENTS.c.outcome == FAILED)


def list_waiting(conn: Connection) -> list[RecordedEvent]:
    """List the events that need somebody and were not closed, oldest first."""
    return _list(conn, _waits())


def list_of_order(conn: Connection, order_id: str) -> list[RecordedEvent]:
    """List the events that were about an order, oldest first."""
    return _list(conn, _EVENTS.c.order_id == order_id)


def find_event(conn: Connection, webhook_event_id: str) -> RecordedEvent | None:
    """Find what is on record of an event."""
    return next(iter(_list(conn, _EVENTS.c.webhook_event_id == webhook_event_id)), None)


def has_outcome(conn: Connection, outcome: str, *, since: datetime) -> bool:
    """Look whether an event since then ended like this."""
    is_one = (_EVENTS.c.outcome == outcome) & (_EVENTS.c.received_at >= since)
    query = sa.select(_EVENTS.c.webhook_event_id).where(is_one).limit(1)
    return conn.execute(query).first() is not None


def last_received_at(conn: Connection) -> datetime | None:
    """When Stripe last delivered an event; None when it never did."""
    newest = sa.select(sa.func.max(_EVENTS.c.received_at)).where(_EVENTS.c.source == DELIVERED)
    value: datetime | None = conn.execute(newest).scalar()
    return value


def last_received_since(conn: Connection, since: datetime) -> datetime | None:
    """When Stripe last delivered an event, if that was since then; found by an index."""
    query = (
        sa.select(_EVENTS.c.received_at)
        .where(_EVENTS.c.received_at >= since, _EVENTS.c.source == DELIVERED)
        .order_by(_EVENTS.c.received_at.desc())
        .limit(1)
    )
    value: datetime | None = conn.execute(query).scalar()
    return value


def count_open(conn: Connection) -> dict[str, int]:
    """Count the events that failed or need somebody, by outcome, also where there are none."""
    outcomes = sorted({FAILED, *NEEDS_SOMEBODY})
    query = (
        sa.select(_EVENTS.c.outcome, sa.func.count())
        .where(_EVENTS.c.outcome.in_(outcomes), _EVENTS.c.closed_at.is_(None))
        .group_by(_EVENTS.c.outcome)
    )
    return {**dict.fromkeys(outcomes, 0), **{row[0]: int(row[1]) for row in conn.execute(query)}}


def has_any_about(conn: Connection, object_id: str, *, since: datetime) -> bool:
    """Look whether an event about this object of Stripe's was delivered since then."""
    is_it = (
        (_EVENTS.c.object_id == object_id)
        & (_EVENTS.c.received_at >= since)
        & (_EVENTS.c.source == DELIVERED)
    )
    query = sa.select(_EVENTS.c.webhook_event_id).where(is_it).limit(1)
    return conn.execute(query).first() is not None


def _values(
    event: WebhookEvent, now: datetime, source: str, outcome: str, error: str | None
) -> dict[str, Any]:
    return {
        "webhook_event_id": event.id,
        "type": event.type,
        "object_id": event.object_id,
        "livemode": event.livemode,
        "created_at": event.created_at,
        "received_at": now,
        "source": source,
        "attempts": 1,
        "outcome": outcome,
        "error": error,
    }


def _waits() -> Any:
    return _EVENTS.c.outcome.in_(sorted(NEEDS_SOMEBODY)) & _EVENTS.c.closed_at.is_(None)


def _list(conn: Connection, condition: Any) -> list[RecordedEvent]:
    rows = conn.execute(
        sa.select(_EVENTS)
        .where(condition)
        .order_by(_EVENTS.c.created_at, _EVENTS.c.webhook_event_id)
    )
    return [
        RecordedEvent(
            row.webhook_event_id,
            row.type,
            row.outcome,
            row.attempts,
            row.error,
            row.order_id,
            row.received_at,
            row.object_id,
        )
        for row in rows
    ]
