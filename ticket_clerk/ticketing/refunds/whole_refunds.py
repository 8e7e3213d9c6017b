"""Requests to give back all that was paid for a show that does not take place.

Without a fee and whatever the policy says: the shop called it off. The requests are stored with the
fact; the passes over the refunds carry them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import orders, refunds
from ticket_clerk.ticketing.domain.after_sales import CALLED_OFF
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order, OrderStatus
from ticket_clerk.ticketing.domain.payment_ids import is_at_stripe
from ticket_clerk.ticketing.fulfilment import ticket_release

from .refund_requests import new_refund

_PAID = HELD_BY_BUYER | {OrderStatus.NEEDS_ATTENTION}


def request_whole_refund(
    conn: Connection, root: Order, upgrades: Sequence[Order], *, now: datetime
) -> int:
    """Request all that is left of an order's payments; returns how many of them go back.

    The caller has locked the buyer's own order. Safe to repeat: what is on its way is not left.
    What another provider than Stripe collected waits for a person, and so does what is disputed.
    """
    paid = [order for order in (root, *upgrades) if order.status in _PAID]
    version = refunds.next_quote_version(conn, [order.id for order in (root, *upgrades)])
    request_id, count = refunds.new_refund_id(), 0
    for order in paid:
        count += _request(conn, order, root, request_id, version, now)
    return count


def _request(
    conn: Connection, order: Order, root: Order, request_id: str, version: int, now: datetime
) -> bool:
    limit = ticket_release.paid_amount(conn, order)
    amount = limit - order.amount_refunding - order.amount_kept
    if amount < 1 or not is_at_stripe(order.payment_intent_id):
        return False
    has_tickets = order.id == root.id and order.status in HELD_BY_BUYER
    quantity = order.tickets_left if has_tickets else 0
    if not orders.reserve_refund(conn, order.id, quantity=quantity, amount=amount, limit=limit):
        return False
    requested = replace(
        new_refund(order, quantity, amount, version, now),
        request_id=request_id,
        section_id=(root.section_id or "") if quantity else "",
        reason=None,
        source=CALLED_OFF,
    )
    return refunds.insert_refund(conn, requested)
