"""Lists what needs manual review: events, messages and orders that do not move on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    host_reservations,
    ledger,
    orders,
    outbox,
    refunds,
    webhook_events,
)
from ticket_clerk.ticketing.database.tables.host_reservations import HostBacklog
from ticket_clerk.ticketing.database.tables.outbox import Backlog
from ticket_clerk.ticketing.database.tables.webhook_events import RecordedEvent
from ticket_clerk.ticketing.domain.after_sales import OrderRefund
from ticket_clerk.ticketing.domain.models import Order, OrderStatus

# Nobody reads more numbers than these in one sitting.
MOST_ORDERS = 100


@dataclass(frozen=True)
class ManualReview:
    """What the books say at one moment; ``None`` for what never happened."""

    last_webhook_at: datetime | None
    last_payment_at: datetime | None
    failed_events: tuple[RecordedEvent, ...]
    events_in_need: tuple[RecordedEvent, ...]
    backlog: Backlog
    # What the host that keeps its seats itself was not told yet.
    host: HostBacklog
    refunds_underway: tuple[OrderRefund, ...]
    orders_in_need: tuple[Order, ...]


def get_manual_review(container: Container) -> ManualReview:
    """Read what waits, in one snapshot; ``refunds_underway`` is oldest first.

    Raises DatabaseUnavailable.
    """
    with container.database.read() as conn:
        return ManualReview(
            last_webhook_at=webhook_events.last_received_at(conn),
            last_payment_at=ledger.last_payment_at(conn),
            failed_events=tuple(webhook_events.list_failed(conn)),
            events_in_need=tuple(webhook_events.list_waiting(conn)),
            backlog=outbox.backlog(conn),
            host=host_reservations.backlog(conn),
            refunds_underway=tuple(refunds.list_with_status(conn, refunds.UNDERWAY)),
            orders_in_need=tuple(
                orders.list_orders(
                    conn,
                    status=OrderStatus.NEEDS_ATTENTION,
                    before=None,
                    limit=MOST_ORDERS,
                    by_line=True,
                )
            ),
        )


def has_event_about(container: Container, object_id: str, *, since: datetime) -> bool:
    """Tell whether an event about this object of Stripe's arrived since then."""
    with container.database.read() as conn:
        return webhook_events.has_any_about(conn, object_id, since=since)
