"""Whether a request was made before, under the key that its caller gave it."""

from __future__ import annotations

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables.idempotency_keys import claim_key


def claim(container: Container, key: str, request: str) -> bool:
    """Take the key for the request; True the first time. Safe to repeat. Raises KeyReused."""
    with container.database.begin() as conn:
        return claim_key(conn, key, request, now=container.now())
