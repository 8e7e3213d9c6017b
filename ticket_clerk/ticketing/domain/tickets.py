"""Tickets: what a buyer shows at the door, and what the door makes of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from .errors import InvalidRequest
from .models import ExtraLine

# A season ticket opens the door for every show, but not twice for one.
SEASON_REST = timedelta(hours=12)


_LONGEST_NAME, _MOST_PARTS = 60, 6
# Between the letters of a name: O'Brien, Jean-Luc, J. R.
_IN_NAMES = frozenset(" '’-.")


def holder_name(text: str) -> str:
    """Read a name as it is put on a ticket, in one spelling; raises InvalidRequest.

    Letters of any script, blanks, hyphens, apostrophes and dots: no link, number or markup can be
    one, wherever it is shown.
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    is_spelled = all(sign in _IN_NAMES or unicodedata.category(sign)[0] in "LM" for sign in name)
    has_letters = bool(name) and unicodedata.category(name[0])[0] == "L"
    is_short = len(name) <= _LONGEST_NAME and len(name.split()) <= _MOST_PARTS
    # "evil.example" is a link to a messenger.
    if not (is_spelled and has_letters and is_short) or re.search(r"\.\S", name):
        raise InvalidRequest(
            f"The name must be up to {_LONGEST_NAME} letters, like Anna Smith.", field="holder"
        )
    return name


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
class Door:
    """Where tickets of one show are checked, or of a season; that has no start."""

    id: str
    name: str
    starts_at: datetime | None


@dataclass(frozen=True)
class Ticket:
    """One seat of a paid order, or a season; words of the show as they were when it was sold.

    ``number`` is which of the order's ``count`` tickets, None once another took its place;
    ``holder`` the name that somebody put on it; ``request_key`` the caller's who redeemed it. A
    season ticket has no section, venue and start, and is valid until its paid period ends.
    """

    id: str
    order_id: str
    number: int | None
    count: int
    show_id: str
    show_name: str
    section_id: str | None
    section_name: str | None
    holder: str | None
    venue: str | None
    city: str | None
    starts_at: datetime | None
    valid_until: datetime | None
    used_at: datetime | None
    request_key: str | None
    status: TicketStatus
    is_called_off: bool = False
    # Where its seat has a number.
    row_name: str | None = None
    seat_number: int | None = None
    # What was bought beside the tickets of its order.
    extras: tuple[ExtraLine, ...] = ()
    # As of its order's buyer.
    language: str | None = None
