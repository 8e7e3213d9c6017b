"""What operators do with orders: sell some at the box office or for free, take those back, and
release the seats of one that is not paid.

No money of what they sell is at Stripe, so none is in the ledger or can be refunded from here.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.catalog import keeps_seats, refresh_show
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import inventory, numbered_seats, orders, tickets
from ticket_clerk.ticketing.domain.errors import InvalidQuantity, OrderNotFound, SoldOut, WrongState
from ticket_clerk.ticketing.domain.models import (
    BOX_OFFICE,
    Buyer,
    Order,
    OrderStatus,
    PaidElsewhere,
)
from ticket_clerk.ticketing.domain.tickets import holder_name
from ticket_clerk.ticketing.fulfilment import release_lines

from . import ownership
from .checkout import new_order, on_sale

log = get_logger(__name__)

# Nobody's conversation is on it: who made the order is its sender.
CHANNEL = BOX_OFFICE
# What one order of an operator's may be for: a class, a choir.
MOST_TICKETS = 100


def sell_elsewhere(
    container: Container,
    operator: str,
    *,
    show_id: str,
    section_id: str,
    quantity: int,
    how: PaidElsewhere,
    holder: str | None = None,
    request_key: str | None = None,
) -> Order:
    """Make an order that is paid at once, with its tickets; each has the holder's name, if any.

    The price is the database's, or nothing where it is free. Under the caller's key a repetition
    gets the same order again. Raises ShowNotOnSale, SoldOut, InvalidQuantity, InvalidRequest for
    what is no name, and WrongState where a host keeps its seats itself; nothing is stored then.
    """
    if keeps_seats(container.catalog):
        raise WrongState("The catalog's owner keeps the seats: sell them there.")
    name = holder_name(holder) if holder else None
    _check_number(quantity)
    refresh_show(container.database, container.catalog, show_id, now=container.now())
    now, buyer = container.now(), Buyer(CHANNEL, operator)
    with container.database.begin() as conn:
        known = _known(conn, container, request_key)
        if known is not None:
            return known
        show, section = on_sale(conn, show_id, section_id, now)
        made = new_order(buyer, show, section, quantity, now, customer_id=None)
        order_id = order_number(container, request_key) if request_key else made.id
        order = _paid(made, how, now, order_id)
        _sell(conn, order, name, now)
    log.info("payments.order.sold_elsewhere", order_id=order.id, how=how.value)
    return order


def _check_number(quantity: int) -> None:
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        raise InvalidQuantity("The number of tickets must be a whole number above zero.")
    if quantity > MOST_TICKETS:
        raise InvalidQuantity(f"One order is for {MOST_TICKETS} tickets at most.")


def take_back(container: Container, order_id: str) -> Order:
    """End all tickets of an order that an operator made; its seats are for sale again.

    Money goes back where it was paid: none is moved here. Safe to repeat. Raises OrderNotFound,
    and WrongState for an order that Stripe has the money of, or that was used.
    """
    with container.database.begin() as conn:
        order = ownership.lock_parent_order(conn, orders.get_order(conn, order_id))
        if order.paid_elsewhere is None:
            raise WrongState("That order was paid at Stripe: refund its payment.")
        if order.status is OrderStatus.REFUNDED:
            return order
        if tickets.count_used(conn, order.id):
            raise WrongState("Somebody came in with a ticket of it.")
        given_back = dict.fromkeys(("amount_refunding", "amount_refunded"), order.amount_total)
        ended = {"refunded_quantity": order.quantity, **given_back}
        if not orders.transition(
            conn, order.id, OrderStatus.REFUNDED, from_=[OrderStatus.PAID], **ended
        ):
            raise WrongState("That order has no tickets to take back.")
        inventory.return_seats(
            conn, show_id=order.show_id, section_id=order.section_id, quantity=order.quantity
        )
        numbered_seats.seat_last(conn, order.id)
        order = orders.get_order(conn, order.id)
    log.info("payments.order.taken_back", order_id=order.id)
    return order


def _sell(conn: Connection, order: Order, holder: str | None, now: datetime) -> None:
    show_id, section_id, quantity = order.show_id, order.section_id, order.quantity
    if not inventory.take_seats(
        conn, show_id=show_id, section_id=section_id, quantity=quantity, is_sale=True
    ):
        raise SoldOut(inventory.seats_left(conn, show_id=show_id, section_id=section_id))
    if not orders.insert_paid(conn, order):
        raise WrongState("This order is being made at this moment: try again.")
    tickets.issue(conn, order, now=now)
    numbered_seats.seat_last(conn, order.id)
    if holder is not None:
        for ticket in tickets.list_tickets(conn, order.id, now=now):
            tickets.set_holder(conn, ticket.id, holder, now=now)


def _paid(order: Order, how: PaidElsewhere, now: datetime, order_id: str) -> Order:
    is_free = how is PaidElsewhere.FREE
    return replace(
        order,
        id=order_id,
        status=OrderStatus.PAID,
        paid_elsewhere=how,
        paid_at=now,
        amount_total=0 if is_free else order.amount_subtotal,
        amount_discount=order.amount_subtotal if is_free else 0,
        amount_tax=0,
        tax_behavior=None,
        allows_codes=False,
        expires_at=now,
        hold_expires_at=now,
    )


def _known(conn: Connection, container: Container, request_key: str | None) -> Order | None:
    if request_key is None:
        return None
    return orders.find_order(conn, order_number(container, request_key), lock=True)


def order_number(container: Container, request_key: str) -> str:
    """Derive the number of the order that is made under a caller's key; nobody else can."""
    secret = container.settings.tickets_signing_keys[0].encode()
    digest = hmac.digest(secret, b"order " + request_key.encode(), hashlib.sha256)
    return f"ord_{digest.hex()[:24]}"


def release_seats(container: Container, order_id: str) -> None:
    """Put on sale again what is held for an open order, also while Stripe is away.

    The order stays open, and its link works, as for a buyer whose seats were never held: who pays
    gets them as long as there are any, and else the money back. To close the link too, cancel it.

    Raises:
        OrderNotFound: there is no such order.
        WrongState: it is not open, or nothing is held for it (any more).
    """
    with container.database.begin() as conn:
        order = orders.lock_order(conn, order_id)
        if order is None:
            raise OrderNotFound("There is no such order.")
        order = orders.lock_order(conn, order.number) or order
        ended = [orders.end_holding(conn, line.id) for line in order.paid_together]
        if not any(ended):
            raise WrongState("Nothing is held for this order, or it is no longer open.")
        release_lines(conn, order)
    log.info("payments.order.released", order_id=order_id)
