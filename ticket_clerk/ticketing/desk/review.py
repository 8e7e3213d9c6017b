"""What needs somebody, in one snapshot: the desk's queue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    handoffs,
    orders,
    outbox,
    refunds,
    webhook_events,
)
from ticket_clerk.ticketing.database.tables.outbox import StoredMessage
from ticket_clerk.ticketing.database.tables.webhook_events import RecordedEvent
from ticket_clerk.ticketing.domain.after_sales import OrderRefund
from ticket_clerk.ticketing.domain.models import Handoff, Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import Dispute

# Nobody sees to more in one sitting.
MOST_LISTED = 100
# A bank decides within three months.
_DISPUTES_LAST = timedelta(days=120)
_NO_DEADLINE = datetime.max.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Review:
    """What waits, oldest first; ``may_be_disputed`` says whether Stripe is worth asking."""

    handoffs: tuple[Handoff, ...]
    waiting_events: tuple[RecordedEvent, ...]
    failed_events: tuple[RecordedEvent, ...]
    orders: tuple[Order, ...]
    parked: tuple[StoredMessage, ...]
    refunds: tuple[OrderRefund, ...]
    may_be_disputed: bool


def read_review(container: Container) -> Review:
    """Read the queue; of each kind at most a hundred."""
    since = container.now() - _DISPUTES_LAST
    with container.database.read() as conn:
        waiting = webhook_events.list_waiting(conn)[:MOST_LISTED]
        in_need, disputed = (
            orders.list_orders(conn, status=status, before=None, limit=MOST_LISTED, by_line=True)
            for status in (OrderStatus.NEEDS_ATTENTION, OrderStatus.DISPUTED)
        )
        asks = webhook_events.has_outcome(conn, "inquiry", since=since)
        is_dispute = any(event.type.startswith("charge.dispute") for event in waiting)
        return Review(
            handoffs=tuple(handoffs.list_handoffs(conn, is_open=True)),
            waiting_events=tuple(waiting),
            failed_events=tuple(webhook_events.list_failed(conn)[:MOST_LISTED]),
            orders=tuple(in_need),
            parked=tuple(outbox.list_parked(conn, limit=MOST_LISTED)),
            refunds=tuple(refunds.list_with_status(conn, refunds.UNDERWAY)[:MOST_LISTED]),
            may_be_disputed=bool(disputed) or is_dispute or asks,
        )


def read_disputes(container: Container) -> list[tuple[Dispute, Order | None]]:
    """Read from Stripe which disputes are open, the next deadline first, each with its order.

    Raises StripeUnavailable, StripeRejected.
    """
    listed = container.stripe.list_disputes(container.now() - _DISPUTES_LAST)
    is_open = [dispute for dispute in listed if dispute.is_open]
    is_open.sort(key=lambda dispute: dispute.due_by or _NO_DEADLINE)
    with container.database.read() as conn:
        return [
            (dispute, orders.find_order_by_payment(conn, *dispute.payment_ids))
            for dispute in is_open[:MOST_LISTED]
        ]
