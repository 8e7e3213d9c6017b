"""The table of customers: who a buyer is at Stripe, once they gave their e-mail on its page.

Only Stripe's id is kept, and no e-mail. Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_all_ignore
from ticket_clerk.ticketing.domain.models import Buyer

_CUSTOMERS = schema.customers
_FIND = sa.select(_CUSTOMERS.c.customer_id).where(
    _CUSTOMERS.c.channel == sa.bindparam("channel"),
    _CUSTOMERS.c.sender_id == sa.bindparam("sender_id"),
)


def remember_customer(conn: Connection, buyer: Buyer, customer_id: str) -> bool:
    """Keep a buyer's customer unless they have one: of two at once the key lets one win.

    Safe to repeat; tells whether it was kept. Of somebody who was erased nothing is.
    """
    return remember_customers(conn, {buyer: customer_id}) == 1


def remember_customers(conn: Connection, customers: Mapping[Buyer, str]) -> int:
    """Keep the customers of buyers, as :func:`remember_customer`; returns how many were kept."""
    # In one order for all, so that two who keep several never wait for each other.
    rows = [
        {"channel": buyer.channel, "sender_id": buyer.sender_id, "customer_id": customer_id}
        for buyer, customer_id in sorted(
            customers.items(), key=lambda item: (item[0].channel, item[0].sender_id)
        )
        if not buyer.is_erased
    ]
    return insert_all_ignore(conn, _CUSTOMERS, rows) if rows else 0


def find_customer(conn: Connection, buyer: Buyer) -> str | None:
    """Find a buyer's customer, or None as long as they have paid nothing."""
    row = conn.execute(_FIND, {"channel": buyer.channel, "sender_id": buyer.sender_id}).first()
    return None if row is None else str(row.customer_id)


def forget_customer(conn: Connection, customer_id: str) -> None:
    """Drop a customer that Stripe has no more. Safe to repeat."""
    conn.execute(sa.delete(_CUSTOMERS).where(_CUSTOMERS.c.customer_id == customer_id))
