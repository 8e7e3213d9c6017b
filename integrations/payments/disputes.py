"""What a dispute does to its order: the bank took the money back, for now or for good.

https://docs.stripe.com/disputes. Inside the caller's transaction; safe to repeat, in any order.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from . import ledger, orders, returns
from .models import HELD_BY_BUYER, OrderKind, OrderStatus
from .stripe_objects import Dispute

_WON = frozenset({"won", "warning_closed", "prevented"})
# The bank only asks; nothing was taken.
_INQUIRY = frozenset({"warning_needs_response", "warning_under_review"})

Outcome = tuple[str, str | None]


def settle_dispute(conn: Connection, dispute: Dispute, *, now: datetime) -> Outcome:
    """Bring the order in line with its dispute; returns a word for the log, and the order.

    While it lasts the order is ``disputed``; won, it is again what it was before; lost, it stays
    disputed and the seats stay the buyer's until a person decides.
    """
    payment = ledger.find_payment(conn, dispute.payment_intent_id or "")
    if payment is None:
        return "ignored_not_ours", None
    order = orders.find_order(conn, payment.order_id, lock=True) if payment.order_id else None
    if dispute.status in _INQUIRY:
        return "inquiry", payment.order_id
    has_ended_well = dispute.status in _WON
    if dispute.status != "warning_closed":
        _write(conn, dispute, payment, ledger.DISPUTE, -dispute.amount, now)
    if has_ended_well:
        if dispute.status != "warning_closed":
            _write(conn, dispute, payment, ledger.DISPUTE_WON, dispute.amount, now)
        if order is not None and order.status is OrderStatus.DISPUTED:
            returns.restate(conn, order)
        return f"dispute_{dispute.status}", payment.order_id
    if order is None or ledger.has(conn, ledger.DISPUTE_WON, dispute.id):
        return f"dispute_{dispute.status}", payment.order_id
    if order.kind is not OrderKind.SUBSCRIPTION:
        orders.transition(conn, order.id, OrderStatus.DISPUTED, from_=HELD_BY_BUYER)
    return "disputed", order.id


def _write(
    conn: Connection, dispute: Dispute, payment: object, kind: str, amount: int, now: datetime
) -> None:
    ledger.record(
        conn,
        dispute.id,
        kind=kind,
        amount=amount,
        currency=dispute.currency,
        order_id=payment.order_id,  # type: ignore[attr-defined]  # a row of the ledger
        payment_intent_id=dispute.payment_intent_id,
        at=now,
    )
