"""Extras of orders: held while the order is unpaid, sold, or given back.

An extra of an order is in one state, and each move from it is one conditional statement, so it is
counted once, whoever tries and how often. What is left of a stock is decided as it is for seats
(``inventory.py``, which also says in which order both are locked).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import run_last
from ticket_clerk.ticketing.domain.errors import ExtraSoldOut
from ticket_clerk.ticketing.domain.models import ExtraLine, Order

# Nothing is set aside: it was not held at first, or is for sale again.
_FREE, _HELD, _SOLD = "free", "held", "sold"
_EXTRAS, _LINES = schema.extras, schema.order_extras
# Built once: building takes longer than running.
_QUANTITY = sa.bindparam("quantity", type_=sa.BigInteger)
_EXTRA = sa.update(_EXTRAS).where(
    _EXTRAS.c.show_id == sa.bindparam("show"), _EXTRAS.c.id == sa.bindparam("extra")
)
_IS_LEFT = sa.or_(
    _EXTRAS.c.stock.is_(None), _EXTRAS.c.stock - _EXTRAS.c.held - _EXTRAS.c.sold >= _QUANTITY
)
_MORE = {
    _HELD: {"held": _EXTRAS.c.held + _QUANTITY},
    _SOLD: {"sold": _EXTRAS.c.sold + _QUANTITY},
}
_LESS = {
    _HELD: {"held": _EXTRAS.c.held - _QUANTITY},
    _SOLD: {"sold": _EXTRAS.c.sold - _QUANTITY},
}
_MOVE = sa.update(_LINES).where(
    _LINES.c.order_id == sa.bindparam("of_order"),
    _LINES.c.extra_id == sa.bindparam("of_extra"),
    _LINES.c.state == sa.bindparam("was"),
)
_LIST = (
    sa.select(_LINES)
    .where(_LINES.c.order_id.in_(sa.bindparam("order_ids", expanding=True)))
    .order_by(_LINES.c.order_id, _LINES.c.extra_id)
)


def take(conn: Connection, order: Order) -> None:
    """Set the extras of a new order aside if it is to be held, else look whether they are left.

    Raises ExtraSoldOut, which says how many are left; the caller's transaction must then be rolled
    back.
    """
    for line in _by_id(order):
        is_there = _take(conn, order, line, _HELD) if order.is_held else _is_left(conn, order, line)
        if not is_there:
            raise ExtraSoldOut(line.name, _left(conn, order, line) or 0)


def insert_lines(conn: Connection, order: Order) -> None:
    """Write down the extras of an order, stored by now, as :func:`take` has set them aside."""
    for line in _by_id(order):
        values = {
            "order_id": order.id,
            "extra_id": line.extra_id,
            "name": line.name,
            "quantity": line.quantity,
            "unit_amount": line.unit_amount,
            "state": _HELD if order.is_held else _FREE,
        }
        conn.execute(sa.insert(_LINES).values(values))


def sell(conn: Connection, order: Order) -> bool:
    """Sell all extras of an order, what was held and what is still left; False if one is not.

    Safe to repeat. After False some may be sold: the caller gives them back, or rolls back.
    """
    return all(_sell_one(conn, order, line) for line in _by_id(order))


def release(conn: Connection, order: Order) -> None:
    """Put what is held for an unpaid order on sale again. Safe to repeat."""
    _free(conn, order, _HELD)


def give_back(conn: Connection, order: Order) -> None:
    """Put what was sold with an order on sale again. Safe to repeat."""
    _free(conn, order, _SOLD)


def with_extras(conn: Connection, found: Iterable[Order]) -> list[Order]:
    """Give orders their extras; asks nothing where none has any."""
    orders = list(found)
    lines = list_lines(conn, [order.id for order in orders if order.amount_extras])
    return [replace(order, extras=lines.get(order.id, ())) for order in orders] if lines else orders


def list_lines(conn: Connection, order_ids: Sequence[str]) -> dict[str, tuple[ExtraLine, ...]]:
    """List the extras of each order that has any, by the order's id."""
    lines: dict[str, tuple[ExtraLine, ...]] = {}
    for row in conn.execute(_LIST, {"order_ids": order_ids}) if order_ids else ():
        line = ExtraLine(row.extra_id, row.name, row.quantity, row.unit_amount)
        lines[row.order_id] = (*lines.get(row.order_id, ()), line)
    return lines


def _sell_one(conn: Connection, order: Order, line: ExtraLine) -> bool:
    if _move(conn, order, line, _HELD, _SOLD):
        # As many are left as before, so nobody misses it meanwhile (inventory.confirm_hold).
        run_last(conn, _EXTRA.values({**_LESS[_HELD], **_MORE[_SOLD]}), _values(order, line))
        return True
    if _move(conn, order, line, _FREE, _SOLD):
        if _take(conn, order, line, _SOLD):
            return True
        _move(conn, order, line, _SOLD, _FREE)
        return False
    # Sold before.
    return True


def _free(conn: Connection, order: Order, state: str) -> None:
    for line in _by_id(order):
        if _move(conn, order, line, state, _FREE):
            conn.execute(_EXTRA.values(_LESS[state]), _values(order, line))


def _take(conn: Connection, order: Order, line: ExtraLine, state: str) -> bool:
    taken = conn.execute(_EXTRA.where(_IS_LEFT).values(_MORE[state]), _values(order, line))
    return bool(taken.rowcount == 1)


def _move(conn: Connection, order: Order, line: ExtraLine, was: str, to: str) -> bool:
    key = {"of_order": order.id, "of_extra": line.extra_id, "was": was}
    return bool(conn.execute(_MOVE.values(state=to), key).rowcount == 1)


def _is_left(conn: Connection, order: Order, line: ExtraLine) -> bool:
    left = _left(conn, order, line)
    return left is None or left >= line.quantity


def _left(conn: Connection, order: Order, line: ExtraLine) -> int | None:
    """Count what is left now, None without a stock; never for a decision about what is held."""
    left = sa.select(_EXTRAS.c.stock - _EXTRAS.c.held - _EXTRAS.c.sold).where(
        _EXTRAS.c.show_id == order.show_id, _EXTRAS.c.id == line.extra_id
    )
    counted: int | None = conn.execute(left).scalar_one_or_none()
    return None if counted is None else max(0, counted)


def _values(order: Order, line: ExtraLine) -> dict[str, Any]:
    return {"show": order.show_id, "extra": line.extra_id, "quantity": line.quantity}


def _by_id(order: Order) -> list[ExtraLine]:
    # In one order for all, so that two orders never wait for each other.
    return sorted(order.extras, key=lambda line: line.extra_id)
