"""Creates refunds: for buyers who return tickets, and for operators.

The request is committed first, then Stripe is asked under the request's own key, then the answer is
committed. So a request whose answer was lost is asked again and never paid back twice, and one that
Stripe could not be asked for is carried out by the next pass.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, refunds, show_changes, tickets
from ticket_clerk.ticketing.domain.after_sales import (
    OrderRefund,
    RefundQuote,
    RefundRequest,
    RefundStatus,
)
from ticket_clerk.ticketing.domain.errors import (
    InvalidQuantity,
    InvalidRequest,
    KeyReused,
    NotRefundable,
    OrderNotFound,
    StripeRejected,
    StripeUnavailable,
    WrongState,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.domain.money import Amount, to_minor
from ticket_clerk.ticketing.domain.payment_ids import is_at_stripe
from ticket_clerk.ticketing.domain.stripe_objects import Refund
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import ticket_release
from ticket_clerk.ticketing.orders import ownership
from ticket_clerk.ticketing.products import product_of

from . import line_refunds, refund_settlement, submission
from .line_refunds import RefundPart

log = get_logger(__name__)

CHAT = "chat"
_NO_TICKETS = "tickets must be valid tickets of that payment's order, without quantity"
_WHICH_LINE = "name the tickets instead: the payment is for several shows or sections"
_KEY_REUSED = "The Idempotency-Key was used for another refund."


@dataclass(frozen=True)
class _OperatorRefund:
    """What an operator wants back of a payment: ``amount`` in major units, None for the whole."""

    amount: Amount | None
    quantity: int | None
    ticket_ids: tuple[str, ...]
    reason: str | None
    key: str | None


def quote_refund(
    container: Container,
    buyer: Buyer,
    order_id: str,
    quantity: int | None = None,
    *,
    ticket_ids: Collection[str] = (),
) -> RefundQuote:
    """Say what the buyer would get back for that many tickets; None means all. Changes nothing.

    ``ticket_ids`` names the very tickets, whose number counts then.
    Raises OrderNotFound, NotRefundable, InvalidQuantity, TooManyTickets (limit: the tickets left).
    """
    with container.database.read() as conn:
        root = ownership.parent_order_of(conn, buyer, order_id)
        return product_of(root).refund_quote(
            conn, root, quantity, ticket_ids=ticket_ids, now=container.now()
        )


def refund_tickets(
    container: Container,
    buyer: Buyer,
    order_id: str,
    *,
    quantity: int,
    quote_version: int,
    ticket_ids: Collection[str] = (),
) -> RefundRequest:
    """Take tickets back and return their money, once for each quoted ``quote_version``.

    ``ticket_ids`` are those that the quote showed: these go and no others.
    Safe to repeat. Look at the answer's ``status``: REJECTED is Stripe's no, and money may be
    pending for days.

    Raises:
        OrderNotFound, NotRefundable, InvalidQuantity, TooManyTickets: nothing was changed.
        StripeUnavailable: the request is stored, is carried out later and then told.
    """
    with container.database.begin() as conn:
        root = ownership.lock_parent_order(conn, ownership.parent_order_of(conn, buyer, order_id))
        known = refunds.find_by_quote_version(conn, root.id, quote_version)
        if known is not None and known.source == CHAT:
            request_id = known.request_id
        else:
            request_id = _request_refund(
                conn, root, quantity, quote_version, ticket_ids, container.now()
            )
            reached(Failpoint.REFUND_WRITTEN)
    reached(Failpoint.REFUND_WISHED)
    return _submit_all(container, request_id)


def refund_of(container: Container, request_id: str) -> RefundRequest:
    """Read what became of one request; raises OrderNotFound."""
    with container.database.read() as conn:
        return _request(conn, request_id)


def refunds_of(container: Container, order_id: str) -> list[RefundRequest]:
    """List all requests about an order and its upgrades, newest first."""
    with container.database.read() as conn:
        family = [order_id, *(upgrade.id for upgrade in orders.list_upgrades(conn, order_id))]
        ids = dict.fromkeys(refund.request_id for refund in refunds.list_of_orders(conn, family))
        return [_request(conn, request_id) for request_id in reversed(ids)]


def refund_payment(
    container: Container,
    payment_intent_id: str,
    *,
    amount: Amount | None = None,
    quantity: int | None = None,
    ticket_ids: Collection[str] = (),
    reason: str | None = None,
    idempotency_key: str | None = None,
) -> Refund:
    """Give a payment back for an operator, whole or in part, whatever the policy says.

    Of an order's payment, tickets go back too: ``quantity`` of them, or those whose price
    ``amount`` is exactly. ``ticket_ids`` names the very tickets instead of ``quantity``, and
    without ``amount`` their price goes back. Safe to repeat with the same key and arguments, and
    only then.

    Raises:
        InvalidAmount, InvalidRequest: more than is left, no sum of that currency, or tickets that
            are not the payment's valid ones.
        WrongState: nothing of the payment is left, or a messenger's provider other than Stripe
            has it.
        KeyReused: the key belongs to another refund.
        StripeRejected, StripeUnavailable: as all calls; repeat with the same key.
    """
    of_lines: list[OrderRefund] = []
    named = tuple(dict.fromkeys(ticket_ids))
    asked = _OperatorRefund(amount, quantity, named, reason, idempotency_key)
    with container.database.begin() as conn:
        order = orders.find_order_by_payment(conn, payment_intent_id)
        if order is not None and order.further_lines:
            of_lines = _requests_of_lines(conn, order, asked, container.now())
        elif order is not None and not product_of(order).is_recurring:
            requested = _operator_request(conn, order, asked, container.now())
        elif ticket_ids:
            raise InvalidRequest(_NO_TICKETS, field="tickets")
        else:
            requested = None
    if of_lines:
        return _in_one([submission.submit(container, one) for one in of_lines])
    if requested is not None:
        return submission.submit(container, requested)
    refund = container.stripe.refund(payment_intent_id, amount, reason, idempotency_key)
    with container.database.begin() as conn:
        refund_settlement.settle_refund(conn, refund, now=container.now())
    return refund


def _request_refund(
    conn: Connection,
    root: Order,
    quantity: int,
    quote_version: int,
    ticket_ids: Collection[str],
    now: datetime,
) -> str:
    quoted = product_of(root).refund_quote(conn, root, quantity, ticket_ids=ticket_ids, now=now)
    if quoted.quote_version != quote_version:
        # Somebody else gave money of it back meanwhile: what the buyer agreed to is no more.
        raise NotRefundable("changed")
    request_id = refunds.new_refund_id()
    for share in quoted.shares:
        requested = new_refund(share.order, quantity, share.amount, quoted.quote_version, now)
        requested = replace(requested, request_id=request_id, fee=share.fee)
        if share.order.id == root.id:
            requested = replace(
                requested, section_id=root.section_id or "", tickets=tuple(ticket_ids)
            )
        _store(conn, share.order, requested)
    return request_id


def _operator_request(
    conn: Connection, order: Order, asked: _OperatorRefund, now: datetime
) -> OrderRefund:
    root = ownership.lock_parent_order(conn, order)
    # Looked for under the lock: of two processes with one key the second must find the first's.
    known = refunds.find_by_request_key(conn, asked.key) if asked.key else None
    if known is not None:
        if known.order_id != order.id:
            raise KeyReused(_KEY_REUSED)
        return known
    order = orders.get_order(conn, order.id)
    minor, quantity = _check_amount(conn, order, asked)
    returned = _returned(order, minor, quantity)
    quote_version = refunds.next_quote_version(conn, [order.id])
    requested = replace(
        new_refund(order, returned, minor, quote_version, now),
        tickets=asked.ticket_ids,
        section_id=(root.section_id or "") if returned else "",
        reason=asked.reason,
        source="api",
        request_key=asked.key,
    )
    return _store(conn, order, requested)


def _requests_of_lines(
    conn: Connection, order: Order, asked: _OperatorRefund, now: datetime
) -> list[OrderRefund]:
    """Store what an operator wants back of a payment for several lines, a request a line."""
    order = ownership.lock_parent_order(conn, order)
    known = refunds.find_by_request_key(conn, asked.key) if asked.key else None
    if known is not None:
        if known.order_id not in {line.id for line in order.paid_together}:
            raise KeyReused(_KEY_REUSED)
        of_request = refunds.list_of_request(conn, known.request_id)
        return sorted(of_request, key=lambda one: one.order_id)
    if asked.ticket_ids:
        return [_operator_request(conn, _line_with(conn, order, asked, now), asked, now)]
    request_id = refunds.new_refund_id()
    # The key is unique: the first of them has it.
    others = replace(asked, key=None)
    return [
        _request_of_line(conn, part, others if number else asked, request_id, now)
        for number, part in enumerate(_parts(conn, order, asked))
    ]


def _request_of_line(
    conn: Connection, part: RefundPart, asked: _OperatorRefund, request_id: str, now: datetime
) -> OrderRefund:
    line = orders.get_order(conn, part.order_id)
    version = refunds.next_quote_version(conn, [line.id])
    requested = replace(
        new_refund(line, part.quantity, part.amount, version, now),
        request_id=request_id,
        section_id=(line.section_id or "") if part.quantity else "",
        reason=asked.reason,
        source="api",
        request_key=asked.key,
    )
    return _store(conn, line, requested)


def _line_with(conn: Connection, order: Order, asked: _OperatorRefund, now: datetime) -> Order:
    """Find the line whose tickets are named; raises InvalidRequest where no one line has them."""
    for line in order.paid_together:
        listed = {ticket.id for ticket in tickets.list_tickets(conn, line.id, now=now)}
        if set(asked.ticket_ids) <= listed:
            return line
    raise InvalidRequest(_NO_TICKETS, field="tickets")


def _parts(conn: Connection, order: Order, asked: _OperatorRefund) -> list[RefundPart]:
    """Divide what an operator wants back of a payment over its lines."""
    if asked.quantity:
        raise InvalidRequest(_WHICH_LINE, field="quantity")
    lines = order.paid_together
    left = sum(ticket_release.paid_amount(conn, line) - line.amount_refunding for line in lines)
    minor = left if asked.amount is None else to_minor(asked.amount, order.currency)
    if left < 1:
        raise WrongState("The payment was refunded already.")
    if not is_at_stripe(order.payment_intent_id):
        raise WrongState("Another provider collected this payment: refund it there.")
    if minor > left:
        raise InvalidRequest("amount is more than is left of the payment", field="amount")
    parts = line_refunds.divide(order, minor)
    return [replace(part, quantity=0) for part in parts] if asked.quantity == 0 else parts


def _in_one(made: list[Refund]) -> Refund:
    """Tell of the refunds of several lines as of one: the first one's id, and all of the sum."""
    worst = min(made, key=lambda one: refund_settlement.rank(RefundStatus(one.status)))
    return replace(made[0], amount=sum(one.amount for one in made), status=worst.status)


