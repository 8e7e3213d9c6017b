"""The ledger: every movement of money as it happened. Rows are added and never changed.

What moved the money at Stripe is the row's id, so the same movement is written once, whichever of
several events or readings tells of it first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession

_LEDGER = schema.ledger
# Built once: building takes longer than running.
_RECORD = sa.insert(_LEDGER)
PAYMENT = "payment"
REFUND = "refund"
REFUND_FAILED = "refund_failed"
DISPUTE = "dispute"
DISPUTE_WON = "dispute_won"


@dataclass(frozen=True)
class Movement:
    """A row: ``amount`` in minor units is negative for what leaves us."""

    id: str
    kind: str
    amount: int
    currency: str
    at: datetime


def record(
    conn: Connection,
    stripe_id: str,
    *,
    kind: str,
    amount: int,
    currency: str,
    order_id: str | None,
    payment_intent_id: str | None,
    at: datetime,
    fee: int = 0,
) -> bool:
    """Write a movement down; ``amount`` is in minor units, negative for what leaves us.

    ``fee`` is what a refund kept back: it has not moved.

    ``stripe_id`` is the object that moved it: a PaymentIntent or an invoice, a refund, a dispute.
    Safe to repeat; tells whether it was new.
    """
    row = {
        "id": f"{kind}:{stripe_id}",
        "kind": kind,
        "amount": amount,
        "fee": fee,
        "currency": currency,
        "order_id": order_id,
        "payment_intent_id": payment_intent_id,
        "at": at,
    }
    return insert_ignore(conn, _LEDGER, row)


def record_payment(
    conn: Connection, order: Order, session: CheckoutSession, *, at: datetime
) -> bool:
    """Write down what a complete session paid for an order; tells whether it was new."""
    return insert_ignore(conn, _LEDGER, _payment(order, session, at))


def record_payments(
    conn: Connection, paid: Iterable[tuple[Order, CheckoutSession]], *, at: datetime
) -> None:
    """Write down what complete sessions paid for orders, by one statement.

    Not to be repeated: raises IntegrityError where one of them is written down.
    """
    conn.execute(_RECORD, [_payment(order, session, at) for order, session in paid])


def _payment(order: Order, session: CheckoutSession, at: datetime) -> dict[str, Any]:
    return {
        "id": f"{PAYMENT}:{session.payment_intent_id or session.id}",
        "kind": PAYMENT,
        "amount": session.amount_total or 0,
        "fee": 0,
        "currency": session.currency or order.currency,
        "order_id": order.id,
        "payment_intent_id": session.payment_intent_id,
        "at": at,
    }


def find_payment(conn: Connection, *payment_ids: str) -> Any | None:
    """Find the payment that is known under one of these ids, as a row of the table, or None."""
    return conn.execute(
        sa.select(_LEDGER).where(
            _LEDGER.c.payment_intent_id.in_(payment_ids), _LEDGER.c.kind == PAYMENT
        )
    ).first()


def list_of_order(conn: Connection, order_id: str) -> list[Movement]:
    """List the movements of an order's money, oldest first."""
    query = sa.select(_LEDGER).where(_LEDGER.c.order_id == order_id)
    return [
        Movement(row.id, row.kind, row.amount, row.currency, row.at)
        for row in conn.execute(query.order_by(_LEDGER.c.at, _LEDGER.c.id))
    ]


def has(conn: Connection, kind: str, stripe_id: str) -> bool:
    """Look whether a movement is written down."""
    return (
        conn.execute(sa.select(_LEDGER.c.id).where(_LEDGER.c.id == f"{kind}:{stripe_id}")).first()
        is not None
    )


def is_given_back(conn: Connection, payment_id: str) -> bool:
    """Look whether nothing of a payment is left, by what was refunded of it."""
    moves = (_LEDGER.c.payment_intent_id == payment_id) & _LEDGER.c.kind.in_(
        (PAYMENT, REFUND, REFUND_FAILED)
    )
    return (conn.execute(sa.select(sa.func.sum(_LEDGER.c.amount)).where(moves)).scalar() or 0) < 1


def is_disputed(conn: Connection, order_id: str, *, since: datetime | None = None) -> bool:
    """Look whether a bank took money of this order back (since then) and did not return it."""
    is_one = (_LEDGER.c.order_id == order_id) & _LEDGER.c.kind.in_((DISPUTE, DISPUTE_WON))
    if since is not None:
        is_one &= _LEDGER.c.at >= since
    return bool(conn.execute(sa.select(sa.func.sum(_LEDGER.c.amount)).where(is_one)).scalar())


def balance(conn: Connection) -> dict[str, int]:
    """Add everything up, by currency, in minor units."""
    rows = conn.execute(
        sa.select(_LEDGER.c.currency, sa.func.sum(_LEDGER.c.amount)).group_by(_LEDGER.c.currency)
    )
    return {row[0]: int(row[1]) for row in rows}


def last_payment_at(conn: Connection) -> datetime | None:
    """When the newest payment was written down; None when none ever was."""
    value: datetime | None = conn.execute(
        sa.select(sa.func.max(_LEDGER.c.at)).where(_LEDGER.c.kind == PAYMENT)
    ).scalar()
    return value


def record_decline(
    conn: Connection, payment_intent_id: str, currency: str, *, at: datetime
) -> None:
    """Note that a payment through the API was declined. Safe to repeat."""
    values = {"payment_intent_id": payment_intent_id, "currency": currency, "at": at}
    insert_ignore(conn, schema.declines, values)
