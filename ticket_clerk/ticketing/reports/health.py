"""Health of what a payment needs: database, Stripe, Rasa, and the backlog."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import host_reservations, outbox, webhook_events
from ticket_clerk.ticketing.domain.errors import PaymentError

# Anybody may ask for the health; Stripe is asked at most this often.
HEALTH_EVERY_S = 5.0
LONGEST_BACKLOG = timedelta(minutes=5)


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
