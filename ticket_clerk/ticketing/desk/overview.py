"""How the shop is doing, and the queue of what needs somebody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from typing import Any

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    figures,
    handoffs,
    orders,
    outbox,
    refunds,
    shows,
    webhook_events,
)
from ticket_clerk.ticketing.database.tables.figures import Day, ShowSeats
from ticket_clerk.ticketing.database.tables.outbox import StoredMessage
from ticket_clerk.ticketing.database.tables.webhook_events import RecordedEvent
from ticket_clerk.ticketing.domain.after_sales import OrderRefund
from ticket_clerk.ticketing.domain.models import Handoff, Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import Dispute

# Longer than this, and days are added up to weeks.
_MOST_BARS = 31
_BOUGHT = frozenset(
    {
        OrderStatus.PAID,
        OrderStatus.PARTIALLY_REFUNDED,
        OrderStatus.REFUNDED,
        OrderStatus.DISPUTED,
    }
)
# A show stays for as long after it has begun.
_SHOWN_FOR = timedelta(days=7)
# Nobody sees to more in one sitting.
MOST_LISTED = 100
# A bank decides within three months.
_DISPUTES_LAST = timedelta(days=120)
_NO_DEADLINE = datetime.max.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Overview:
    """Figures of one currency since ``since``: ``periods`` are days or weeks, the oldest first;
    ``paid_elsewhere`` is what was taken at the box office, which is in none of them.

    ``orders`` says how many of the orders that were made since then stand how.
    """

    currency: str
    since: date
    days_a_period: int
    periods: tuple[Day, ...]
    total: Day
    orders: dict[OrderStatus, int]
    shows: tuple[ShowSeats, ...]
    paid_elsewhere: int = 0

    @property
    def orders_made(self) -> int:
        """How many orders were made."""
        return sum(self.orders.values())

    @property
    def conversion(self) -> float | None:
        """What percentage of the orders was paid; None without any."""
        bought = sum(self.orders.get(status, 0) for status in _BOUGHT)
        return round(100 * bought / self.orders_made, 1) if self.orders_made else None

    @property
    def talks_paid(self) -> float | None:
        """What percentage of the conversations led to a payment; None without any."""
        talked, paid = self.total.talked, self.total.paid
        return round(100 * paid / talked, 1) if talked else None


def read_overview(container: Container, days: int) -> Overview:
    """Add up the last ``days`` days, today's part included, in the shop's own currency."""
    now = container.now()
    first = now.date() - timedelta(days=days - 1)
    since = datetime.combine(first, datetime.min.time(), now.tzinfo)
    with container.database.read() as conn:
        currency = shows.find_currency(conn) or "usd"
        by_day = figures.add_up_days(conn, currency, since=since)
        orders = figures.count_orders(conn, since=since)
        elsewhere = figures.add_up_elsewhere(conn, currency, since=since)
        seats = figures.list_seats(conn, starts_after=now - _SHOWN_FOR)
    every_day = [by_day.get(day, Day(day)) for day in _days(first, days)]
    length = 1 if days <= _MOST_BARS else 7
    return Overview(
        currency=currency,
        since=first,
        days_a_period=length,
        periods=tuple(_sum(every_day[n : n + length]) for n in range(0, days, length)),
        total=_sum(every_day),
        orders=orders,
        shows=tuple(seats),
        paid_elsewhere=elsewhere,
    )


def _days(first: date, count: int) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range(count))


def _sum(days: list[Day]) -> Day:
    names = ("revenue", "payments", "refunded", "failed", "talked", "linked", "paid")
    added: dict[str, Any] = {name: sum(getattr(day, name) for day in days) for name in names}
    return replace(days[0], **added)


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
