"""Orders whose buyers are to be reminded of their show. Functions take ``conn``, never commit."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER

_SHOWS = schema.shows
_ORDERS = schema.orders
_IS_DUE = (
    _ORDERS.c.reminded_at.is_(None)
    & _ORDERS.c.status.in_([status.value for status in HELD_BY_BUYER])
    & (_ORDERS.c.refunded_quantity < _ORDERS.c.quantity)
)
_OF_SHOW = (
    sa.select(_ORDERS.c.id)
    .where(
        _ORDERS.c.show_id == sa.bindparam("show"),
        # Neither a season ticket nor an upgrade, whose tickets are its order's.
        _ORDERS.c.section_id.isnot(None),
        _ORDERS.c.parent_order_id.is_(None),
        _ORDERS.c.paid_at <= sa.bindparam("bought_before", type_=schema.UtcDateTime),
        _IS_DUE,
    )
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def list_due(
    conn: Connection, *, now: datetime, before: timedelta, limit: int
) -> list[tuple[str, datetime]]:
    """List orders with tickets for a show that begins within ``before``, with its start.

    Who bought later than that knows what they have bought. A show that is called off reminds of
    nothing.
    """
    is_near = (_SHOWS.c.starts_at > now) & (_SHOWS.c.starts_at <= now + before)
    near = sa.select(_SHOWS.c.id, _SHOWS.c.starts_at).where(
        is_near, _SHOWS.c.called_off_at.is_(None)
    )
    due: list[tuple[str, datetime]] = []
    for show in conn.execute(near).all():
        wanted = {"show": show.id, "bought_before": show.starts_at - before, "most": limit}
        due += [(order_id, show.starts_at) for order_id in conn.execute(_OF_SHOW, wanted).scalars()]
    return due[:limit]


def mark(conn: Connection, order_id: str, *, now: datetime) -> bool:
    """Note that an order's buyer is reminded, if there is still something to be reminded of.

    One conditional statement: of two that try at once one is told no.
    """
    marked = conn.execute(
        sa.update(_ORDERS).where(_ORDERS.c.id == order_id, _IS_DUE).values(reminded_at=now)
    )
    return bool(marked.rowcount == 1)
