"""The table of Idempotency-Keys: which request each belongs to. Keys are stored hashed.

The answer to a repetition is made by doing the same again, under the same key at Stripe; here is
only decided whether it is the same.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.errors import KeyReused

_KEYS = schema.idempotency_keys
# Longer than Stripe remembers its own, so that an old one is refused and does nothing twice.
KEPT_FOR = timedelta(days=30)
# Stripe forgets after a day: https://docs.stripe.com/api/idempotent_requests
REPEATABLE_FOR = timedelta(hours=23)


def claim_key(conn: Connection, key: str, request: str, *, now: datetime) -> bool:
    """Take a key for a request; True the first time, False for the same request again.

    Raises KeyReused when it belongs to another request, or is so old that Stripe may have
    forgotten what was done under it. Keys older than 30 days are forgotten here, too.
    """
    forget_before(conn, now - KEPT_FOR)
    row = {"key": _hash(key), "fingerprint": _hash(request), "created_at": now}
    if insert_ignore(conn, _KEYS, row):
        return True
    known = conn.execute(sa.select(_KEYS).where(_KEYS.c.key == row["key"])).one()
    if known.fingerprint != row["fingerprint"]:
        raise KeyReused("The Idempotency-Key was used before, for another request.")
    if known.created_at < now - REPEATABLE_FOR:
        raise KeyReused("The Idempotency-Key is of another day: see what became of that request.")
    return False


def forget_before(conn: Connection, moment: datetime) -> int:
    """Delete keys that were claimed before then; returns how many. Safe to repeat."""
    return int(conn.execute(sa.delete(_KEYS).where(_KEYS.c.created_at < moment)).rowcount)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
