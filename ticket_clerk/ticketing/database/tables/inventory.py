"""Seats: held for unpaid orders, sold, or left. Each move is one conditional statement.

The row count is the answer; nobody reads, decides in Python and writes back, since between the
reading and the writing somebody else may have bought the seat.

On PostgreSQL a transaction waits for a row that another one has changed, so all of them lock in one
order, and nobody waits in a circle: Stripe's events, the buyer, the buyer's address, orders
(parents before their upgrades, and of several the oldest first), what is kept of the buyer, extras,
sections. Who changes more than one section, or seats before extras, calls :func:`lock_stock` first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import do_last, run_last
from ticket_clerk.ticketing.domain.errors import SoldOut, TooManyUnpaidSeats
from ticket_clerk.ticketing.domain.models import Order

_SECTIONS = schema.sections
_EXTRAS = schema.extras
_HOLDS = schema.holds
# Built once: building takes longer than running.
_WANTED = sa.bindparam("wanted", type_=sa.Text)
_QUANTITY = sa.bindparam("quantity", type_=sa.BigInteger)
_END_HOLD = sa.delete(_HOLDS).where(_HOLDS.c.order_id == _WANTED)
_END_HOLDS = sa.delete(_HOLDS).where(
    _HOLDS.c.order_id.in_(sa.bindparam("order_ids", expanding=True))
)
_RECORD_HOLD = sa.insert(_HOLDS)
_SECTION = sa.update(_SECTIONS).where(
    _SECTIONS.c.show_id == sa.bindparam("show"), _SECTIONS.c.id == sa.bindparam("section")
)
_FREE_HELD = _SECTION.values(held=_SECTIONS.c.held - _QUANTITY)
_SELL_HELD = _FREE_HELD.values(sold=_SECTIONS.c.sold + _QUANTITY)
_IF_LEFT = _SECTION.where(_SECTIONS.c.seats - _SECTIONS.c.held - _SECTIONS.c.sold >= _QUANTITY)
_HOLD = _IF_LEFT.values(held=_SECTIONS.c.held + _QUANTITY)
_SELL = _IF_LEFT.values(sold=_SECTIONS.c.sold + _QUANTITY)


def lock_stock(conn: Connection, show_ids: Iterable[str | None] | None = None) -> None:
    """Have others who change extras or seats of these shows, or of all, wait until the commit."""
    of = None if show_ids is None else sorted(set(filter(None, show_ids)))
    for table in (_EXTRAS, _SECTIONS):
        rows = sa.select(table.c.id).order_by(table.c.show_id, table.c.id)
        rows = rows if of is None else rows.where(table.c.show_id.in_(of))
        # What only refers to a row, as a hold does, need not wait.
        conn.execute(rows.with_for_update(key_share=True)).all()


def take_seats(
    conn: Connection, *, show_id: str, section_id: str | None, quantity: int, is_sale: bool = False
) -> bool:
    """Set seats aside (or, for a late payment, sell them) if that many are left.

    Tells whether it did. Takes any section on record, also one withdrawn from sale: whether
    something is for sale is the caller's question.
    """
    seats = {"show": show_id, "section": section_id, "quantity": quantity}
    return bool(conn.execute(_SELL if is_sale else _HOLD, seats).rowcount == 1)


def require_seats(conn: Connection, order: Order) -> None:
    """Set an order's seats aside; raises SoldOut, which says how many are left, and takes none."""
    show_id, section_id = order.show_id, order.section_id
    if not take_seats(conn, show_id=show_id, section_id=section_id, quantity=order.quantity):
        raise SoldOut(seats_left(conn, show_id=show_id, section_id=section_id))


def require_seats_left(conn: Connection, order: Order) -> None:
    """Look whether an order's seats could be had, without taking any; raises SoldOut."""
    left = seats_left(conn, show_id=order.show_id, section_id=order.section_id)
    if left < order.quantity:
        raise SoldOut(left)


def record_hold(conn: Connection, order: Order) -> None:
    """Write down for which order, stored by now, seats were set aside."""
    conn.execute(_RECORD_HOLD, _hold_of(order, None))


