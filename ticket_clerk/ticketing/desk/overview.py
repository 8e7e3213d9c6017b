"""How the shop is doing: money over time, what became of orders, seats sold a show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import figures, shows
from ticket_clerk.ticketing.database.tables.figures import Day, ShowSeats
from ticket_clerk.ticketing.domain.models import OrderStatus

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
