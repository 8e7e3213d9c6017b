"""The table of Stripe's webhook events: each is taken once, with what came of it."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import schema
from .store import insert_ignore
from .stripe_objects import WebhookEvent

_EVENTS = schema.webhook_events


def record_once(conn: Connection, event: WebhookEvent, *, now: datetime) -> bool:
    """Store the event; False when it is known already. The primary key decides."""
    return insert_ignore(
        conn,
        _EVENTS,
        {
            "webhook_event_id": event.id,
            "type": event.type,
            "object_id": event.object_id,
            "livemode": event.livemode,
            "created_at": event.created_at,
            "received_at": now,
            "outcome": "received",
        },
    )


def record_outcome(
    conn: Connection, webhook_event_id: str, outcome: str, *, order_id: str | None
) -> None:
    """Write down what came of the event, in the transaction of its effects."""
    conn.execute(
        sa.update(_EVENTS)
        .where(_EVENTS.c.webhook_event_id == webhook_event_id)
        .values(outcome=outcome, order_id=order_id)
    )


def last_received_at(conn: Connection) -> datetime | None:
    """When the newest event arrived; None when none ever did."""
    value: datetime | None = conn.execute(sa.select(sa.func.max(_EVENTS.c.received_at))).scalar()
    return value
