"""The table of Idempotency-Keys: which request each belongs to. Keys are stored hashed.

The answer to a repetition is made by doing the same again, under the same key at Stripe; here is
only decided whether it is the same.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import schema
from .errors import KeyReused
from .store import insert_ignore

_KEYS = schema.idempotency_keys
# Longer than Stripe remembers its own.
KEPT_FOR = timedelta(days=30)


def claim_key(conn: Connection, key: str, request: str, *, now: datetime) -> bool:
    """Take a key for a request; True the first time, False for the same request again.

    Raises KeyReused when it belongs to another request. Keys older than 30 days are forgotten.
    """
    conn.execute(sa.delete(_KEYS).where(_KEYS.c.created_at < now - KEPT_FOR))
    row = {"key": _hash(key), "fingerprint": _hash(request), "created_at": now}
    if insert_ignore(conn, _KEYS, row):
        return True
    known = conn.execute(sa.select(_KEYS.c.fingerprint).where(_KEYS.c.key == row["key"])).scalar()
    if known != row["fingerprint"]:
        raise KeyReused("The Idempotency-Key was used before, for another request.")
    return False


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
