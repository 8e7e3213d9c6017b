"""Network addresses of buyers on channels that anybody can open, as keyed hashes.

They bound the seats that one address can hold without paying. Functions take ``conn`` first and
never commit.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.models import Buyer

# Longer than any hold; whoever writes again is noted again.
KEPT_FOR = timedelta(days=7)
_ADDRESSES = schema.buyer_addresses
_IS_OF = (_ADDRESSES.c.channel == sa.bindparam("channel_of")) & (
    _ADDRESSES.c.sender_id == sa.bindparam("sender_of")
)
_FIND = sa.select(_ADDRESSES.c.address_key).where(_IS_OF)
_NOTE_AGAIN = sa.update(_ADDRESSES).where(_IS_OF)


def record_address(conn: Connection, buyer: Buyer, address_key: str, *, at: datetime) -> None:
    """Note the address from which a buyer writes now. Safe to repeat."""
    seen = {"address_key": address_key, "seen_at": at}
    whose = {"channel": buyer.channel, "sender_id": buyer.sender_id}
    if not insert_ignore(conn, _ADDRESSES, {**whose, **seen}):
        conn.execute(_NOTE_AGAIN, {**_whose(buyer), **seen})


def lock_address_of(conn: Connection, buyer: Buyer) -> str | None:
    """Find a buyer's address and let only one transaction at a time hold seats for it.

    Taken before any lock on seats. On SQLite every writing transaction is alone anyway.
    """
    address_key: str | None = conn.execute(_FIND, _whose(buyer)).scalar()
    if address_key is not None and conn.dialect.name == "postgresql":
        lock = sa.func.hashtextextended(address_key, 1)
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
    return address_key


def forget_before(conn: Connection, moment: datetime) -> int:
    """Delete the addresses that were not seen since; returns how many."""
    old = conn.execute(sa.delete(_ADDRESSES).where(_ADDRESSES.c.seen_at < moment))
    return int(old.rowcount)


def _whose(buyer: Buyer) -> dict[str, str]:
    return {"channel_of": buyer.channel, "sender_of": buyer.sender_id}
