"""Reading: what is for sale, a buyer's orders, and what he was not told yet."""

from __future__ import annotations

from datetime import datetime

from ticket_clerk.ticketing.container import Shop
from ticket_clerk.ticketing.database.tables import orders, outbox, shows
from ticket_clerk.ticketing.domain.models import Buyer, Catalog, Order, OrderStatus, OutboxMessage


def catalog(shop: Shop) -> Catalog:
    """Read what is for sale now, with the seats that are left, soonest show first."""
    with shop.store.read() as conn:
        return shows.get_catalog(conn, now=shop.now())


def orders_of(shop: Shop, buyer: Buyer) -> list[Order]:
    """List this buyer's orders and nobody else's, newest first."""
    with shop.store.read() as conn:
        return orders.list_orders_of(conn, buyer)


def order_of(shop: Shop, buyer: Buyer, order_id: str) -> Order | None:
    """Find this buyer's order; None for somebody else's, as if it did not exist."""
    with shop.store.read() as conn:
        return orders.find_order_of(conn, buyer, order_id)


def unread_messages(shop: Shop, buyer: Buyer) -> list[tuple[OutboxMessage, Order | None]]:
    """List what this conversation is still to be told, oldest first, each with its order if any."""
    with shop.store.read() as conn:
        return [
            (message, orders.get_order(conn, message.order_id) if message.order_id else None)
            for message in outbox.list_unread(conn, buyer)
        ]


def in_doubt_since(shop: Shop, message_id: str) -> datetime | None:
    """Tell since when (UTC) somebody may have told this message; None if nobody tried yet."""
    with shop.store.read() as conn:
        return outbox.in_doubt_since(conn, message_id)


def any_order(shop: Shop, order_id: str) -> Order:
    """Read an order for the operator; raises OrderNotFound."""
    with shop.store.read() as conn:
        return orders.get_order(conn, order_id)


def page_of_orders(
    shop: Shop, *, status: OrderStatus | None, cursor: str | None, limit: int
) -> tuple[list[Order], str | None]:
    """List everybody's orders for the operator, newest first, and the next page's cursor.

    The cursor is the number of the page's last order; raises OrderNotFound for an unknown one.
    """
    with shop.store.read() as conn:
        before = orders.get_order(conn, cursor) if cursor else None
        page = orders.list_orders(conn, status=status, before=before, limit=limit + 1)
    has_more = len(page) > limit
    return page[:limit], page[limit - 1].id if has_more else None
