"""Whether the parts that a payment needs answer: database, Stripe, Rasa, and the backlog."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from . import outbox, webhook_events
from .errors import PaymentError
from .shop import Shop

LONGEST_BACKLOG = timedelta(minutes=5)


def examine(shop: Shop) -> dict[str, Any]:
    """Ask each part once; ``status`` is ``ok`` or ``degraded``, each part ``ok`` or an error code.

    Holds no address, id or secret, so anybody may read it.
    """
    report: dict[str, Any] = {
        "database": _try(shop.store.require_current_schema),
        "stripe": _try(shop.stripe.ping),
        "rasa": _try(shop.rasa.ping),
    }
    is_well = all(value == "ok" for value in report.values())
    if report["database"] == "ok":
        with shop.store.read() as conn:
            waiting, oldest = outbox.backlog(conn)
            received_at = webhook_events.last_received_at(conn)
        is_stuck = oldest is not None and shop.now() - oldest > LONGEST_BACKLOG
        is_well = is_well and not is_stuck
        report["backlog"] = {"messages": waiting, "oldest_at": oldest, "is_stuck": is_stuck}
        report["last_webhook_at"] = received_at
    return {"status": "ok" if is_well else "degraded", **report}


def _try(ask: Callable[[], None]) -> str:
    try:
        ask()
    except PaymentError as exc:
        return exc.code
    return "ok"
