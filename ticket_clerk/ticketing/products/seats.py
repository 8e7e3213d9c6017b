"""Seats of a show: held while the order is unpaid, sold when it is paid, returnable in time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from babel.dates import format_datetime
from sqlalchemy.engine import Connection

from ticket_clerk.languages import Language
from ticket_clerk.ticketing.database.tables import (
    addresses,
    extras,
    host_reservations,
    inventory,
    orders,
    show_changes,
)
from ticket_clerk.ticketing.domain.after_sales import RefundQuote
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order, OrderKind, OrderStatus

from . import refund_terms
from .product import Product

_PRICED = HELD_BY_BUYER | {OrderStatus.DISPUTED}


class SeatsProduct(Product):
    """Seats in one section of one show, and what of its extras is bought with them.

    Extras are held, sold and released with the seats, all or nothing, and before them
    (``extras.py`` says why).
    """

    kind = OrderKind.PURCHASE
    noun = "order"
    owns_tickets = True
    # What Stripe's page says of it, a text of the language.
    _description = "seats"

    def describe(self, order: Order, language: Language) -> str:
        """Section, time and venue."""
        when = format_datetime(order.starts_at, language.page["date"], locale=language.locale)
        seats = language.page[self._description].format(section=order.section_name)
        return f"{seats} · {when} · {order.venue}"

    def reserve(self, conn: Connection, order: Order, *, limit_per_address: int = 0) -> None:
        """Hold the seats until the order's link is surely dead, unless they are not to be held.

        Those of its further lines as well: all or, with what is raised, none.

        With a limit, no more seats of the show may be held for the buyer's address; raises
        TooManyUnpaidSeats.
        """
        address_key = addresses.lock_address_of(conn, order.buyer) if limit_per_address else None
        # First the order, since it may wait for whoever ends another one of the buyer's, and who
        # ends one locks its extras and seats afterwards.
        orders.insert_order(conn, order)
        for line in order.further_lines:
            orders.insert_line(conn, line)
        if order.further_lines:
            inventory.lock_stock(conn, [line.show_id for line in order.paid_together])
        for line in order.paid_together:
            self._hold(conn, line, address_key, limit_per_address)

    def _hold(
        self, conn: Connection, order: Order, address_key: str | None, limit_per_address: int
    ) -> None:
        extras.take(conn, order)
        if not order.is_held:
            inventory.require_seats_left(conn, order)
        else:
            inventory.require_seats(conn, order)
        extras.insert_lines(conn, order)
        if not order.is_held:
            return
        if address_key is None:
            inventory.record_hold(conn, order)
        else:
            inventory.record_hold_within(conn, order, address_key, limit_per_address)

    def fulfil(self, conn: Connection, order: Order) -> bool:
        """Sell the held seats; a late payment is honored as long as there are seats.

        Not those that a host keeps: it was told that they are free, and can't be asked here. For a
        show that was called off nothing is sold.
        """
        if show_changes.is_called_off(conn, order.show_id):
            self.release(conn, order)
            return False
        if extras.sell(conn, order) and _sell_seats(conn, order):
            return True
        extras.give_back(conn, order)
        self.release(conn, order)
        return False

    def is_ordinary(self, order: Order) -> bool:
        """Held seats, without extras and further lines."""
        return order.is_held and not order.amount_extras and order.line_count == 1

    def fulfil_all(self, conn: Connection, orders: Sequence[Order]) -> bool:
        """As :meth:`fulfil`, where each has a hold and no show was called off."""
        if show_changes.any_called_off(conn, {order.show_id for order in orders}):
            return False
        return inventory.confirm_holds(conn, orders)

    def release(self, conn: Connection, order: Order) -> None:
        """End the hold, also the host's."""
        extras.release(conn, order)
        if inventory.release_hold(conn, order):
            host_reservations.give_up(conn, order.id)

    def can_be_paid_in_messenger(self, conn: Connection, order: Order) -> bool:
        """Only while its seats are held, also by a host that keeps them, for a show that is on."""
        if not super().can_be_paid_in_messenger(conn, order):
            return False
        if show_changes.is_called_off(conn, order.show_id):
            return False
        is_held = inventory.has_hold(conn, order.id)
        return is_held and not host_reservations.is_unanswered(conn, order.id)

    def tickets_for(self, order: Order, amount: int) -> int:
        """Those whose price it is exactly, or all if nothing of the payment is left.

        Any other amount is goodwill, and the tickets stay the buyer's.
        """
        if order.status not in _PRICED:
            return 0
        if amount >= order.amount_left:
            return order.tickets_left
        # All tickets without the extras are goodwill: nobody is left to use those.
        most = order.tickets_left if order.extras else order.tickets_left + 1
        counts = range(1, most)
        returned = order.refunded_quantity
        return next((n for n in counts if order.share(n, returned=returned) == amount), 0)

    def is_returnable(self, order: Order, now: datetime) -> bool:
        """Paid, not all returned, and in time."""
        until = order.returnable_until
        return _has_tickets(order) and until is not None and now < until

    def is_upgradable(self, order: Order, now: datetime) -> bool:
        """Paid, not all returned, and the show has not begun."""
        return _has_tickets(order) and order.starts_at is not None and now < order.starts_at

    def refund_quote(
        self,
        conn: Connection,
        order: Order,
        quantity: int | None,
        *,
        ticket_ids: Collection[str] = (),
        now: datetime,
    ) -> RefundQuote:
        """By tickets, over all payments that were made for them."""
        return refund_terms.quote(conn, order, quantity, ticket_ids=ticket_ids, now=now)


def _sell_seats(conn: Connection, order: Order) -> bool:
    """Sell the seats that are held, or as many that are left."""
    if inventory.confirm_hold(conn, order):
        return True
    return not host_reservations.is_at_host(conn, order.id) and inventory.take_seats(
        conn,
        show_id=order.show_id,
        section_id=order.section_id,
        quantity=order.quantity,
        is_sale=True,
    )


def _has_tickets(order: Order) -> bool:
    return order.status in HELD_BY_BUYER and order.tickets_left > 0
