"""A seat upgrade: better seats for the tickets of a paid order, for the difference."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import host_reservations, inventory, orders
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order, OrderKind

from .seats import SeatsProduct


class UpgradeProduct(SeatsProduct):
    """The tickets stay the parent order's; an upgrade is the money and the seats."""

    kind = OrderKind.UPGRADE
    noun = "upgrade"
    owns_tickets = False
    _description = "upgrade"

    def is_ordinary(self, order: Order) -> bool:
        """Never: other seats are given up for it."""
        return False

    def fulfil(self, conn: Connection, order: Order) -> bool:
        """Sell the new seats and put the old ones on sale, if the tickets are still the same."""
        parent = orders.get_order(conn, str(order.parent_order_id))
        if not _is_as_quoted(order, parent):
            self.release(conn, order)
            return False
        inventory.lock_stock(conn, (order.show_id,))
        if not super().fulfil(conn, order):
            return False
        inventory.return_seats(
            conn, show_id=parent.show_id, section_id=parent.section_id, quantity=order.quantity
        )
        host_reservations.give_back(conn, parent.id, parent.section_id, order.quantity)
        orders.move_to_section(
            conn, parent.id, section_id=order.section_id, section_name=order.section_name
        )
        return True

    def can_be_paid_in_messenger(self, conn: Connection, order: Order) -> bool:
        """Only while the tickets are those that it was offered for."""
        parent = orders.get_order(conn, str(order.parent_order_id))
        return super().can_be_paid_in_messenger(conn, order) and _is_as_quoted(order, parent)

    def tickets_for(self, order: Order, amount: int) -> int:
        """None: they are the parent order's."""
        return 0

    def is_returnable(self, order: Order, now: datetime) -> bool:
        """Never by itself: it goes back with its tickets."""
        return False

    def is_upgradable(self, order: Order, now: datetime) -> bool:
        """Never by itself: its tickets are."""
        return False


def _is_as_quoted(upgrade: Order, parent: Order) -> bool:
    return (
        parent.status in HELD_BY_BUYER
        and parent.section_id == upgrade.from_section_id
        and parent.tickets_left == upgrade.quantity
    )
