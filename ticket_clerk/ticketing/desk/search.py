"""Finds orders by whatever an operator has: each look-up is one by an index, or is Stripe's."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    handoffs,
    ledger,
    orders,
    refunds,
    tickets,
    webhook_events,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order

MOST_FOUND = 100
# Stripe searches for no fewer letters of a name.
SHORTEST_NAME = 3


def find_orders(container: Container, text: str) -> list[Order]:
    """Find the orders that a text names, at most a hundred.

    An order number, a ticket's id or code, an id of Stripe's (``cs_ pi_ ch_ re_ evt_``) or of
    another provider's payment, a refund's or handoff's of ours, a sender, or ``channel:sender``.
    """
    text = text.strip()
    if not text.isprintable():
        return []
    with container.database.read() as conn:
        if text.startswith("T1:"):
            text = text.split(":")[1]
        if text.startswith("tkt_"):
            ticket = tickets.find_ticket(conn, text, now=container.now())
            return _orders(conn, ticket.order_id if ticket else None)
        find = _BY_PREFIX.get(text.partition("_")[0], _by_payment)
        return find(conn, text) or _of_sender(conn, text)


def find_orders_of_person(container: Container, text: str) -> list[Order]:
    """Find the orders of who gave Stripe this e-mail address or name, at most a hundred.

    Both are kept at Stripe only, which is asked. Raises StripeUnavailable, StripeRejected.
    """
    text = text.strip()
    if len(text) < SHORTEST_NAME or not text.isprintable():
        return []
    ids = container.stripe.find_customer_ids(text, limit=MOST_FOUND)
    with container.database.read() as conn:
        return orders.list_orders_of_customers(conn, ids, limit=MOST_FOUND) if ids else []


def find_orders_of_holder(container: Container, text: str) -> list[Order]:
    """Find the orders with a ticket that has this name on it, at most a hundred.

    The whole name, as it was written or in other capitals.
    """
    text = text.strip()
    if len(text) < SHORTEST_NAME or not text.isprintable():
        return []
    names = {text, text.lower(), text.upper(), text.title()}
    with container.database.read() as conn:
        return orders.list_orders_of_holder(conn, sorted(names), limit=MOST_FOUND)


def find_order_of_payment(container: Container, payment_id: str) -> Order | None:
    """Find the order that a payment or a Checkout Session is of; None for a second payment."""
    with container.database.read() as conn:
        found = orders.find_order_by_payment(conn, payment_id)
        return found or orders.find_order_by_session(conn, payment_id)


def _by_payment(conn: Connection, text: str) -> list[Order]:
    order = orders.find_order_by_payment(conn, text)
    if order is not None:
        return [order]
    # One that came for an order that was paid already.
    payment = ledger.find_payment(conn, text)
    return _orders(conn, payment.order_id if payment else None)


def _by_session(conn: Connection, text: str) -> list[Order]:
    order = orders.find_order_by_session(conn, text)
    return [order] if order else []


def _by_refund(conn: Connection, text: str) -> list[Order]:
    refund = refunds.find_refund(conn, text) or refunds.find_by_stripe_refund(conn, text)
    return _orders(conn, refund.order_id if refund else None)


def _by_event(conn: Connection, text: str) -> list[Order]:
    event = webhook_events.find_event(conn, text)
    return _orders(conn, event.order_id if event else None)


def _by_handoff(conn: Connection, text: str) -> list[Order]:
    handoff = handoffs.find_handoff(conn, text)
    return orders.list_orders_of(conn, handoff.buyer)[:MOST_FOUND] if handoff else []


def _orders(conn: Connection, order_id: str | None) -> list[Order]:
    order = orders.find_order(conn, order_id) if order_id else None
    return [order] if order else []


def _of_sender(conn: Connection, text: str) -> list[Order]:
    found = orders.list_orders_of_sender(conn, text, limit=MOST_FOUND)
    channel, _, sender_id = text.partition(":")
    if not found and sender_id:
        found = orders.list_orders_of(conn, Buyer(channel, sender_id))[:MOST_FOUND]
    return found


_BY_PREFIX: dict[str, Callable[[Connection, str], list[Order]]] = {
    "ord": _orders,
    "cs": _by_session,
    "re": _by_refund,
    "rfd": _by_refund,
    "evt": _by_event,
    "handoff": _by_handoff,
}
