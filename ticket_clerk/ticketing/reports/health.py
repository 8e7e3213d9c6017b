"""Health of what a payment needs, and what needs manual review because it does not move on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Order, OrderStatus

# Anybody may ask for the health; Stripe is asked at most this often.
HEALTH_EVERY_S = 5.0
LONGEST_BACKLOG = timedelta(minutes=5)
# Nobody reads more numbers than these in one sitting.
MOST_ORDERS = 100


def examine(container: Container) -> dict[str, Any]:
    """Ask each part once; ``status`` is ``ok`` or ``degraded``, each part ``ok`` or an error code.

    Holds no address, id or secret, so anybody may read it.
    """
    report: dict[str, Any] = {
        "database": _try(container.database.require_current_schema),
        "stripe": _try(container.stripe.ping),
        "rasa": _try(container.rasa.ping),
    }
    is_well = all(value == "ok" for value in report.values())
    if report["database"] == "ok":
        with container.database.read() as conn:
            backlog = outbox.backlog(conn)
            host = host_reservations.backlog(conn)
            report["last_webhook_at"] = webhook_events.last_received_at(conn)
            failed = len(webhook_events.list_failed(conn))
            waiting = len(webhook_events.list_waiting(conn))
        since = backlog.unreached_since
        now = container.now()
        is_stuck = since is not None and now - since > LONGEST_BACKLOG
        is_untold = host.tried_since is not None and now - host.tried_since > LONGEST_BACKLOG
        is_well = is_well and not is_stuck and not is_untold
        report["backlog"] = {
            "messages": backlog.waiting,
            "oldest_at": backlog.oldest_at,
            "is_stuck": is_stuck,
            "parked": backlog.parked,
        }
        report["host"] = {"releases": host.waiting, "tried_since": host.tried_since}
        report["inbox"] = {"failed": failed, "need_somebody": waiting}
    return {"status": "ok" if is_well else "degraded", **report}


def _try(ask: Callable[[], None]) -> str:
    try:
        ask()
    except PaymentError as exc:
        return exc.code
    return "ok"


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
