"""The states that Prometheus asks for: one snapshot of the database, each statement by an index."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import inf

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    figures,
    host_reservations,
    outbox,
    webhook_events,
)
from ticket_clerk.ticketing.database.tables.figures import ShowSeats
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable
from ticket_clerk.ticketing.metrics import write_metrics

# How far back the last webhook is looked for.
_WEBHOOKS_OF = timedelta(days=30)
Families = list[GaugeMetricFamily]


def export_metrics(container: Container) -> bytes:
    """Write all metrics in the text format of Prometheus; changes nothing.

    Without the database ``ticket_clerk_database_up`` is 0 and the states are left out.
    """
    try:
        with container.database.read() as conn:
            families = _read_states(conn, container.now())
    except DatabaseUnavailable:
        families = []
    up = _gauge("database_up", "Whether the database answered.", float(bool(families)))
    return write_metrics([up, *families])


def _read_states(conn: Connection, now: datetime) -> Families:
    return [
        *_notifications(conn, now),
        *_host(conn, now),
        *_webhooks(conn, now),
        _labeled("orders", "Orders that are not closed.", "status", figures.count_unclosed(conn)),
        _gauge("refunds_underway", "Refunds on their way.", figures.count_refunds_underway(conn)),
        _gauge("handoffs_open", "Conversations that people lead.", figures.count_handoffs(conn)),
        _seats(figures.list_seats(conn, starts_after=now)),
        *_money(conn, now),
    ]


def _notifications(conn: Connection, now: datetime) -> Iterable[GaugeMetricFamily]:
    backlog = outbox.backlog(conn)
    states = {"waiting": backlog.waiting - backlog.parked, "parked": backlog.parked}
    yield _labeled("notifications", "Notifications that are not delivered.", "state", states)
    ages = {
        "waiting": _age(backlog.oldest_at, now),
        "unreached": _age(backlog.unreached_since, now),
    }
    about = "Age of the oldest; unreached is the oldest that does not only wait for its buyer."
    yield _labeled("notification_oldest_seconds", about, "state", ages)


def _host(conn: Connection, now: datetime) -> Iterable[GaugeMetricFamily]:
    backlog = host_reservations.backlog(conn)
    about = "Orders whose free seats the host that keeps them was not told of."
    yield _gauge("host_releases_waiting", about, backlog.waiting)
    about = "Since when the host has been told of free seats in vain."
    yield _gauge("host_release_oldest_seconds", about, _age(backlog.tried_since, now))


def _webhooks(conn: Connection, now: datetime) -> Iterable[GaugeMetricFamily]:
    last = webhook_events.last_received_since(conn, now - _WEBHOOKS_OF)
    # Never is longer ago than any limit, and a gauge that is left out is above none.
    since = inf if last is None else _age(last, now)
    yield _gauge("last_webhook_seconds", "Since Stripe's last event; +Inf: none.", since)
    open_events = webhook_events.count_open(conn)
    about = "Events that failed, or tell of money that matches nothing here."
    yield _labeled("events_to_review", about, "outcome", open_events)


def _seats(shows: Iterable[ShowSeats]) -> GaugeMetricFamily:
    about = f"Seats of the next {figures.MOST_SHOWS} shows: left, held, sold."
    family = GaugeMetricFamily("ticket_clerk_seats", about, labels=["show", "state"])
    for show in shows:
        left = max(0, show.seats - show.held - show.sold)
        for state, count in (("left", left), ("held", show.held), ("sold", show.sold)):
            family.add_metric([show.show_id, state], count)
    return family


def _money(conn: Connection, now: datetime) -> Iterable[GaugeMetricFamily]:
    """Today's movements. They begin at 0 each midnight (UTC), which ``increase()`` understands."""
    labels = ["kind", "currency"]
    amounts = GaugeMetricFamily(
        "ticket_clerk_money_today_minor_units", "Moved since midnight, UTC.", labels=labels
    )
    counts = GaugeMetricFamily(
        "ticket_clerk_movements_today", "How many movements that were.", labels=labels
    )
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for kind, currency, count, amount in figures.add_up_moves(conn, since=midnight):
        amounts.add_metric([kind, currency], amount)
        counts.add_metric([kind, currency], count)
    return amounts, counts


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _gauge(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"ticket_clerk_{name}", about, value=value)


def _labeled(name: str, about: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"ticket_clerk_{name}", about, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family
