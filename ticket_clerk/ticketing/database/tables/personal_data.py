"""The rows about one buyer, in whichever table they are. Functions take ``conn`` and never commit.

The tables are found in the schema by their columns, so that one which is added later is not
forgotten: ``channel`` and ``sender_id`` say whose a row is, ``order_id`` which order's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Buyer

_TABLES = schema.metadata.sorted_tables
_ORDERS = schema.orders
_OUTBOX = schema.outbox
# Pages at Stripe, who pays there and in which language: of no use once they are forgotten.
_LEADS_TO_HIM = {
    "orders": ("checkout_url", "customer_id", "language"),
    "subscriptions": ("payment_url",),
}
# Names that they put on tickets, their own or of others.
_NAMES_GIVEN = {"tickets": ("holder",)}
# Of use to nobody else, and gone with them.
_HIS_ALONE = (
    schema.buyer_addresses,
    schema.customers,
    schema.waits,
    schema.handoff_messages,
    schema.handoffs,
)


def rows_of(conn: Connection, buyer: Buyer) -> dict[str, list[dict[str, Any]]]:
    """Read everything about a buyer, by table, as it is stored: amounts in minor units."""
    return {
        table.name: [_plain(row) for row in conn.execute(sa.select(table).where(whose))]
        for table in _TABLES
        if (whose := _is_about(table, buyer)) is not None
    }


def lock_orders(conn: Connection, buyer: Buyer) -> list[str]:
    """Keep a buyer's orders as they are until the commit; returns their numbers.

    Oldest first, since parents are locked before their upgrades.
    """
    query = sa.select(_ORDERS.c.id).where(_is_his(_ORDERS, buyer)).with_for_update()
    return list(conn.execute(query.order_by(_ORDERS.c.created_at, _ORDERS.c.id)).scalars())


def is_being_told(conn: Connection, buyer: Buyer, *, now: datetime) -> bool:
    """Whether a worker is telling the buyer something at this moment."""
    told_now = _is_his(_OUTBOX, buyer) & (_OUTBOX.c.leased_until > now)
    return conn.execute(sa.select(_OUTBOX.c.id).where(told_now).limit(1)).first() is not None


def list_past_buyers(
    conn: Connection, before: datetime, *, apart_from: Sequence[str], limit: int
) -> list[Buyer]:
    """List the buyers of whom nothing happened since: no order, show, payment or refund.

    Those on the channels ``apart_from`` are left out. In no order.
    """
    shows, money = schema.shows.c, schema.ledger.c
    last = [
        sa.func.max(_ORDERS.c.created_at),
        sa.func.max(sa.func.coalesce(shows.starts_at, _ORDERS.c.created_at)),
        sa.func.max(sa.func.coalesce(money.at, _ORDERS.c.created_at)),
    ]
    query = (
        sa.select(_ORDERS.c.channel, _ORDERS.c.sender_id)
        .select_from(
            _ORDERS.outerjoin(schema.shows, shows.id == _ORDERS.c.show_id).outerjoin(
                schema.ledger, money.order_id == _ORDERS.c.id
            )
        )
        .where(_ORDERS.c.channel.not_in(apart_from))
        .group_by(_ORDERS.c.channel, _ORDERS.c.sender_id)
        .having(sa.and_(*(each < before for each in last)))
        .limit(limit)
    )
    return [Buyer(row.channel, row.sender_id) for row in conn.execute(query)]


def replace_buyer(conn: Connection, buyer: Buyer, stand_in: Buyer) -> int:
    """Put somebody else's name on all that is a buyer's; returns how many orders there were.

    Their customer, waits, handoffs, names on tickets and undelivered notifications are deleted.
    No amount, order number or date changes. Safe to repeat.
    """
    for table in _HIS_ALONE:
        conn.execute(sa.delete(table).where(_is_his(table, buyer)))
    unread = _is_his(_OUTBOX, buyer) & _OUTBOX.c.delivered_at.is_(None)
    conn.execute(sa.delete(_OUTBOX).where(unread))
    for name, columns in (_LEADS_TO_HIM | _NAMES_GIVEN).items():
        table = schema.metadata.tables[name]
        nothing = dict.fromkeys(columns)
        conn.execute(sa.update(table).where(_is_about(table, buyer)).values(nothing))
    # Orders last: other rows are found through them.
    names = {"channel": stand_in.channel, "sender_id": stand_in.sender_id}
    changed = 0
    for table in reversed([table for table in _TABLES if "sender_id" in table.c]):
        found = conn.execute(sa.update(table).where(_is_his(table, buyer)).values(names))
        changed = found.rowcount if table is _ORDERS else changed
    return int(changed)


def _is_about(table: sa.Table, buyer: Buyer) -> Any | None:
    """The condition for a row to be about the buyer; None where no row is about anybody."""
    if "sender_id" in table.c:
        return _is_his(table, buyer)
    if "order_id" in table.c:
        return table.c.order_id.in_(sa.select(_ORDERS.c.id).where(_is_his(_ORDERS, buyer)))
    return None


def _is_his(table: sa.Table, buyer: Buyer) -> Any:
    return (table.c.channel == buyer.channel) & (table.c.sender_id == buyer.sender_id)


def _plain(row: Any) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row._mapping.items()
    }