def _check_amount(conn: Connection, order: Order, asked: _OperatorRefund) -> tuple[int, int | None]:
    """Return how much goes back, in minor units, and for how many tickets if that is said."""
    left = ticket_release.paid_amount(conn, order) - order.amount_refunding
    minor = left if asked.amount is None else to_minor(asked.amount, order.currency)
    quantity = asked.quantity
    if asked.ticket_ids:
        if quantity is not None or not product_of(order).owns_tickets:
            raise InvalidRequest(_NO_TICKETS, field="tickets")
        quantity = len(asked.ticket_ids)
        if asked.amount is None and quantity < order.tickets_left:
            minor = min(left, order.share(quantity, returned=order.refunded_quantity))
    if left < 1:
        raise WrongState("The payment was refunded already.")
    if not is_at_stripe(order.payment_intent_id):
        raise WrongState("Another provider collected this payment: refund it there.")
    if minor > left:
        raise InvalidRequest("amount is more than is left of the payment", field="amount")
    return minor, quantity


def _returned(order: Order, minor: int, quantity: int | None) -> int:
    if quantity is None:
        return product_of(order).tickets_for(order, minor)
    if not 0 <= quantity <= order.tickets_left or not product_of(order).owns_tickets:
        raise InvalidQuantity(f"quantity must be 0 to {order.tickets_left} tickets.")
    return quantity


