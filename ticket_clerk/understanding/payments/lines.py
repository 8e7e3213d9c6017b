"""Several numbers of tickets in one sentence: of each show, or of orders that follow each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from text_to_num import alpha2digit

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
_BETWEEN = r"(?:,|,? and| y| plus| then| \+| now| first| later| more| tickets?| seats?)+"
_RUN = re.compile(rf"\b(?:as |into |in )?(\d{{1,2}}(?:{_BETWEEN} \d{{1,2}})+)\b(?! ?\w*day)")
_NUMBER = re.compile(r"\d+")
_TICKETS = r"(?: (?:tickets?|seats?))?"
_SPLITS = re.compile(
    r"\b(?:split|(?:two|three|several|separate|second|another|more|2|3) orders?|in two|orders"
    r"|one after the other|dos pedidos|varios pedidos)\b"
)
_IN_ORDERS = re.compile(
    r"\b(?:and )?(?:split )?(?:in|as|into|for|en) (?:an? |un )?(?:\w+ )?(?:orders?|pedidos?)\b"
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
                last = replace(last, section=section_of(part, last.show))
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


def _count(part: str, parsed: ParsedShows) -> CountedSeats | None:
    (show,) = parsed.shows
    rest = blank_out(part, parsed.spans)
    section = section_of(rest, show)
    number = parse_quantity(without_name(rest, section) if section else rest, asked=True)
    if not number or number != int(number) or number < 1:
        return None
    return CountedSeats(show, section, int(number))


@dataclass(frozen=True)
class Split:
    """The numbers of orders that follow each other, and the sentence with the first alone."""

    numbers: tuple[int, ...]
    rest: str


def parse_split(text: str, limit: int, wanted: int | None = None) -> Split | None:
    """Find numbers that are one order each, since together they are more than one may have.

    "Twelve, as 8 and 4". They must come to a number that is told, be it in the sentence or before
    (``wanted``), or be said to be orders; "split it" divides the wanted number. None where it is
    not so.
    """
    is_said = _SPLITS.search(text.casefold()) is not None
    digits = str(alpha2digit(_IN_ORDERS.sub(" ", normalize(text)), "en", threshold=0))
    for run in _RUN.finditer(digits):
        numbers = tuple(int(one) for one in _NUMBER.findall(run[1]))
        around = f"{digits[: run.start()]}|{digits[run.end() :]}"
        totals = {wanted, *(int(one) for one in _NUMBER.findall(around))}
        is_open = all(1 <= one <= limit for one in numbers) and sum(numbers) > limit
        if is_open and (is_said or sum(numbers) in totals):
            before = re.sub(rf"\b{sum(numbers)}{_TICKETS}\b", " ", digits[: run.start()])
            return Split(numbers, f"{before} {numbers[0]} tickets{digits[run.end() :]}")
    number = parse_quantity(text, asked=False)
    total = int(number) if number is not None and number > limit else wanted
    if not (is_said and total and total > limit):
        return None
    numbers = parts_of(total, limit)
    rest = re.sub(rf"\b{total}{_TICKETS}\b", f"{numbers[0]} tickets", digits)
    return Split(numbers, rest if rest != digits else f"{numbers[0]} tickets")


def parts_of(total: int, limit: int) -> tuple[int, ...]:
    """Divide a number of tickets into orders as full as they may be: 8, 4 of 12."""
    full, left = divmod(total, limit)
    return (*[limit] * full, *([left] if left else []))


def sum_of(numbers: Sequence[int]) -> str:
    """Write orders that follow each other, as a buyer may say them: "8 + 4"."""
    return " + ".join(map(str, numbers))
