"""What a refund at Stripe does to its order. Inside the caller's transaction.

Refunds asked for here, by an API caller or in Stripe's dashboard, told by an event or by reading
them, all end here. Everything may be repeated, in any order: a refund only moves on, and each of
its effects belongs to one such move.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from . import inventory, ledger, orders, outbox, refunds
from .after_sales import OrderRefund, RefundStatus
from .models import (
    HELD_BY_BUYER,
    MessageKind,
    Order,
    OrderKind,
    OrderStatus,
)
from .stripe_objects import Refund

_FAILED = frozenset({RefundStatus.FAILED, RefundStatus.CANCELED, RefundStatus.REJECTED})
# The word for several payments of one wish is that of the one which is worst off.
_WORST_FIRST = (
    RefundStatus.REQUESTED,
    *sorted(_FAILED),
    RefundStatus.REQUIRES_ACTION,
    RefundStatus.PENDING,
    RefundStatus.SUCCEEDED,
)
_MESSAGES = {
    RefundStatus.REQUIRES_ACTION: MessageKind.REFUND_REQUIRES_ACTION,
    RefundStatus.PENDING: MessageKind.REFUND_PENDING,
    RefundStatus.SUCCEEDED: MessageKind.REFUND_SUCCEEDED,
    **dict.fromkeys(_FAILED, MessageKind.REFUND_FAILED),
}

Outcome = tuple[str, str | None]


def settle_refund(conn: Connection, refund: Refund, *, now: datetime) -> Outcome:
    """Bring the order in line with a refund of Stripe's; returns a word for the log and the order.

    Safe to repeat. ``ignored_not_ours`` is a refund of a payment that we know nothing of.
    """
    order = orders.find_order_by_payment_intent(conn, refund.payment_intent_id or "")
    if order is None or order.kind is OrderKind.SUBSCRIPTION:
        return _settle_without_tickets(conn, refund, now)
    root = lock_root(conn, order)
    order = orders.get_order(conn, order.id)
    stored = _stored(conn, order, root, refund, now)
    return _move(conn, stored, RefundStatus(refund.status), now=now), root.id


def reject_refund(conn: Connection, refund: OrderRefund, *, now: datetime) -> str:
    """Close a wish that Stripe refused: nothing was given back. Safe to repeat."""
    lock_root(conn, orders.get_order(conn, refund.order_id))
    return _move(conn, refund, RefundStatus.REJECTED, now=now)


def lock_root(conn: Connection, order: Order) -> Order:
    """Read the buyer's own order behind an upgrade (or itself) and keep others from changing it.

    All who change an order and its upgrades together lock the buyer's own one first.
    """
    root = orders.find_order(conn, order.parent_order_id or order.id, lock=True)
    return root or order


def worst(payments: list[OrderRefund]) -> RefundStatus:
    """Give the status of several refunds of one wish in one word."""
    return min((refund.status for refund in payments), key=_WORST_FIRST.index)


def tickets_for(order: Order, amount: int) -> int:
    """How many tickets a refund by amount gives up: those whose price it is exactly, else none.

    An amount that is no multiple of the price is a kindness and the tickets stay the buyer's,
    unless nothing of the payment is left.
    """
    if order.kind is not OrderKind.PURCHASE or order.status not in HELD_BY_BUYER:
        return 0
    if amount >= order.amount_left:
        return order.tickets_left
    whole, rest = divmod(amount, order.unit_amount)
    return 0 if rest else min(whole, order.tickets_left)


def _settle_without_tickets(conn: Connection, refund: Refund, now: datetime) -> Outcome:
    payment = ledger.find_payment(conn, refund.payment_intent_id or "")
    if payment is None:
        return "ignored_not_ours", None
    if refund.status == RefundStatus.SUCCEEDED.value:
        _record(conn, refund.id, ledger.REFUND, -refund.amount, payment, now)
    elif RefundStatus(refund.status) in _FAILED and ledger.has(conn, ledger.REFUND, refund.id):
        _record(conn, refund.id, ledger.REFUND_FAILED, refund.amount, payment, now)
    return f"refund_{refund.status}", payment.order_id


def _record(
    conn: Connection, refund_id: str, kind: str, amount: int, payment: object, now: datetime
) -> None:
    ledger.record(
        conn,
        refund_id,
        kind=kind,
        amount=amount,
        currency=payment.currency,  # type: ignore[attr-defined]  # a row of the ledger
        order_id=payment.order_id,  # type: ignore[attr-defined]
        payment_intent_id=payment.payment_intent_id,  # type: ignore[attr-defined]
        at=now,
    )


def _stored(
    conn: Connection, order: Order, root: Order, refund: Refund, now: datetime
) -> OrderRefund:
    """Find the wish behind Stripe's refund, or store one that was made in the dashboard."""
    known = refunds.find_by_stripe_refund(conn, refund.id)
    if known is not None:
        return known
    wish = refunds.find_refund(conn, refund.metadata.get("refund_id", ""))
    is_its = wish is not None and (wish.order_id, wish.amount) == (order.id, refund.amount)
    if wish and is_its and refunds.attach_stripe_refund(conn, wish.id, refund.id, now=now):
        if refunds.reopen(conn, wish.id, now=now):
            # Taken for refused, but Stripe had done it: what it did counts.
            orders.add_refund(conn, order.id, quantity=wish.quantity, underway=wish.amount)
        return replace(wish, stripe_refund_id=refund.id)
    made = _made_elsewhere(conn, order, root, refund, now)
    refunds.insert_refund(conn, made)
    orders.add_refund(conn, order.id, quantity=made.quantity, underway=made.amount)
    return made


