"""Applies the state of a Stripe refund to its order, inside the caller's transaction.

Refunds asked for here, by an API caller or in Stripe's dashboard, told by an event or by reading
them, all end here. Everything may be repeated, in any order: a refund only moves on, and each of
its effects belongs to one such move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import (
    inventory,
    ledger,
    numbered_seats,
    orders,
    outbox,
    refunds,
    tickets,
    webhook_events,
)
from ticket_clerk.ticketing.domain.after_sales import (
    CALLED_OFF,
    DUPLICATE,
    OrderRefund,
    RefundStatus,
)
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    MessageKind,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.domain.stripe_objects import Refund
from ticket_clerk.ticketing.fulfilment import ticket_release
from ticket_clerk.ticketing.orders import ownership
from ticket_clerk.ticketing.products import product_of

from . import line_refunds
from .line_refunds import RefundPart, part_name

_GOES_WELL = frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED})
_FAILED = frozenset({RefundStatus.FAILED, RefundStatus.CANCELED, RefundStatus.REJECTED})
# The word for several payments of one request is that of the one which is worst off.
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
    order = orders.find_order_by_payment(conn, *refund.payment_ids)
    # Looked for once: what another transaction stores meanwhile would count twice.
    payment = ledger.find_payment(conn, *refund.payment_ids)
    if order is None and payment is not None and payment.order_id is not None:
        # A season ticket's, or a second payment for an order that was paid already.
        order = orders.get_order(conn, payment.order_id)
    if order is None or product_of(order).is_recurring:
        return _settle_without_tickets(conn, refund, payment, now)
    payment_id = str(payment.payment_intent_id if payment else order.payment_intent_id)
    refund = replace(refund, payment_intent_id=payment_id)
    if order.further_lines and payment_id == order.payment_intent_id:
        return _settle_lines(conn, order, refund, now)
    root = _lock(conn, order)
    order = orders.get_order(conn, order.id)
    stored = _stored(conn, order, root, refund, now)
    return _move(conn, stored, RefundStatus(refund.status), now=now), root.id


def _settle_lines(conn: Connection, order: Order, refund: Refund, now: datetime) -> Outcome:
    """Bring those lines of an order in line with a refund that it is of."""
    order = ownership.lock_parent_order(conn, order)
    inventory.lock_stock(conn, [line.show_id for line in order.paid_together])
    outcomes = set()
    for part in _known_parts(conn, order, refund) or line_refunds.divide(order, refund.amount):
        line = orders.get_order(conn, part.order_id)
        of_line = replace(refund, id=part.name(refund.id), amount=part.amount)
        stored = _stored(conn, line, line, of_line, now, quantity=part.quantity)
        outcomes.add(_move(conn, stored, RefundStatus(refund.status), now=now))
    return max(outcomes - {"unchanged"}, default="unchanged"), order.id


def _known_parts(conn: Connection, order: Order, refund: Refund) -> list[RefundPart]:
    """Find which lines a refund of Stripe's is of, where that is on record."""
    parts = []
    for number in range(1, order.line_count + 1):
        known = refunds.find_by_stripe_refund(conn, part_name(refund.id, number))
        if known is not None:
            parts.append(RefundPart(known.order_id, known.amount, known.quantity, number))
    requested = refunds.find_refund(conn, refund.metadata.get("refund_id", ""))
    is_ours = requested and requested.order_id in {line.id for line in order.paid_together}
    if requested and is_ours and not parts and requested.amount == refund.amount:
        parts = [RefundPart(requested.order_id, requested.amount, requested.quantity)]
    return parts


def reject_refund(conn: Connection, refund: OrderRefund, *, now: datetime) -> str:
    """Close a request that Stripe refused: nothing was given back. Safe to repeat."""
    _lock(conn, orders.get_order(conn, refund.order_id))
    return _move(conn, refund, RefundStatus.REJECTED, now=now)


def _lock(conn: Connection, order: Order) -> Order:
    """Lock the buyer's own order, then extras and seats, of which more than one may come free."""
    root = ownership.lock_parent_order(conn, order)
    inventory.lock_stock(conn, (root.show_id,))
    return root


def worst(payments: list[OrderRefund]) -> RefundStatus:
    """Give the status of several refunds of one request in one word."""
    return min((refund.status for refund in payments), key=rank)


def rank(status: RefundStatus) -> int:
    """Say how far a refund is from done, the worst first."""
    return _WORST_FIRST.index(status)


def counted(conn: Connection, request_id: str) -> list[OrderRefund]:
    """List the refunds of one request, the oldest payment's first.

    Those are left out that Stripe refused since all of that payment had gone back in another way,
    which was told then; unless there are no others.
    """
    payments = refunds.list_of_request(conn, request_id)
    return [refund for refund in payments if not _is_moot(conn, refund)] or payments


