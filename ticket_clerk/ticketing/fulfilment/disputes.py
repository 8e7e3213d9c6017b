"""Applies a dispute to its order: the bank took the money back, for now or for good.

https://docs.stripe.com/disputes. Inside the caller's transaction; safe to repeat, in any order.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection, Row

from ticket_clerk.ticketing.database.tables import ledger, orders, show_changes
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import Dispute
from ticket_clerk.ticketing.products import product_of

from . import ticket_release

_WON = frozenset({"won", "prevented"})
# The bank only asks; nothing was taken.
_INQUIRY = frozenset({"warning_needs_response", "warning_under_review"})
_NOTHING_TAKEN = _INQUIRY | {"warning_closed"}

Outcome = tuple[str, str | None]


def settle_dispute(conn: Connection, dispute: Dispute, *, now: datetime) -> Outcome:
    """Bring the order in line with its dispute; returns a word for the log, and the order.

    While it lasts the order is ``disputed``; won, it is again what it was before; lost, it stays
    disputed and the seats stay the buyer's until a person decides. ``ignored_not_ours`` may be of
    a payment that we know nothing of yet: reconciliation asks again.
    """
    payment = ledger.find_payment(conn, *dispute.payment_ids)
    if payment is None:
        return "ignored_not_ours", None
    if dispute.status in _INQUIRY:
        return "inquiry", payment.order_id
    order = orders.lock_order(conn, payment.order_id) if payment.order_id else None
    if is_settled(conn, dispute):
        return "unchanged", payment.order_id
    _write(conn, dispute, payment, ledger.DISPUTE, -dispute.amount, now)
    if dispute.status not in _WON:
        return _take(conn, dispute, order, payment.payment_intent_id), payment.order_id
    _write(conn, dispute, payment, ledger.DISPUTE_WON, dispute.amount, now)
    for line in order.paid_together if order is not None else ():
        if line.status is OrderStatus.DISPUTED:
            _give_again(conn, line, now)
    return f"dispute_{dispute.status}", payment.order_id


def _give_again(conn: Connection, order: Order, now: datetime) -> None:
    ticket_release.restate(conn, order)
    # What goes back for a show that was called off meanwhile could not before.
    show_changes.take_up_order(conn, order.parent_order_id or order.id)
    if order.parent_order_id is not None:
        # Its tickets may have gone back meanwhile; then what was paid for better seats does.
        parent = orders.get_order(conn, order.parent_order_id)
        ticket_release.close_if_whole(conn, parent, now=now)


def is_settled(conn: Connection, dispute: Dispute) -> bool:
    """Whether a dispute has nothing to say that is not written down."""
    if dispute.status in _NOTHING_TAKEN or ledger.has(conn, ledger.DISPUTE_WON, dispute.id):
        return True
    return dispute.status not in _WON and ledger.has(conn, ledger.DISPUTE, dispute.id)


def _take(conn: Connection, dispute: Dispute, order: Order | None, payment_id: str) -> str:
    if order is None or product_of(order).is_recurring:
        return f"dispute_{dispute.status}"
    if payment_id == order.payment_intent_id:
        # Of a second payment the tickets are not in doubt.
        for line in order.paid_together:
            orders.transition(conn, line.id, OrderStatus.DISPUTED, from_=HELD_BY_BUYER)
    return "disputed"


def _write(
    conn: Connection, dispute: Dispute, payment: Row, kind: str, amount: int, now: datetime
) -> None:
    ledger.record(
        conn,
        dispute.id,
        kind=kind,
        amount=amount,
        currency=dispute.currency,
        order_id=payment.order_id,
        payment_intent_id=payment.payment_intent_id,
        at=now,
    )
