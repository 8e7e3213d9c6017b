"""Deletes rows whose retention period is over.

Outbox rows stay: a season ticket is read again for years, and only they know what was told of it.
"""

from __future__ import annotations

from datetime import timedelta

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    addresses,
    idempotency_keys,
    waits,
    webhook_events,
)

# Stripe sends an event again for at most 30 days; a forgotten one would be taken for new.
EVENTS_KEPT_FOR = timedelta(days=90)


def forget_old(container: Container) -> int:
    """Delete old events, keys and addresses, and waits for what has begun; returns how many.

    Safe to repeat. An event that failed, or needs somebody who has not seen to it, stays however
    old it is.
    """
    now = container.now()
    with container.database.begin() as conn:
        events = webhook_events.forget_before(conn, now - EVENTS_KEPT_FOR)
        past = waits.forget_past(conn, now)
        past += addresses.forget_before(conn, now - addresses.KEPT_FOR)
        return events + past + idempotency_keys.forget_before(conn, now - idempotency_keys.KEPT_FOR)
