"""Reminds buyers of a show a day before it, with the link to their tickets."""

from __future__ import annotations

from datetime import timedelta

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, outbox, reminders
from ticket_clerk.ticketing.domain.models import MessageKind
from ticket_clerk.ticketing.failpoints import Failpoint, reached

BEFORE = timedelta(days=1)
# One transaction; others want to write, too.
BATCH = 20


def remind_buyers(container: Container) -> int:
    """Enqueue what is due, once an order; returns how many.

    With SHOW_REMINDERS=off nothing is. Safe to repeat, and for several at once.
    """
    if container.settings.show_reminders != "on":
        return 0
    count = 0
    while found := _remind_batch(container):
        count += found
    return count


def _remind_batch(container: Container) -> int:
    now = container.now()
    with container.database.read() as conn:
        due = reminders.list_due(conn, now=now, before=BEFORE, limit=BATCH)
    if not due:
        return 0
    with container.database.begin() as conn:
        for order_id, starts_at in due:
            if reminders.mark(conn, order_id, now=now):
                # A show that is moved is another one to be reminded of.
                about = starts_at.isoformat()
                order = orders.get_order(conn, order_id)
                outbox.enqueue(conn, order, MessageKind.SHOW_REMINDER, now=now, about=about)
        reached(Failpoint.REMINDERS_WRITTEN)
    return len(due)