def order_of(conn: Connection, payments: Sequence[OrderRefund]) -> Order:
    """Read the buyer's own order that the refunds of one request are of; of several lines that
    which was paid.
    """
    found = [orders.get_order(conn, payment.order_id) for payment in payments]
    roots = {order.parent_order_id or order.id for order in found}
    if len(roots) == 1:
        return orders.get_order(conn, roots.pop()).alone
    return orders.get_order(conn, found[0].number)


def is_of_duplicate_payment(order: Order, refund: OrderRefund) -> bool:
    """Whether a refund of an order's is not of the payment that paid it, but of one too many."""
    return refund.payment_intent_id != order.payment_intent_id


def _settle_without_tickets(
    conn: Connection, refund: Refund, payment: Any, now: datetime
) -> Outcome:
    if payment is None:
        return "ignored_not_ours", None
    if refund.status == RefundStatus.SUCCEEDED.value:
        _record(conn, refund.id, ledger.REFUND, -refund.amount, payment, now)
    elif RefundStatus(refund.status) in _FAILED:
        # Both, since an event that comes late may still say that it had succeeded.
        _record(conn, refund.id, ledger.REFUND, -refund.amount, payment, now)
        _record(conn, refund.id, ledger.REFUND_FAILED, refund.amount, payment, now)
    return f"refund_{refund.status}", payment.order_id


def _record(
    conn: Connection, refund_id: str, kind: str, amount: int, payment: Any, now: datetime
) -> None:
    is_new = ledger.record(
        conn,
        refund_id,
        kind=kind,
        amount=amount,
        currency=payment.currency,
        order_id=payment.order_id,
        payment_intent_id=payment.payment_intent_id,
        at=now,
    )
    if is_new and payment.order_id is not None:
        # Of a season ticket: what of all its payments went back.
        orders.add_refund(conn, payment.order_id, underway=-amount, done=-amount)


def _stored(
    conn: Connection,
    order: Order,
    root: Order,
    refund: Refund,
    now: datetime,
    *,
    quantity: int | None = None,
) -> OrderRefund:
    """Find the request behind Stripe's refund, or store one that was made in the dashboard.

    With that go ``quantity`` tickets, or those whose price it is.
    """
    known = refunds.find_by_stripe_refund(conn, refund.id)
    if known is not None:
        return known
    requested = _attach(conn, order, refund, now)
    if requested is not None:
        _reopen(conn, order, root, requested, now)
        return requested
    order = _reject_conflicting_refunds(conn, order, refund, now)
    made = _made_elsewhere(conn, order, root, refund, quantity, now)
    refunds.insert_refund(conn, made)
    _set_aside(conn, order, made)
    return made


def _attach(conn: Connection, order: Order, refund: Refund, now: datetime) -> OrderRefund | None:
    """Write Stripe's refund into the request that it names, if it is that one's and the first."""
    requested = refunds.find_refund(conn, refund.metadata.get("refund_id", ""))
    if requested is None:
        return None
    of = (order.id, refund.payment_intent_id, refund.amount)
    if (requested.order_id, requested.payment_intent_id, requested.amount) != of:
        return None
    is_attached = refunds.attach_stripe_refund(conn, requested.id, refund.id, now=now)
    return replace(requested, stripe_refund_id=refund.id) if is_attached else None


def _reopen(
    conn: Connection, order: Order, root: Order, requested: OrderRefund, now: datetime
) -> None:
    """Where it was taken for refused and Stripe had done it, what Stripe did counts."""
    # Of tickets that went or moved meanwhile only those can go that are there.
    going = min(requested.quantity, order.tickets_left)
    section_id = (root.section_id or "") if requested.section_id else ""
    if refunds.reopen(conn, requested.id, quantity=going, section_id=section_id, now=now):
        ids = requested.tickets[:going]
        tickets.name_in_refund(conn, order.id, ids, requested.id, now=now)
        _set_aside(conn, order, replace(requested, quantity=going))


def _set_aside(conn: Connection, order: Order, refund: OrderRefund) -> None:
    if not is_of_duplicate_payment(order, refund):
        orders.add_refund(
            conn, order.id, quantity=refund.quantity, underway=refund.amount, fee=refund.fee
        )


