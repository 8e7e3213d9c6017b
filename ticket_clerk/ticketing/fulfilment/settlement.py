"""Applies the state of a Checkout Session to its order, inside the caller's transaction.

Webhooks, reconciliation and the buyer's own question all end here, so they cannot disagree.
Everything may be repeated, in any order: each move is one conditional statement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.engine import attempt
from ticket_clerk.ticketing.database.tables import (
    customers,
    ledger,
    numbered_seats,
    orders,
    outbox,
    tickets,
)
from ticket_clerk.ticketing.domain.checkout_terms import EXCLUSIVE, Charged
from ticket_clerk.ticketing.domain.models import (
    UNPAID,
    MessageKind,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.domain.order_lines import charged_by_line
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession, SubscriptionSnapshot
from ticket_clerk.ticketing.products import apply_snapshot, product_of

from . import late_payments
from .closing import close_unpaid, lock_lines, move_all

_LATE = (OrderStatus.EXPIRED, OrderStatus.CANCELED)


def settle(
    conn: Connection,
    order_id: str,
    session: CheckoutSession,
    *,
    now: datetime,
    snapshot: SubscriptionSnapshot | None = None,
) -> str:
    """Lock the order and settle it; ``unknown_order`` if there is none."""
    order = orders.lock_order(conn, order_id)
    if order is None:
        return "unknown_order"
    return settle_locked(conn, order, session, now=now, snapshot=snapshot)


def settle_locked(
    conn: Connection,
    order: Order,
    session: CheckoutSession,
    *,
    now: datetime,
    snapshot: SubscriptionSnapshot | None,
) -> str:
    """Bring the order in line with its session; returns what was done, in a word for the log.

    The session must be the order's own: a session that names the order but is not the one that
    was made for it pays nothing, and money in it needs somebody's attention. ``snapshot`` is
    of the subscription that it began, if it did.
    """
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
    if session.customer_id is not None:
        customers.remember_customer(conn, order.buyer, session.customer_id)
    if session.payment_status == "unpaid":
        waits = move_all(conn, order, OrderStatus.PROCESSING, [OrderStatus.OPEN])
        return "processing" if waits else "unchanged"
    return _pay(conn, order, session, snapshot, now=now)


def ordinary_charge(order: Order, session: CheckoutSession) -> Charged | None:
    """Return what a session charged, where settling it only means that the order is paid.

    That is a paid session, which is the order's own, of what the order allows, in time, for what is
    held. Else None: :func:`settle_locked` says what follows from it.
    """
    is_paid = session.status == "complete" and session.payment_status == "paid"
    is_its_own = order.checkout_session_id == session.id and order.status in UNPAID
    if not (is_paid and session.payment_intent_id and is_its_own):
        return None
    return _charged(order, session) if product_of(order).is_ordinary(order) else None


def settle_native(
    conn: Connection, order_id: str, charge_id: str, *, amount: int, currency: str, now: datetime
) -> str:
    """Bring the order in line with a payment that a messenger's own provider collected.

    As :func:`settle` with a session that was paid, except that it is not the order's own: the
    caller knows for which order the invoice was. Safe to repeat with the same charge.
    """
    order = orders.lock_order(conn, order_id)
    if order is None:
        return "unknown_order"
    paid = CheckoutSession(
        id=charge_id,
        url=None,
        status="complete",
        payment_status="paid",
        amount_total=amount,
        currency=currency,
        payment_intent_id=charge_id,
        client_reference_id=order.id,
    )
    return _pay(conn, order, paid, None, now=now)


def expire(conn: Connection, order_id: str, *, now: datetime) -> str:
    """Close an unpaid order for which no money comes: Stripe never made its session, or a delayed
    payment failed. Safe to repeat.
    """
    order = orders.lock_order(conn, order_id)
    return _expire(conn, order, now=now) if order else "unknown_order"


def _pay(
    conn: Connection,
    order: Order,
    session: CheckoutSession,
    snapshot: SubscriptionSnapshot | None,
    *,
    now: datetime,
) -> str:
    if order.status not in UNPAID and order.status not in _LATE:
        return _pay_again(conn, order, session, now)
    product = product_of(order)
    payment_id = product.record_payment(conn, order, session, snapshot, now=now)
    paid: dict[str, object] = {"paid_at": now, "payment_intent_id": payment_id}
    charged = _charged(order, session)
    if charged is None:
        return _mark_for_review(conn, order, [paid] * order.line_count, now=now)
    paid_by_line = [{**paid, **amounts(one)} for one in charged_by_line(order, charged)]
    if _was_canceled_by_buyer(order) or not _fulfil(conn, order):
        _mark_for_review(conn, order, paid_by_line, now=now)
        late_payments.give_back(conn, orders.get_order(conn, order.id), now=now)
        return "needs_attention"
    for line, values in zip(order.paid_together, paid_by_line, strict=True):
        orders.transition(conn, line.id, OrderStatus.PAID, from_=[line.status], **values)
        tickets.issue(conn, line, now=now)
        numbered_seats.seat_last(conn, line.parent_order_id or line.id)
    outbox.enqueue(conn, order, MessageKind.PAYMENT_CONFIRMED, now=now)
    if snapshot is not None:
        apply_snapshot(conn, snapshot, now=now)
    return "paid"


def amounts(charged: Charged) -> dict[str, int]:
    """Give what was charged as values of an order's row."""
    return {
        "amount_total": charged.total,
        "amount_discount": charged.discount,
        "amount_tax": charged.tax,
    }