def _made_elsewhere(
    conn: Connection, order: Order, root: Order, refund: Refund, now: datetime
) -> OrderRefund:
    refund_id = refunds.new_refund_id()
    quantity = tickets_for(order, refund.amount)
    return OrderRefund(
        id=refund_id,
        request_id=refund_id,
        order_id=order.id,
        generation=refunds.next_generation(conn, [order.id]),
        quantity=quantity,
        section_id=root.section_id if quantity else "",
        amount=refund.amount,
        currency=refund.currency,
        reason=refund.reason,
        status=RefundStatus.REQUESTED,
        source="stripe",
        request_key=None,
        payment_intent_id=str(refund.payment_intent_id),
        stripe_refund_id=refund.id,
        created_at=now,
        updated_at=now,
    )


def _move(conn: Connection, refund: OrderRefund, to: RefundStatus, *, now: datetime) -> str:
    before = refunds.find_refund(conn, refund.id) or refund
    if not refunds.advance(conn, refund.id, to, now=now):
        return "unchanged"
    if to is RefundStatus.SUCCEEDED:
        _succeed(conn, before, now)
    elif to in _FAILED:
        _fail(conn, before, now)
    _promise_to_tell(conn, before, now)
    return f"refund_{to.value}"


def _succeed(conn: Connection, refund: OrderRefund, now: datetime) -> None:
    order = orders.add_refund(conn, refund.order_id, done=refund.amount)
    _write(conn, refund, ledger.REFUND, -refund.amount, now)
    _give_back_seats(conn, order, refund.section_id, refund.quantity)
    is_purchase = order.kind is OrderKind.PURCHASE and order.status in HELD_BY_BUYER
    if is_purchase and order.amount_refunded >= paid_amount(conn, order):
        # Given back whole, in whatever pieces: no ticket of it is left.
        _give_back_seats(conn, order, order.section_id, order.tickets_left)
        order = orders.add_refund(conn, order.id, quantity=order.tickets_left)
    restate(conn, order)


def _fail(conn: Connection, refund: OrderRefund, now: datetime) -> None:
    was_done = refund.status is RefundStatus.SUCCEEDED
    order = orders.add_refund(
        conn,
        refund.order_id,
        quantity=-refund.quantity,
        underway=-refund.amount,
        done=-refund.amount if was_done else 0,
    )
    if not was_done:
        return
    _write(conn, refund, ledger.REFUND_FAILED, refund.amount, now)
    restate(conn, order)
    if refund.section_id and not inventory.take_seats(
        conn,
        show_id=order.show_id,
        section_id=refund.section_id,
        quantity=refund.quantity,
        is_sale=True,
    ):
        # Neither the money nor the seats are with the buyer, so a person has to make it good.
        orders.transition(conn, order.id, OrderStatus.NEEDS_ATTENTION, from_=HELD_BY_BUYER)


def _give_back_seats(conn: Connection, order: Order, section_id: str, quantity: int) -> None:
    if quantity and section_id:
        inventory.return_seats(
            conn, show_id=order.show_id, section_id=section_id, quantity=quantity
        )


def paid_amount(conn: Connection, order: Order) -> int:
    """What was paid for an order, in minor units: seldom not what it costs."""
    payment = ledger.find_payment(conn, order.payment_intent_id or "")
    return int(payment.amount) if payment else order.amount_total


def restate(conn: Connection, order: Order) -> None:
    """Bring the order's status in line with what of it was given back. Safe to repeat."""
    movable = {*HELD_BY_BUYER, OrderStatus.REFUNDED}
    if order.status is OrderStatus.DISPUTED and not ledger.is_disputed(conn, order.id):
        movable.add(OrderStatus.DISPUTED)
    if order.amount_refunded >= paid_amount(conn, order):
        to, movable = OrderStatus.REFUNDED, {*movable, OrderStatus.NEEDS_ATTENTION}
    elif order.amount_refunded:
        to = OrderStatus.PARTIALLY_REFUNDED
    else:
        to = OrderStatus.PAID
    if order.status is not to:
        orders.transition(conn, order.id, to, from_=movable)


def _write(conn: Connection, refund: OrderRefund, kind: str, amount: int, now: datetime) -> None:
    ledger.record(
        conn,
        str(refund.stripe_refund_id),
        kind=kind,
        amount=amount,
        currency=refund.currency,
        order_id=refund.order_id,
        payment_intent_id=refund.payment_intent_id,
        at=now,
    )


def _promise_to_tell(conn: Connection, refund: OrderRefund, now: datetime) -> None:
    status = worst(refunds.list_of_request(conn, refund.request_id))
    # Said once for all payments of the wish, so not before Stripe was asked for each.
    if status is not RefundStatus.REQUESTED:
        order = orders.get_order(conn, refund.order_id)
        root = orders.get_order(conn, order.parent_order_id or order.id)
        outbox.enqueue(conn, root, _MESSAGES[status], now=now, about=refund.request_id)
