"""Looks up a buyer's order by its number, and the parent order of an upgrade.

Inside the caller's transaction.
"""

from __future__ import annotations

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import OrderNotFound
from ticket_clerk.ticketing.domain.models import Buyer, Order


def get_order_of(conn: Connection, buyer: Buyer, order_id: str) -> Order:
    """Read an order of this buyer; raises OrderNotFound, for somebody else's too."""
    order = orders.find_order_of(conn, buyer, order_id)
    if order is None:
        raise OrderNotFound("There is no such order.")
    return order


def first_order_of(conn: Connection, buyer: Buyer, order_id: str) -> Order:
    """Read the buyer's order with all its lines, also by the id of one; raises OrderNotFound."""
    order = get_order_of(conn, buyer, order_id)
    return orders.get_order(conn, order.number) if order.paid_with_order_id else order


def parent_order_of(conn: Connection, buyer: Buyer, order_id: str) -> Order:
    """Read the buyer's own order, also by the number of an upgrade; raises OrderNotFound.

    Of several lines that are paid together it is the one of that number.
    """
    order = get_order_of(conn, buyer, order_id)
    order = orders.get_order(conn, order.parent_order_id) if order.parent_order_id else order
    return order.alone


def lock_parent_order(conn: Connection, order: Order) -> Order:
    """Read the buyer's own order behind an upgrade (or itself) and keep others from changing it.

    All who change an order and its upgrades together lock the buyer's own one first.
    """
    return orders.lock_order(conn, order.parent_order_id or order.id) or order
