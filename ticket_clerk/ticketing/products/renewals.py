"""Applies a subscription's snapshot: ledger, subscription, notifications.

Inside the caller's transaction; safe to repeat, in any order. A paid invoice stays paid, so it is
written down whatever the snapshot's age. All else follows only a snapshot newer than the last.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import ledger, orders, outbox, subscriptions
from ticket_clerk.ticketing.domain.models import ENDED, MessageKind, Order, OrderKind, Subscription
from ticket_clerk.ticketing.domain.stripe_objects import (
    API_SERVICE,
    SERVICE,
    CheckoutSession,
    Invoice,
    SubscriptionSnapshot,
)

Outcome = tuple[str, str | None]

_RENEWAL = "subscription_cycle"
_WORDS = {
    MessageKind.SEASON_RENEWED: "renewed",
    MessageKind.SEASON_PAYMENT_FAILED: "payment_failed",
    MessageKind.SEASON_CANCELING: "canceling",
    MessageKind.SEASON_ENDED: "ended",
}


def begin_subscription(
    conn: Connection,
    order: Order,
    session: CheckoutSession,
    snapshot: SubscriptionSnapshot,
    *,
    now: datetime,
) -> str | None:
    """Insert the subscription that an order's session began, and what was paid for it so far.

    Safe to repeat; returns the id of its first PaymentIntent. Only a session makes a subscription
    an order's: its metadata alone could be a copy.
    """
    subscriptions.insert_subscription(conn, _subscription(snapshot, order.id))
    _record_invoices(conn, snapshot, order.id, now=now)
    first = snapshot.invoice(session.invoice_id)
    return first.payment_intent_id if first else None


def apply_snapshot(conn: Connection, snapshot: SubscriptionSnapshot, *, now: datetime) -> Outcome:
    """Bring everything in line with the snapshot; returns a word for the log, and the order.

    Safe to repeat: ``unchanged``. Before the order's session is settled only money is written
    down, also as ``unchanged``; the rest waits for it.
    """
    metadata = snapshot.subscription.metadata
    if metadata.get("service") == API_SERVICE:
        return _apply_api_snapshot(conn, snapshot, now=now), None
    known = subscriptions.find_subscription(conn, snapshot.subscription.id)
    named = known.order_id if known else metadata.get("order_id")
    order = orders.find_order(conn, str(named), lock=True)
    if order is None or order.kind is not OrderKind.SUBSCRIPTION:
        return "ignored_not_ours", None
    if known is None and metadata.get("service") != SERVICE:
        return "ignored_not_ours", None
    is_paid = _record_invoices(conn, snapshot, order.id, now=now)
    if known is None:
        return ("paid" if is_paid else "unchanged"), order.id
    said = _notify(conn, order, snapshot, now=now)
    return (_WORDS[said[-1]] if said else "unchanged"), order.id


def _notify(
    conn: Connection, order: Order, snapshot: SubscriptionSnapshot, *, now: datetime
) -> list[MessageKind]:
    promised = [
        (MessageKind.SEASON_RENEWED, invoice.id)
        for invoice in reversed(snapshot.invoices)
        if invoice.status == "paid" and invoice.billing_reason == _RENEWAL
    ]
    if subscriptions.update_subscription(conn, _subscription(snapshot, order.id), now=now):
        promised += _state_of(conn, order, snapshot, now=now)
    return [
        kind for kind, about in promised if outbox.enqueue(conn, order, kind, now=now, about=about)
    ]


def _state_of(
    conn: Connection, order: Order, snapshot: SubscriptionSnapshot, *, now: datetime
) -> list[tuple[MessageKind, str]]:
    subscription, due = snapshot.subscription, _due_invoice(snapshot)
    promised = []
    if due is not None:
        orders.note_decline(conn, order.id, at=now)
        promised.append((MessageKind.SEASON_PAYMENT_FAILED, f"{due.id}:{due.attempt_count}"))
    has_ended = subscription.status in ENDED
    if has_ended or subscription.cancel_at_period_end:
        subscriptions.request_cancellation(conn, subscription.id, at=None)
    if has_ended:
        promised.append((MessageKind.SEASON_ENDED, ""))
    elif subscription.cancel_at_period_end:
        end = subscription.current_period_end
        promised.append((MessageKind.SEASON_CANCELING, end.date().isoformat() if end else ""))
    return promised


def _due_invoice(snapshot: SubscriptionSnapshot) -> Invoice | None:
    """The newest invoice that was tried and not paid, while paying it still helps."""
    if snapshot.subscription.status in ENDED:
        return None
    tried = (one for one in snapshot.invoices if one.status == "open" and one.attempt_count)
    return next(tried, None)


def _apply_api_snapshot(conn: Connection, snapshot: SubscriptionSnapshot, *, now: datetime) -> str:
    """Write down what a subscription paid that was made through the API, and what it did not."""
    is_paid = _record_invoices(conn, snapshot, None, now=now)
    due = _due_invoice(snapshot)
    if due is not None and due.payment_intent_id is not None:
        ledger.record_decline(conn, due.payment_intent_id, due.currency, at=now)
    return "paid" if is_paid else "unchanged"


def _record_invoices(
    conn: Connection, snapshot: SubscriptionSnapshot, order_id: str | None, *, now: datetime
) -> bool:
    """Write every paid invoice into the ledger, under its own id; tells whether one was new."""
    paid = [
        invoice for invoice in snapshot.invoices if invoice.status == "paid" and invoice.amount_paid
    ]
    written = [
        ledger.record(
            conn,
            invoice.id,
            kind=ledger.PAYMENT,
            amount=invoice.amount_paid,
            currency=invoice.currency,
            order_id=order_id,
            payment_intent_id=invoice.payment_intent_id,
            at=now,
        )
        for invoice in reversed(paid)
    ]
    return any(written)


def _subscription(snapshot: SubscriptionSnapshot, order_id: str) -> Subscription:
    due = _due_invoice(snapshot)
    return Subscription(
        id=snapshot.subscription.id,
        order_id=order_id,
        status=snapshot.subscription.status,
        current_period_end=snapshot.subscription.current_period_end,
        cancel_at_period_end=snapshot.subscription.cancel_at_period_end,
        payment_url=due.hosted_invoice_url if due else None,
        read_at=snapshot.read_at,
    )
