"""Records buyers' network addresses as keyed hashes, for channels that anybody can open."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import lru_cache

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import addresses
from ticket_clerk.ticketing.domain.models import Buyer


def note_address(container: Container, buyer: Buyer, address: str) -> None:
    """Note where a buyer writes from, so that an address holds a limited number of unpaid seats.

    Nobody can tell the address from what is stored without RASA_TOKEN. Safe to repeat.

    Raises DatabaseUnavailable.
    """
    key = container.settings.rasa_token or _token_of_this_process()
    digest = hmac.digest(key.encode(), f"buyer address {address}".encode(), hashlib.sha256)
    with container.database.begin() as conn:
        addresses.record_address(conn, buyer, digest.hex()[:32], at=container.now())


@lru_cache(maxsize=1)
def _token_of_this_process() -> str:
    return secrets.token_hex(32)
