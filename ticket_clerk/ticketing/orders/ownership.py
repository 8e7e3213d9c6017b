"""Whose an order is, by its number and that of an upgrade; and from where its buyer writes.

Look-ups are made inside the caller's transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import addresses, orders
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


def note_address(container: Container, buyer: Buyer, address: str) -> None:
    """Note where a buyer writes from, so that an address holds a limited number of unpaid seats.

    For channels that anybody can open. Without RASA_TOKEN nobody can tell the address from what is
    stored. Safe to repeat.

    Raises DatabaseUnavailable.
    """
    key = container.settings.rasa_token or _token_of_this_process()
    digest = hmac.digest(key.encode(), f"buyer address {address}".encode(), hashlib.sha256)
    with container.database.begin() as conn:
        addresses.record_address(conn, buyer, digest.hex()[:32], at=container.now())


@lru_cache(maxsize=1)
def _token_of_this_process() -> str:
    return secrets.token_hex(32)
