"""Settles many ordinary payments in one transaction, a statement for all of them each.

A crowd pays the same way: its own session, in time, for seats that are held. Which payments are
such ones says :mod:`settlement`, by the same rules that settle any other; here is written by one
statement for all what it writes by one for each. Whatever turns out not to be as expected undoes
all of them, and each is settled by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import (
    customers,
    ledger,
    numbered_seats,
    orders,
    outbox,
    tickets,
)
from ticket_clerk.ticketing.domain.checkout_terms import Charged
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OrderKind
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession
from ticket_clerk.ticketing.products import product_of

from .settlement import amounts, ordinary_charge


class NotOrdinaryError(Exception):
    """One of the payments is to be settled by itself; the transaction is to be undone."""


@dataclass(frozen=True)
class OrdinaryPayment:
    """An order that is locked, its session, and what that charged."""

    order: Order
    session: CheckoutSession
    charged: Charged


def lock_ordinary(conn: Connection, sessions: Iterable[CheckoutSession]) -> list[OrdinaryPayment]:
    """Lock the orders of sessions and return those payments that are ordinary.

    The session must name its order, too. One a buyer: of several the order of their notifications
    matters.
    """
    by_id = {session.id: session for session in sessions}
    found: dict[Buyer, OrdinaryPayment] = {}
    for order in orders.lock_all_by_sessions(conn, list(by_id)):
        session = by_id[str(order.checkout_session_id)]
        charged = ordinary_charge(order, session)
        if charged is not None and session.metadata.get("order_id") == order.id:
            found.setdefault(order.buyer, OrdinaryPayment(order, session, charged))
    return list(found.values())


def settle_ordinary(
    conn: Connection, payments: Sequence[OrdinaryPayment], *, now: datetime
) -> None:
    """Settle payments whose orders are locked, as :func:`settlement.settle_locked` each.

    Raises NotOrdinaryError, and IntegrityError where something of one is written down already; the
    caller undoes the transaction then.
    """
    paid = [payment.order for payment in payments]
    known = {p.order.buyer: p.session.customer_id for p in payments if p.session.customer_id}
    customers.remember_customers(conn, known)
    ledger.record_payments(conn, ((p.order, p.session) for p in payments), at=now)
    is_done = (
        _fulfil_all(conn, paid)
        and orders.mark_paid(conn, {p.order.id: _values(p) for p in payments}, paid_at=now)
        and outbox.enqueue_all(conn, paid, MessageKind.PAYMENT_CONFIRMED, now=now)
    )
    if not is_done:
        raise NotOrdinaryError
    tickets.issue_all(conn, paid, now=now)
    numbered_seats.seat_all_last(conn, paid)


def _fulfil_all(conn: Connection, paid: Iterable[Order]) -> bool:
    by_kind: dict[OrderKind, list[Order]] = defaultdict(list)
    for order in paid:
        by_kind[order.kind].append(order)
    return all(product_of(some[0]).fulfil_all(conn, some) for some in by_kind.values())


def _values(payment: OrdinaryPayment) -> dict[str, object]:
    return {"payment_intent_id": payment.session.payment_intent_id, **amounts(payment.charged)}
