"""Refunds a payment that bought nothing, once.

There was nothing left to sell for it, or its order was paid already.

The request to give it back is stored with the fact; the next pass over the refunds carries it out.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import orders, refunds
from ticket_clerk.ticketing.domain.after_sales import DUPLICATE, LATE, OrderRefund
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.payment_ids import is_at_stripe


def give_back(conn: Connection, order: Order, *, now: datetime) -> None:
    """Request a refund of what is left of a payment that bought nothing, or nothing any more.

    Of all its lines, as one request. Safe to repeat. What another provider than Stripe collected
    waits for a person.
    """
    request_id = refunds.new_refund_id()
    for line in order.paid_together:
        _give_back(conn, line, request_id, now)


def _give_back(conn: Connection, order: Order, request_id: str, now: datetime) -> None:
    amount = order.amount_left
    if amount < 1 or not is_at_stripe(order.payment_intent_id):
        return
    if not orders.reserve_refund(
        conn, order.id, quantity=0, amount=amount, limit=order.amount_total
    ):
        return
    payment_id = str(order.payment_intent_id)
    _request_refund(conn, order, payment_id, amount, order.currency, LATE, now, request_id)


def refund_duplicate(
    conn: Connection, order: Order, payment_id: str, amount: int, currency: str, *, now: datetime
) -> str | None:
    """Request a refund of a payment for an order that was paid already; returns the request's id.

    None where Stripe can't be asked. To be called once a payment, when it is written down: the
    order's own sums, tickets and refunds have nothing to do with it.
    """
    if amount < 1 or not is_at_stripe(payment_id):
        return None
    return _request_refund(conn, order, payment_id, amount, currency, DUPLICATE, now)


def _request_refund(
    conn: Connection,
    order: Order,
    payment_id: str,
    amount: int,
    currency: str,
    source: str,
    now: datetime,
    request_id: str | None = None,
) -> str:
    refund_id = refunds.new_refund_id()
    requested = OrderRefund(
        id=refund_id,
        request_id=request_id or refund_id,
        order_id=order.id,
        quote_version=refunds.next_quote_version(conn, [order.id]),
        amount=amount,
        currency=currency,
        reason="duplicate" if source == DUPLICATE else None,
        source=source,
        payment_intent_id=payment_id,
        created_at=now,
        updated_at=now,
    )
    refunds.insert_refund(conn, requested)
    return refund_id