def _reject_conflicting_refunds(
    conn: Connection, order: Order, made: Refund, now: datetime
) -> Order:
    """Close what waits and cannot be paid back beside a refund that was made elsewhere.

    Stripe would refuse it, and until then it would hold the tickets that went with the other one.
    Where nothing is left at all those tickets go in any case. Returns the order after it.
    """
    known = refunds.list_underway(conn, [order.id])
    requests = [r for r in known if r.status is RefundStatus.REQUESTED and not r.stripe_refund_id]
    requests = [r for r in requests if not is_of_duplicate_payment(order, r)]
    paid, waiting = ticket_release.paid_amount(conn, order), sum(r.amount for r in requests)
    gone = order.amount_refunding - waiting + made.amount
    if made.payment_intent_id != order.payment_intent_id or gone >= paid:
        return order
    while gone + waiting > paid:
        requested = requests.pop()
        waiting -= requested.amount
        _move(conn, requested, RefundStatus.REJECTED, now=now)
    return orders.get_order(conn, order.id)


def _made_elsewhere(
    conn: Connection,
    order: Order,
    root: Order,
    refund: Refund,
    quantity: int | None,
    now: datetime,
) -> OrderRefund:
    refund_id = refunds.new_refund_id()
    matches_refund = refund.payment_intent_id == order.payment_intent_id
    if quantity is None:
        quantity = product_of(order).tickets_for(order, refund.amount) if matches_refund else 0
    return OrderRefund(
        id=refund_id,
        request_id=refund_id,
        order_id=order.id,
        quote_version=refunds.next_quote_version(conn, [order.id]),
        quantity=quantity,
        section_id=(root.section_id or "") if quantity else "",
        amount=refund.amount,
        currency=refund.currency,
        reason=refund.reason,
        source="stripe",
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
    _notify(conn, before, now)
    return f"refund_{to.value}"


def _succeed(conn: Connection, refund: OrderRefund, now: datetime) -> None:
    _write(conn, refund, ledger.REFUND, -refund.amount, now)
    if is_of_duplicate_payment(orders.get_order(conn, refund.order_id), refund):
        return
    order = orders.add_refund(conn, refund.order_id, done=refund.amount)
    ticket_release.give_back(conn, order, refund, now=now)


def _fail(conn: Connection, refund: OrderRefund, now: datetime) -> None:
    order = orders.get_order(conn, refund.order_id)
    was_done = refund.status is RefundStatus.SUCCEEDED
    if is_of_duplicate_payment(order, refund):
        _keep_second(conn, refund, now, was_done=was_done)
        return
    has_tickets = not was_done or ticket_release.take_again(conn, order, refund)
    if has_tickets:
        tickets.unname_in_refund(conn, refund.id)
    order = orders.add_refund(
        conn,
        order.id,
        quantity=-refund.quantity if has_tickets else 0,
        underway=-refund.amount,
        done=-refund.amount if was_done else 0,
        fee=-refund.fee,
    )
    numbered_seats.seat_last(conn, order.id)
    if was_done:
        _write(conn, refund, ledger.REFUND_FAILED, refund.amount, now)
        ticket_release.restate(conn, order)
    if not has_tickets:
        # Neither the money nor the seats are with the buyer, so a person has to make it good.
        orders.transition(conn, order.id, OrderStatus.NEEDS_ATTENTION, from_=HELD_BY_BUYER)
    # Refused, maybe, since somebody gave all of it back meanwhile.
    ticket_release.close_if_whole(conn, order, now=now)


def _keep_second(conn: Connection, refund: OrderRefund, now: datetime, *, was_done: bool) -> None:
    if was_done:
        _write(conn, refund, ledger.REFUND_FAILED, refund.amount, now)
    if not ledger.is_given_back(conn, refund.payment_intent_id):
        webhook_events.call_somebody(conn, refund.order_id)


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
        fee=refund.fee if kind == ledger.REFUND else -refund.fee,
    )


def _notify(conn: Connection, refund: OrderRefund, now: datetime) -> None:
    payments = counted(conn, refund.request_id)
    status = worst(payments)
    if refund.source == DUPLICATE and status not in _FAILED:
        # That it goes back was told when it was found out.
        return
    if refund.source == CALLED_OFF and status in _GOES_WELL:
        # Told with the news that the show is called off.
        return
    # Said once for all payments of the request, so not before Stripe was asked for each.
    if status is RefundStatus.REQUESTED or all(_is_moot(conn, payment) for payment in payments):
        return
    root = order_of(conn, payments)
    outbox.enqueue(conn, root, _MESSAGES[status], now=now, about=refund.request_id)


def _is_moot(conn: Connection, refund: OrderRefund) -> bool:
    if refund.status is not RefundStatus.REJECTED:
        return False
    order = orders.get_order(conn, refund.order_id)
    if is_of_duplicate_payment(order, refund):
        return ledger.is_given_back(conn, refund.payment_intent_id)
    return order.status is OrderStatus.REFUNDED
