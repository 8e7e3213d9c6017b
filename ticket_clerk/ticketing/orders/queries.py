"""Queries: the catalog, a buyer's orders and unread notifications."""

from __future__ import annotations

from datetime import datetime

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import numbered_seats, orders, outbox, shows
from ticket_clerk.ticketing.domain.models import Buyer, Catalog, Order, OrderStatus, OutboxMessage
from ticket_clerk.ticketing.domain.seating import are_together


def catalog(container: Container) -> Catalog:
    """Read what is for sale now, with the seats that are left, soonest show first."""
    with container.database.read() as conn:
        return shows.get_catalog(conn, now=container.now())


def orders_of(container: Container, buyer: Buyer) -> list[Order]:
    """List this buyer's orders and nobody else's, newest first."""
    with container.database.read() as conn:
        return orders.list_orders_of(conn, buyer)


def unread_messages(container: Container, buyer: Buyer) -> list[tuple[OutboxMessage, Order | None]]:
    """List what this conversation is still to be told, oldest first, each with its order if any."""
    with container.database.read() as conn:
        return [
            (message, orders.get_order(conn, message.order_id) if message.order_id else None)
            for message in outbox.list_unread(conn, buyer)
        ]


def have_neighbors(
    container: Container,
    *,
    show_id: str,
    section_id: str,
    quantity: int,
    without: str | None = None,
) -> bool:
    """Whether so many seats are left side by side right now, after those that are held.

    Also where seats have no numbers. What is held for the order ``without`` counts as free.
    """
    with container.database.read() as conn:
        seats = numbered_seats.foresee(
            conn, show_id=show_id, section_id=section_id, quantity=quantity, without=without
        )
    return seats is None or are_together(seats)


def show_name(container: Container, show_id: str) -> str | None:
    """Read what a show is called, on sale or not; None where there is none of that id."""
    with container.database.read() as conn:
        return shows.find_name(conn, show_id)


def in_doubt_since(container: Container, message_id: str) -> datetime | None:
    """Tell since when (UTC) somebody may have told this message; None if nobody tried yet."""
    with container.database.read() as conn:
        return outbox.in_doubt_since(conn, message_id)


def any_order(container: Container, order_id: str) -> Order:
    """Read an order for the operator, the whole by the id of a line; raises OrderNotFound."""
    with container.database.read() as conn:
        order = orders.get_order(conn, order_id)
        return order if order.id == order.number else orders.get_order(conn, order.number)


def page_of_orders(
    container: Container, *, status: OrderStatus | None, cursor: str | None, limit: int
) -> tuple[list[Order], str | None]:
    """List everybody's orders for the operator, newest first, and the next page's cursor.

    The cursor is the number of the page's last order; raises OrderNotFound for an unknown one.
    """
    with container.database.read() as conn:
        before = orders.get_order(conn, cursor) if cursor else None
        page = orders.list_orders(conn, status=status, before=before, limit=limit + 1)
    has_more = len(page) > limit
    return page[:limit], page[limit - 1].id if has_more else None
