"""Reads what is not in the database, Rasa's and Stripe's, without letting a page wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ticket_clerk.ticketing.domain.errors import PaymentError

# Who doesn't answer in this time is read without; both answer in a tenth of it when they are well.
WAIT_S = 2.0

Result = TypeVar("Result")


@dataclass(frozen=True)
class Unknown:
    """Why something could not be read, for the page that would have shown it."""

    reason: str


async def wait_for(read: Callable[[], Result], whom: str) -> Result | Unknown:
    """Read in a thread; Unknown where it fails or takes longer than two seconds."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(read), WAIT_S)
    except asyncio.TimeoutError:
        return Unknown(f"{whom} did not answer within {WAIT_S:.0f} seconds: open the page again.")
    except PaymentError as exc:
        return Unknown(str(exc))