def _fulfil(conn: Connection, order: Order) -> bool:
    """Sell all lines of an order, or none, and then nothing is held for it any more."""
    lines = order.paid_together
    if len(lines) == 1:
        return product_of(order).fulfil(conn, order)
    lock_lines(conn, order)
    if attempt(conn, lambda: all(product_of(line).fulfil(conn, line) for line in lines)):
        return True
    for line in lines:
        product_of(line).release(conn, line)
    return False


def _was_canceled_by_buyer(order: Order) -> bool:
    """Whether the buyer was told that it is canceled: a payment after that is no change of mind.

    A messenger's invoice that is already on the screen can be paid all the same.
    """
    return order.status is OrderStatus.CANCELED and order.cancel_requested_at is not None


def _pay_again(conn: Connection, order: Order, session: CheckoutSession, now: datetime) -> str:
    """The same payment told again; or a second one, on Stripe's page and in a messenger at once,
    which goes back, or waits for somebody where Stripe has not got it.
    """
    payment_id = session.payment_intent_id
    is_same = payment_id in {None, order.payment_intent_id}
    # Each invoice of what recurs is a payment of its own, and none of them one too many.
    if is_same or product_of(order).is_recurring:
        return "already_paid"
    if not ledger.record_payment(conn, order, session, at=now):
        return "already_paid"
    amount, currency = session.amount_total or 0, session.currency or order.currency
    refund_id = late_payments.refund_duplicate(
        conn, order, str(payment_id), amount, currency, now=now
    )
    outbox.enqueue(conn, order, MessageKind.PAID_TWICE, now=now, about=refund_id or "")
    return "paid_twice" if refund_id else "foreign_intent"


def _mark_for_review(
    conn: Connection, order: Order, paid: Sequence[Mapping[str, object]], *, now: datetime
) -> str:
    to = OrderStatus.NEEDS_ATTENTION
    for line, values in zip(order.paid_together, paid, strict=True):
        orders.transition(conn, line.id, to, from_=[line.status], **values)
    outbox.enqueue(conn, order, MessageKind.PAYMENT_NEEDS_ATTENTION, now=now)
    return "needs_attention"


def _expire(conn: Connection, order: Order, *, now: datetime) -> str:
    if order.cancel_requested_at is not None and order.status is OrderStatus.OPEN:
        return _cancel(conn, order)
    if not close_unpaid(conn, order, OrderStatus.EXPIRED, from_=UNPAID):
        return "unchanged"
    outbox.enqueue(conn, order, MessageKind.CHECKOUT_EXPIRED, now=now)
    return "expired"


def _cancel(conn: Connection, order: Order) -> str:
    # The buyer did it and is answered where they asked; nothing is left to notify of.
    is_canceled = close_unpaid(conn, order, OrderStatus.CANCELED, from_=[OrderStatus.OPEN])
    return "canceled" if is_canceled else "unchanged"


def _charged(order: Order, session: CheckoutSession) -> Charged | None:
    """Return what a complete session charged; None where it isn't what the order allows.

    A discount counts only where the order allowed one, tax only where it was to be reckoned, and
    the sums must add up. A session says ``no_payment_required`` exactly where nothing was left to
    pay.
    """
    total, discount, tax = session.amount_total, session.amount_discount, session.amount_tax
    if total is None or session.currency != order.currency or session.amount_shipping:
        return None
    if _subtotal(session) != order.payment_subtotal:
        return None
    if not _is_allowed(order, discount) or tax < 0 or (tax and not order.tax_behavior):
        return None
    added = tax if order.tax_behavior == EXCLUSIVE else 0
    if total != order.payment_subtotal - discount + added:
        return None
    is_free = session.payment_status == "no_payment_required"
    return Charged(total, discount, tax) if is_free == (total == 0) else None


def _subtotal(session: CheckoutSession) -> int | None:
    # What a messenger collected has no sums but one.
    return session.amount_total if session.amount_subtotal is None else session.amount_subtotal


def _is_allowed(order: Order, discount: int) -> bool:
    """Whether it is the discount of the order's own code, or of one that could be typed."""
    if not 0 <= discount <= order.payment_subtotal:
        return False
    if order.promotion_code_id is not None:
        return discount == order.payment_discount
    return discount == 0 or order.allows_codes