def new_refund(
    order: Order, quantity: int, amount: int, quote_version: int, now: datetime
) -> OrderRefund:
    """Make a request of a buyer's for one payment, which is not stored yet."""
    refund_id = refunds.new_refund_id()
    return OrderRefund(
        id=refund_id,
        request_id=refund_id,
        order_id=order.id,
        quote_version=quote_version,
        quantity=quantity,
        amount=amount,
        currency=order.currency,
        reason="requested_by_customer",
        source=CHAT,
        payment_intent_id=str(order.payment_intent_id),
        created_at=now,
        updated_at=now,
    )


def _store(conn: Connection, order: Order, requested: OrderRefund) -> OrderRefund:
    _name_tickets(conn, order, requested)
    limit = ticket_release.paid_amount(conn, order)
    if not orders.reserve_refund(
        conn,
        order.id,
        quantity=requested.quantity,
        amount=requested.amount,
        limit=limit,
        fee=requested.fee,
    ):
        raise WrongState("The payment can't be refunded as it stands.")
    if not refunds.insert_refund(conn, requested):
        # The same key at the same moment for another order's payment.
        raise KeyReused(_KEY_REUSED)
    log.info("payments.refund.requested", order_id=order.id, refund_id=requested.id)
    return requested


def _name_tickets(conn: Connection, order: Order, requested: OrderRefund) -> None:
    """Make the request's tickets those that go; of one that is not valid any more none does."""
    ids = requested.tickets
    if not ids:
        return
    named = tickets.name_in_refund(conn, order.id, ids, requested.id, now=requested.created_at)
    if named != len(ids) and requested.source == CHAT:
        raise NotRefundable("changed")
    if named != len(ids):
        raise InvalidRequest(_NO_TICKETS, field="tickets")


