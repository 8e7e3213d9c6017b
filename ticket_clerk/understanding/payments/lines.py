"""Several shows in one sentence, each with its number of tickets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ticket_clerk.ticketing.domain.models import Section, Show

from ..corrections import after_correction, without_rejected
from ..quantities import parse_quantity
from ..sections import BETWEEN, parse_section, without_name
from ..shows import ParsedShows, parse_shows
from ..text import blank_out, normalize

_TAKES_OUT = re.compile(
    r"\b(?:without|remove|drop|skip|scrap|forget|delete|leave (?:out|off)|take (?:out|off|away)"
    r"|not|minus)\b"
)


@dataclass(frozen=True)
class CountedSeats:
    """So many tickets for a show; ``section`` is None where none was named."""

    show: Show
    section: Section | None
    number: int


def counted_shows(text: str, shows: Sequence[Show], now: datetime) -> tuple[CountedSeats, ...]:
    """Find how many tickets are wanted for each of several shows.

    "One for the opera and four for the festival". Empty where it is fewer than two, or one that is
    named has no number.
    """
    normalized = after_correction(without_rejected(normalize(text)))
    found: dict[str, CountedSeats] = {}
    for part in BETWEEN.split(normalized):
        parsed = parse_shows(part, shows, now)
        if not _is_one(parsed):
            if parsed.has_name:
                return ()
            continue
        counted = _count(part, parsed)
        if counted is None or counted.show.id in found:
            return ()
        found[counted.show.id] = counted
    return tuple(found.values()) if len(found) > 1 else ()


def names_to_take_out(text: str) -> str | None:
    """Return a sentence that takes something out, without the word that does it; else None."""
    normalized = normalize(text)
    rest = _TAKES_OUT.sub(" ", normalized)
    return rest if rest != normalized else None


def _is_one(parsed: ParsedShows) -> bool:
    return (parsed.has_name or parsed.has_hint) and len(parsed.shows) == 1 and parsed.is_sure


def _count(part: str, parsed: ParsedShows) -> CountedSeats | None:
    (show,) = parsed.shows
    rest = blank_out(part, parsed.spans)
    section = parse_section(rest, show, asked=False, quantity=1).section
    number = parse_quantity(without_name(rest, section) if section else rest, asked=True)
    if not number or number != int(number) or number < 1:
        return None
    return CountedSeats(show, section, int(number))
