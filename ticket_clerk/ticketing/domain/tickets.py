"""Tickets: what a buyer shows at the door, and what the door makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# A season ticket opens the door for every show, but not twice for one.
SEASON_REST = timedelta(hours=12)


class TicketStatus(str, Enum):
    """Whether a ticket opens the door; the words of the API.

    The last two are of what is shown at a door, never of a ticket by itself.
    """

    VALID = "valid"
    USED = "used"
    REFUNDED = "refunded"
    REPLACED = "replaced"
    CANCELED = "canceled"
    DISPUTED = "disputed"
    OTHER_SHOW = "other_show"
    FORGED = "forged"


@dataclass(frozen=True)
class Ticket:
    """One seat of a paid order, or a season; words of the show as they were when it was sold.

    ``number`` is which of the order's ``count`` tickets, None once another took its place.
    ``request_key`` is the caller's who redeemed it. A season ticket has no section, venue and
    start, and is valid until its paid period ends.
    """

    id: str
    order_id: str
    number: int | None
    count: int
    show_id: str
    show_name: str
    section_id: str | None
    section_name: str | None
    venue: str | None
    city: str | None
    starts_at: datetime | None
    valid_until: datetime | None
    used_at: datetime | None
    request_key: str | None
    status: TicketStatus