def _submit_all(container: Container, request_id: str) -> RefundRequest:
    unanswered: StripeUnavailable | None = None
    for requested in refund_of(container, request_id).payments:
        if requested.status is not RefundStatus.REQUESTED:
            continue
        try:
            submission.submit(container, requested)
        except StripeUnavailable as exc:
            unanswered = exc
        except StripeRejected:
            # Written down with the request, and told as such.
            continue
    if unanswered is not None:
        raise unanswered
    return refund_of(container, request_id)


def _request(conn: Connection, request_id: str) -> RefundRequest:
    payments = refund_settlement.counted(conn, request_id)
    if not payments:
        raise OrderNotFound("There is no such refund.")
    order = orders.get_order(conn, payments[0].order_id)
    root = refund_settlement.order_of(conn, payments)
    return RefundRequest(
        id=request_id,
        order=root,
        quantity=_quantity(root, payments),
        amount=sum(payment.amount for payment in payments),
        currency=root.currency,
        status=refund_settlement.worst(payments),
        payments=tuple(payments),
        is_of_duplicate_payment=refund_settlement.is_of_duplicate_payment(order, payments[0]),
        is_show_called_off=show_changes.is_called_off(conn, root.show_id),
    )


def _quantity(root: Order, payments: Sequence[OrderRefund]) -> int:
    """Count the tickets of a request: each is given up with one payment, upgrades beside it."""
    of_lines = [one.quantity for one in payments if one.order_id.startswith(root.id)]
    if root.further_lines and len(of_lines) > 1:
        return sum(of_lines)
    return max(payment.quantity for payment in payments)
