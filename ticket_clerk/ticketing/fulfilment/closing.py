"""Ends an unpaid order with all lines of its payment, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import inventory, orders
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.products import product_of


def close_unpaid(
    conn: Connection, order: Order, to: OrderStatus, *, from_: Iterable[OrderStatus]
) -> bool:
    """Move an order on and put what is held for it on sale again; tells whether this call did.

    Its further lines go with it, all in one. The caller has locked the order.
    """
    if not move_all(conn, order, to, from_):
        return False
    release_lines(conn, order)
    return True


def release_lines(conn: Connection, order: Order) -> None:
    """Put what is held for an unpaid order on sale again, of all its lines. Safe to repeat."""
    if order.further_lines:
        lock_lines(conn, order)
    for line in order.paid_together:
        product_of(line).release(conn, line)


def move_all(conn: Connection, order: Order, to: OrderStatus, from_: Iterable[OrderStatus]) -> bool:
    """Move an order and its further lines to a status; the order itself decides whether."""
    sources = list(from_)
    if not orders.transition(conn, order.id, to, from_=sources):
        return False
    for line in order.further_lines:
        orders.transition(conn, line.id, to, from_=sources)
    return True


def lock_lines(conn: Connection, order: Order) -> None:
    """Lock what all lines of an order have of extras and seats, since they change one by one."""
    inventory.lock_stock(conn, [line.show_id for line in order.paid_together])
