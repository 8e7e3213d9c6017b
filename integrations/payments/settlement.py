"""What the state of a Checkout Session does to its order. Inside the caller's transaction.

Webhooks, reconciliation and the buyer's own question all end here, so they cannot disagree.
Everything may be repeated, in any order: each move is one conditional statement.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from . import inventory, orders, outbox
from .models import UNPAID, MessageKind, Order, OrderStatus
from .stripe_objects import CheckoutSession

_LATE = (OrderStatus.EXPIRED, OrderStatus.CANCELED)


def settle(conn: Connection, order_id: str, session: CheckoutSession, *, now: datetime) -> str:
    """Bring the order in line with its session; returns what was done, in a word for the log.

    The session must be the order's own: a session that names the order but is not the one that
    was made for it pays nothing, and money in it needs somebody's attention.
    """
    order = orders.find_order(conn, order_id, lock=True)
    if order is None:
        return "unknown_order"
    if order.checkout_session_id is None:
        # The answer of Stripe was lost; what it made for our key is ours.
        orders.attach_checkout_session(
            conn, order.id, checkout_session_id=session.id, checkout_url=session.url
        )
    elif order.checkout_session_id != session.id:
        return "foreign_session"
    if session.status == "expired":
        return _expire(conn, order, now=now)
    if session.status != "complete":
        return "open"
    if session.payment_status == "unpaid":
        waits = orders.transition(conn, order.id, OrderStatus.PROCESSING, from_=[OrderStatus.OPEN])
        return "processing" if waits else "unchanged"
    return _pay(conn, order, session, now=now)


def expire(conn: Connection, order_id: str, *, now: datetime) -> str:
    """Close an unpaid order for which no money comes: Stripe never made its session, or a delayed
    payment failed. Safe to repeat.
    """
    order = orders.find_order(conn, order_id, lock=True)
    return _expire(conn, order, now=now) if order else "unknown_order"


def _pay(conn: Connection, order: Order, session: CheckoutSession, *, now: datetime) -> str:
    if order.status not in UNPAID and order.status not in _LATE:
        return "already_paid"
    paid = {"paid_at": now, "payment_intent_id": session.payment_intent_id}
    is_right_sum = (session.amount_total, session.currency) == (order.amount_total, order.currency)
    if not is_right_sum or not _sell(conn, order):
        return _need_attention(conn, order, paid, now=now)
    orders.transition(conn, order.id, OrderStatus.PAID, from_=[order.status], **paid)
    outbox.enqueue(conn, order, MessageKind.PAYMENT_CONFIRMED, now=now)
    return "paid"


def _sell(conn: Connection, order: Order) -> bool:
    # Paid too late is honored as long as the seats are there.
    return inventory.confirm_hold(conn, order.id) or inventory.take_seats(
        conn,
        show_id=order.show_id,
        section_id=order.section_id,
        quantity=order.quantity,
        is_sale=True,
    )


def _need_attention(
    conn: Connection, order: Order, paid: Mapping[str, object], *, now: datetime
) -> str:
    orders.transition(conn, order.id, OrderStatus.NEEDS_ATTENTION, from_=[order.status], **paid)
    outbox.enqueue(conn, order, MessageKind.PAYMENT_NEEDS_ATTENTION, now=now)
    return "needs_attention"


def _expire(conn: Connection, order: Order, *, now: datetime) -> str:
    if order.cancel_requested_at is not None and order.status is OrderStatus.OPEN:
        return _cancel(conn, order)
    if not orders.transition(conn, order.id, OrderStatus.EXPIRED, from_=UNPAID):
        return "unchanged"
    inventory.release_hold(conn, order.id)
    outbox.enqueue(conn, order, MessageKind.CHECKOUT_EXPIRED, now=now)
    return "expired"


def _cancel(conn: Connection, order: Order) -> str:
    # The buyer did it himself and is answered where he asked; that the time is up is no news.
    if not orders.transition(conn, order.id, OrderStatus.CANCELED, from_=[OrderStatus.OPEN]):
        return "unchanged"
    inventory.release_hold(conn, order.id)
    return "canceled"
