"""Releases tickets when their money is refunded, and restores them when a refund fails.

Inside the caller's transaction, with the buyer's own order locked.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import (
    extras,
    host_reservations,
    inventory,
    ledger,
    numbered_seats,
    orders,
    refunds,
)
from ticket_clerk.ticketing.domain.after_sales import LATE, OrderRefund
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order, OrderStatus
from ticket_clerk.ticketing.domain.money import split
from ticket_clerk.ticketing.products import product_of

from . import late_payments


def paid_amount(conn: Connection, order: Order) -> int:
    """What was paid for an order, in minor units: seldom not what it costs.

    Of a payment for several lines its part.
    """
    payment = ledger.find_payment(conn, order.payment_intent_id or "")
    if payment is None:
        return order.amount_total
    lines = _paid_with(conn, order)
    if len(lines) == 1:
        return int(payment.amount)
    if payment.amount == sum(line.amount_total for line in lines):
        return order.amount_total
    parts = split(int(payment.amount), [line.amount_total for line in lines], order.currency)
    return next(part for line, part in zip(lines, parts, strict=True) if line.id == order.id)


def _paid_with(conn: Connection, order: Order) -> tuple[Order, ...]:
    if order.paid_with_order_id is None:
        return order.paid_together
    return orders.get_order(conn, order.paid_with_order_id).paid_together


def give_back(conn: Connection, order: Order, refund: OrderRefund, *, now: datetime) -> None:
    """Put on sale again what a refund that has succeeded gives up, and restate the order."""
    # Extras, which go back with the whole, are changed before seats.
    order = close_if_whole(conn, order, now=now)
    _return_seats(conn, order, refund.section_id, refund.quantity)
    restate(conn, order)


def take_again(conn: Connection, order: Order, refund: OrderRefund) -> bool:
    """Take the seats, and extras, again of a refund that failed after it had succeeded.

    False if somebody else has them, the rest of the order has moved to another section, or a host
    keeps them, which was told that they are free. Then nothing is taken.
    """
    with conn.begin_nested() as attempt:
        # What bought nothing had no extras either.
        has_extras = not _was_honored(conn, order) or extras.sell(conn, order)
        if has_extras and _take_seats_again(conn, order, refund):
            return True
        attempt.rollback()
    return False


def _take_seats_again(conn: Connection, order: Order, refund: OrderRefund) -> bool:
    if not (refund.quantity and refund.section_id):
        return True
    if host_reservations.is_at_host(conn, order.id):
        return False
    return order.section_id == refund.section_id and inventory.take_seats(
        conn,
        show_id=order.show_id,
        section_id=refund.section_id,
        quantity=refund.quantity,
        is_sale=True,
    )


def close_if_whole(conn: Connection, order: Order, *, now: datetime) -> Order:
    """Leave no ticket, extra or better seats of an order whose payment went back, in whatever
    pieces.

    Safe to repeat; returns the order after it.
    """
    if not order.is_given_back(paid_amount(conn, order)):
        return order
    extras.give_back(conn, order)
    product_of(order).release(conn, order)
    if not product_of(order).owns_tickets or not _was_honored(conn, order):
        return order
    for upgrade in orders.list_upgrades(conn, order.id):
        if upgrade.status in HELD_BY_BUYER:
            late_payments.give_back(conn, upgrade, now=now)
    left = order.tickets_left
    if not left:
        return order
    section_id = order.section_id or ""
    _return_seats(conn, order, section_id, left)
    # Should that money come back, so do they.
    refunds.add_tickets(
        conn,
        order.id,
        payment_id=str(order.payment_intent_id),
        quantity=left,
        section_id=section_id,
    )
    return orders.add_refund(conn, order.id, quantity=left)


def restate(conn: Connection, order: Order) -> None:
    """Bring the order's status in line with what of it was given back. Safe to repeat."""
    movable = {*HELD_BY_BUYER, OrderStatus.REFUNDED}
    if order.status is OrderStatus.DISPUTED and not ledger.is_disputed(conn, order.number):
        movable.add(OrderStatus.DISPUTED)
    if order.is_given_back(paid_amount(conn, order)):
        to, movable = OrderStatus.REFUNDED, {*movable, OrderStatus.NEEDS_ATTENTION}
    elif not _was_honored(conn, order):
        to = OrderStatus.NEEDS_ATTENTION
    elif order.amount_refunded:
        to = OrderStatus.PARTIALLY_REFUNDED
    else:
        to = OrderStatus.PAID
    if order.status is not to:
        orders.transition(conn, order.id, to, from_=movable)


def _was_honored(conn: Connection, order: Order) -> bool:
    """Whether the buyer got what they paid for."""
    payment = ledger.find_payment(conn, order.payment_intent_id or "")
    if payment and payment.amount != sum(one.amount_total for one in _paid_with(conn, order)):
        return False
    made = refunds.list_of_orders(conn, [order.id])
    return not any(refund.source == LATE for refund in made)


def _return_seats(conn: Connection, order: Order, section_id: str, quantity: int) -> None:
    if quantity and section_id:
        inventory.return_seats(
            conn, show_id=order.show_id, section_id=section_id, quantity=quantity
        )
        host_reservations.give_back(conn, order.id, section_id, quantity)
        numbered_seats.seat_last(conn, order.id)
