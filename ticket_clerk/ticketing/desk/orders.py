"""Finds orders by whatever an operator has, and reads one with all that is on record of it.

Each look-up is one by an index, or is Stripe's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeVar

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import (
    handoffs,
    inventory,
    ledger,
    operators,
    orders,
    outbox,
    refunds,
    subscriptions,
    tickets,
    webhook_events,
)
from ticket_clerk.ticketing.database.tables.ledger import Movement
from ticket_clerk.ticketing.database.tables.outbox import StoredMessage
from ticket_clerk.ticketing.database.tables.webhook_events import RecordedEvent
from ticket_clerk.ticketing.domain.after_sales import OrderRefund
from ticket_clerk.ticketing.domain.models import Buyer, Handoff, Order, Subscription
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.domain.operators import Act
from ticket_clerk.ticketing.domain.tickets import Ticket

MOST_FOUND = 100
# Stripe searches for no fewer letters of a name.
SHORTEST_NAME = 3
Record = TypeVar("Record")


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


@dataclass(frozen=True)
class Entry:
    """Something that happened to an order; ``id`` is what it is on record under."""

    at: datetime
    what: str
    state: str
    id: str


@dataclass(frozen=True)
class Story:
    """An order, its relatives, and its records; ``hold`` is how many seats, and until when."""

    order: Order
    parent: Order | None
    upgrades: tuple[Order, ...]
    tickets: tuple[Ticket, ...]
    hold: tuple[int, datetime] | None
    subscription: Subscription | None
    movements: tuple[Movement, ...]
    refunds: tuple[OrderRefund, ...]
    messages: tuple[StoredMessage, ...]
    events: tuple[RecordedEvent, ...]
    handoffs: tuple[Handoff, ...]
    acts: tuple[Act, ...]

    @property
    def is_parked(self) -> bool:
        """Whether a notification about it was given up."""
        return any(one.parked_at and not one.delivered_at for one in self.messages)

    @property
    def timeline(self) -> list[Entry]:
        """All of it in the order in which it happened."""
        return sorted(_entries(self), key=lambda entry: entry.at)


def read_story(container: Container, order_id: str) -> Story:
    """Read an order with its story, by the id of a line too; raises OrderNotFound."""
    with container.database.read() as conn:
        order = orders.get_order(conn, order_id)
        order = order if order.id == order.number else orders.get_order(conn, order.number)
        lines = order.paid_together
        return Story(
            order=order,
            parent=orders.find_order(conn, order.parent_order_id)
            if order.parent_order_id
            else None,
            upgrades=_of_each(lines, lambda line: orders.list_upgrades(conn, line.id)),
            tickets=_of_each(lines, lambda line: _tickets(conn, line, container.now())),
            hold=_hold(conn, order),
            subscription=subscriptions.find_by_order(conn, order.id),
            movements=_of_each(lines, lambda line: ledger.list_of_order(conn, line.id)),
            refunds=tuple(refunds.list_of_orders(conn, [line.id for line in lines])),
            messages=_of_each(lines, lambda line: outbox.list_of_order(conn, line)),
            events=tuple(webhook_events.list_of_order(conn, order.id)),
            handoffs=tuple(handoffs.list_of_buyer(conn, order.buyer)),
            acts=tuple(operators.list_acts(conn, subject=order.id)),
        )


def _of_each(
    lines: Iterable[Order], read: Callable[[Order], Iterable[Record]]
) -> tuple[Record, ...]:
    return tuple(chain.from_iterable(map(read, lines)))


def _tickets(conn: Connection, order: Order, now: datetime) -> list[Ticket]:
    return tickets.list_tickets(conn, order.parent_order_id or order.id, now=now)


def _hold(conn: Connection, order: Order) -> tuple[int, datetime] | None:
    """Read how many seats are held for all lines together, and until when."""
    holds = [inventory.find_hold(conn, line.id) for line in order.paid_together]
    held = [hold for hold in holds if hold is not None]
    return (sum(count for count, _ in held), held[0][1]) if held else None


def _entries(story: Story) -> Iterator[Entry]:
    yield from _of_order(story.order)
    for ticket in story.tickets:
        if ticket.used_at:
            yield Entry(ticket.used_at, f"ticket {ticket.number} used at the door", "", ticket.id)
    for event in story.events:
        state = event.error or event.outcome
        yield Entry(event.received_at, f"Stripe event {event.type}", state, event.id)
    for move in story.movements:
        amount = format_amount(move.amount, move.currency)
        yield Entry(move.at, f"ledger: {move.kind.replace('_', ' ')} {amount}", "", move.id)
    for refund in story.refunds:
        amount = format_amount(refund.amount, refund.currency)
        what = f"refund of {amount} requested ({refund.source}), tickets: {refund.quantity}"
        yield Entry(refund.created_at, what, refund.status.value, refund.id)
    for stored in story.messages:
        yield from _of_message(stored)
    for handoff in story.handoffs:
        yield Entry(handoff.opened_at, "conversation handed over", handoff.reason.value, handoff.id)
        if handoff.closed_at:
            yield Entry(handoff.closed_at, "conversation handed back", "", handoff.id)
    for act in story.acts:
        what = f"{act.operator}: {act.kind.replace('_', ' ')} {act.detail}".rstrip()
        yield Entry(act.at, what, act.outcome or "cut off", act.id)


def _of_order(order: Order) -> Iterator[Entry]:
    moments = {
        "order made": order.created_at,
        "card declined": order.declined_at,
        "cancellation asked for": order.cancel_requested_at,
        "order paid": order.paid_at,
    }
    for what, at in moments.items():
        if at is not None:
            yield Entry(at, what, "", order.id)


def _of_message(stored: StoredMessage) -> Iterator[Entry]:
    message = stored.message
    name = message.kind.value.replace("_", " ")
    tried = f"{message.attempts} tried" + (f", {stored.last_error}" if stored.last_error else "")
    state = "delivered" if stored.delivered_at else "parked" if stored.parked_at else "waiting"
    yield Entry(message.created_at, f"notification: {name}", f"{state}, {tried}", message.id)
    if stored.delivered_at:
        yield Entry(stored.delivered_at, f"notification delivered: {name}", "", message.id)