def record_hold_within(conn: Connection, order: Order, address_key: str, limit: int) -> None:
    """The same for an address, if no more than ``limit`` seats of the show are then held for it.

    Raises TooManyUnpaidSeats; the caller's transaction must then be rolled back. The caller holds
    the address's lock (``addresses.lock_address_of``).
    """
    held = (
        sa.select(sa.func.coalesce(sa.func.sum(_HOLDS.c.quantity), 0))
        .where(_HOLDS.c.show_id == order.show_id, _HOLDS.c.address_key == address_key)
        .scalar_subquery()
    )
    values = _hold_of(order, address_key)
    row = sa.select(*(sa.literal(value, _HOLDS.c[name].type) for name, value in values.items()))
    fitting = row.where(held + order.quantity <= limit)
    if conn.execute(sa.insert(_HOLDS).from_select(list(values), fitting)).rowcount != 1:
        raise TooManyUnpaidSeats(limit)


def _hold_of(order: Order, address_key: str | None) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "show_id": order.show_id,
        "section_id": order.section_id,
        "quantity": order.quantity,
        "expires_at": order.hold_expires_at,
        "address_key": address_key,
    }


def confirm_hold(conn: Connection, order: Order) -> bool:
    """Sell the seats that are held for the order. Tells whether there was a hold.

    Safe to repeat: the hold is gone after the first time.
    """
    if not _end_hold(conn, order):
        return False
    # As many are left as before, so nobody misses it meanwhile: a crowd that pays for the same
    # section would wait for its row, one after the other.
    run_last(conn, _SELL_HELD, _seats_of(order))
    return True


def confirm_holds(conn: Connection, orders: Sequence[Order]) -> bool:
    """Sell the seats that are held for orders, as :func:`confirm_hold`, section by section.

    Tells whether there was a hold for each; if not, the caller undoes the transaction.
    """
    ended = conn.execute(_END_HOLDS, {"order_ids": [order.id for order in orders]})
    do_last(conn, partial(_sell_held, orders=orders))
    return bool(ended.rowcount == len(orders))


def _sell_held(conn: Connection, orders: Sequence[Order]) -> None:
    quantities: Counter[tuple[str, str | None]] = Counter()
    for order in orders:
        quantities[order.show_id, order.section_id] += order.quantity
    if len(quantities) > 1:
        lock_stock(conn, [show_id for show_id, _ in quantities])
    for (show_id, section_id), quantity in quantities.items():
        conn.execute(_SELL_HELD, {"show": show_id, "section": section_id, "quantity": quantity})


def release_hold(conn: Connection, order: Order) -> bool:
    """Give the seats of an order back. Tells whether there was a hold. Safe to repeat."""
    if not _end_hold(conn, order):
        return False
    conn.execute(_FREE_HELD, _seats_of(order))
    return True


def has_hold(conn: Connection, order_id: str) -> bool:
    """Look whether seats are held for the order."""
    query = sa.select(_HOLDS.c.order_id).where(_HOLDS.c.order_id == order_id)
    return conn.execute(query).first() is not None


def find_hold(conn: Connection, order_id: str) -> tuple[int, datetime] | None:
    """Find how many seats are held for an order, and until when; None where none are."""
    query = sa.select(_HOLDS.c.quantity, _HOLDS.c.expires_at).where(_HOLDS.c.order_id == order_id)
    row = conn.execute(query).first()
    return None if row is None else (row.quantity, row.expires_at)


def return_seats(conn: Connection, *, show_id: str, section_id: str | None, quantity: int) -> None:
    """Put seats that were sold back on sale; the caller sees to it that this happens once."""
    conn.execute(
        sa.update(_SECTIONS)
        .where(_SECTIONS.c.show_id == show_id, _SECTIONS.c.id == section_id)
        .values(sold=_SECTIONS.c.sold - quantity)
    )


def seats_left(conn: Connection, *, show_id: str, section_id: str | None) -> int:
    """Count what is left right now; for the sentence to the buyer, never for a decision."""
    left = conn.execute(
        sa.select(_SECTIONS.c.seats - _SECTIONS.c.held - _SECTIONS.c.sold).where(
            _SECTIONS.c.show_id == show_id, _SECTIONS.c.id == section_id
        )
    ).scalar_one_or_none()
    return max(0, left or 0)


def _end_hold(conn: Connection, order: Order) -> bool:
    # The delete decides: of two transactions that end a hold only one deletes it.
    return bool(conn.execute(_END_HOLD, {"wanted": order.id}).rowcount == 1)


def _seats_of(order: Order) -> dict[str, Any]:
    # A hold is for what its order is for (_hold_of).
    return {"show": order.show_id, "section": order.section_id, "quantity": order.quantity}
