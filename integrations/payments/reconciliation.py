"""Every unpaid order held against Stripe, so that a lost webhook costs minutes and not money."""

from __future__ import annotations

import logging
from collections import Counter

from . import orders, settlement
from .errors import StripeUnavailable
from .models import Order
from .sessions import close_session, current_session
from .shop import Shop

log = logging.getLogger(__name__)


def reconcile(shop: Shop) -> dict[str, int]:
    """Make one pass over all unpaid orders; returns how many ended in which outcome.

    Safe to repeat: a second pass finds everything ``open`` or nothing. Orders that Stripe does
    not answer for stay as they are and are counted as ``unreachable``.
    """
    with shop.store.read() as conn:
        unpaid = orders.list_unpaid(conn)
    outcomes = Counter(_reconcile(shop, order) for order in unpaid)
    if outcomes.keys() - {"open"}:
        log.info("payments.orders.reconciled %s", " ".join(f"{k}={n}" for k, n in outcomes.items()))
    return dict(outcomes)


def _reconcile(shop: Shop, order: Order) -> str:
    now = shop.now()
    is_overdue = order.hold_expires_at <= now
    is_new = order.checkout_session_id is None and order.cancel_requested_at is None
    if is_new and not is_overdue:
        # The buyer may still be waiting for the first answer.
        return "open"
    # A wish to cancel is still there when whoever heard it died before Stripe answered.
    is_to_close = is_overdue or order.cancel_requested_at is not None
    try:
        # The seats go only after Stripe has closed the session: nobody pays for a sold seat.
        session = close_session(shop, order) if is_to_close else current_session(shop, order)
    except StripeUnavailable:
        return "unreachable"
    with shop.store.begin() as conn:
        if session is None:
            return settlement.expire(conn, order.id, now=now)
        return settlement.settle(conn, order.id, session, now=now)
