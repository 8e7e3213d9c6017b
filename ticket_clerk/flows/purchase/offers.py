"""Which of several offered things a sentence picks: by rank, by time, or by what else tells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.understanding.answers import parse_rank
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.text import normalize

_EARLIER = re.compile(r"\b(?:earlier|earliest|early)\b")
_LATER = re.compile(r"\b(?:later|latest|late)\b")


def select_offered(
    text: str, offered: Sequence[Show], now: datetime, *, bare: bool = False
) -> Show | None:
    """Find the one offered show that the sentence means; None when it is open.

    ``bare`` says that a digit alone is a place in the list, as the number of tickets is known.
    """
    said = normalize(text)
    rank = parse_rank(said, bare=bare)
    if rank is not None:
        return offered[rank] if rank < len(offered) else None
    if _EARLIER.search(said):
        return min(offered, key=lambda show: show.starts_at)
    if _LATER.search(said):
        return max(offered, key=lambda show: show.starts_at)
    parsed = parse_shows(said, offered, now)
    if len(parsed.shows) == 1 and parsed.is_sure:
        return parsed.shows[0]
    hints = parse_hints(said, offered, now)
    fitting = [show for show in offered if hints and hints.fits(show)]
    return fitting[0] if len(fitting) == 1 else None


def cheapest_of(shows: Sequence[Show]) -> list[Show]:
    """Sort shows that have seats by the price of the cheapest seat there is."""
    available = [show for show in shows if show.seats_left]
    return sorted(available, key=_lowest_price)


def within(budget: Decimal, shows: Sequence[Show]) -> list[Show]:
    """Keep the shows of which a seat that is left costs no more, in major units."""
    return [
        show
        for show in shows
        if show.seats_left and to_major(_lowest_price(show), show.currency) <= budget
    ]


def _lowest_price(show: Show) -> int:
    return min(section.unit_amount for section in show.sections if section.seats_left)
