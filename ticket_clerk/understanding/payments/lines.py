"""Several shows in one sentence, each with its number of tickets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ticket_clerk.ticketing.domain.models import Section, Show

from ..corrections import after_correction, without_rejected
from ..quantities import parse_quantity
from ..sections import BETWEEN, section_of, without_name
from ..shows import ParsedShows, parse_shows
from ..text import blank_out, normalize

_TAKES_OUT = re.compile(
    r"\b(?:without|remove|drop|skip|scrap|forget|delete|leave (?:out|off)|take (?:out|off|away)"
    r"|not|minus)\b"
)


@dataclass(frozen=True)
class SaidOfShow:
    """The section and the number that were named for a show; None where none was."""

    show: Show
    section: Section | None = None
    number: int | None = None


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
    last: CountedSeats | None = None
    for part in BETWEEN.split(normalized):
        parsed = parse_shows(part, shows, now)
        if not _is_one(parsed):
            if parsed.has_name:
                return ()
            if last and last.section is None:
                # "Two for the night owls, floor standing".
                last = replace(last, section=_section(part, last.show))
                found[last.show.id] = last
            continue
        last = _count(part, parsed)
        if last is None or last.show.id in found:
            return ()
        found[last.show.id] = last
    return tuple(found.values()) if len(found) > 1 else ()


def said_of_shows(
    text: str, shows: Sequence[Show], asked: Show | None, now: datetime
) -> tuple[SaidOfShow, ...]:
    """Tell what each part of a sentence says of the shows of one order.

    "Floor standing, and for the lakers the cheapest": a part that names no show is about the one
    before it, the first about the one that was asked for. Empty where none is named.
    """
    found: dict[str, SaidOfShow] = {}
    show, is_named = asked, False
    for part in BETWEEN.split(after_correction(without_rejected(normalize(text)))):
        parsed = parse_shows(part, shows, now)
        if len(parsed.shows) == 1 and parsed.has_name:
            (show,), is_named = parsed.shows, True
        if show is None:
            continue
        rest = blank_out(part, parsed.spans)
        had = found.get(show.id, SaidOfShow(show))
        section = section_of(rest, show, asked=True) or had.section
        number = parse_quantity(without_name(rest, section) if section else rest, asked=True)
        if number is None or number != int(number) or number < 1:
            found[show.id] = SaidOfShow(show, section, had.number)
        else:
            found[show.id] = SaidOfShow(show, section, int(number))
    return tuple(found.values()) if is_named else ()


def names_to_take_out(text: str) -> str | None:
    """Return a sentence that takes something out, without the word that does it; else None."""
    normalized = normalize(text)
    rest = _TAKES_OUT.sub(" ", normalized)
    return rest if rest != normalized else None


def _is_one(parsed: ParsedShows) -> bool:
    return (parsed.has_name or parsed.has_hint) and len(parsed.shows) == 1 and parsed.is_sure


def _section(text: str, show: Show) -> Section | None:
    return section_of(text, show)


def _count(part: str, parsed: ParsedShows) -> CountedSeats | None:
    (show,) = parsed.shows
    rest = blank_out(part, parsed.spans)
    section = _section(rest, show)
    number = parse_quantity(without_name(rest, section) if section else rest, asked=True)
    if not number or number != int(number) or number < 1:
        return None
    return CountedSeats(show, section, int(number))
