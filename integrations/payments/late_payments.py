"""A payment that came when there was nothing left to sell for it: it goes back, once.

The wish to give it back is stored with the fact; the next pass over the refunds carries it out.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from .after_sales import LATE, OrderRefund, RefundStatus
from .models import Order
from .payment_ids import is_at_stripe
from .tables import orders, refunds


def give_back(conn: Connection, order: Order, *, now: datetime) -> None:
    """Wish back what is left of a payment that bought nothing, or nothing any more.

    Safe to repeat. What another provider than Stripe collected waits for a person.
    """
    amount = order.amount_left
    if amount < 1 or order.payment_intent_id is None or not is_at_stripe(order.payment_intent_id):
        return
    if not orders.reserve_refund(
        conn, order.id, quantity=0, amount=amount, limit=order.amount_total
    ):
        return
    refund_id = refunds.new_refund_id()
    wish = OrderRefund(
        id=refund_id,
        request_id=refund_id,
        order_id=order.id,
        generation=refunds.next_generation(conn, [order.id]),
        quantity=0,
        section_id="",
        amount=amount,
        currency=order.currency,
        reason=None,
        status=RefundStatus.REQUESTED,
        source=LATE,
        request_key=None,
        payment_intent_id=order.payment_intent_id,
        stripe_refund_id=None,
        created_at=now,
        updated_at=now,
    )
    refunds.insert_refund(conn, wish)
