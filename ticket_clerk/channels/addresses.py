"""Client addresses: recorded with each message, for the limit on unpaid seats.

Only our own channels write it into a message's metadata; what a client sends as metadata is
dropped, and the guard hands nothing of it on to Rasa.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import date
from typing import Any

from rasa.core.channels.channel import UserMessage

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import ownership

logger = get_logger(__name__)

_KEY = "network_address"
_MOST_REMEMBERED = 10_000
_noted: OrderedDict[Buyer, tuple[str, date]] = OrderedDict()


def address_metadata(address: str) -> dict[str, Any]:
    """Metadata for a message that came from an address."""
    return {_KEY: address}


async def note_address(buyer: Buyer, message: UserMessage) -> None:
    """Store a buyer's client address, once a day; without an address, do nothing.

    While the database is away nothing is noted, and nothing can be ordered either.
    """
    address = (message.metadata or {}).get(_KEY)
    if address is None:
        return
    seen = (address, date.today())
    if _noted.get(buyer) == seen:
        return
    try:
        container = await asyncio.to_thread(get_container)
        await asyncio.to_thread(ownership.note_address, container, buyer, address)
    except PaymentError as error:
        logger.warning("channels.address.not_noted", error=type(error).__name__)
        return
    _noted[buyer] = seen
    if len(_noted) > _MOST_REMEMBERED:
        _noted.popitem(last=False)
