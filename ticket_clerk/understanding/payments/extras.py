"""Extras of a show in a sentence: "and a parking pass", "two programmes", "without parking"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ticket_clerk.ticketing.domain.models import Extra

from ..answers import is_question
from ..quantities import parse_quantity
from ..text import fold_accents, normalize

_THING = r"(?:pass(?:es)?|tickets?|spots?|spaces?|pases?|plazas?)"
_JOIN = r"(?:[ ,;.]*\b(?:and|plus|with|also|including|incl|but|more|&)\b|[ ,;]*[&+])*[ ,;]*"
_NUMBER = (
    r"(?:\d{1,2} ?x?|x ?\d{1,2}|an?|the|my|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|(?:a )?(?:couple|pair)(?: of)?|some|another|extra)"
)
_ADD = r"(?:\b(?:add|include|put in)\b ?)?"
_DROP = (
    r"(?:\b(?:without|no|not|remove|drop|skip|forget|cancel|minus|leave out|leave off|take off"
    r"|take out|(?:don't|do not|dont|no longer) (?:need|want))\b(?: (?:the|any|a|an|my|our|of))* )"
)
_OFF = r"(?P<off> (?:off|out)\b)?(?: (?:again|too|as well)\b)?"
# The number is then for each ticket.
_EACH = (
    r"(?P<each> (?:each|apiece|(?:per|a) (?:person|head|ticket)"
    r"|for (?:each|every|both|all)(?: (?:one|person|ticket))?(?: of us)?|for everybody)\b)?"
)
# "Can I add parking?" wants it; "can I get parking there?" asks.
_ASKS_FOR = re.compile(
    r"\b(?:can|could|may|would) (?:i|we|you) (?:also |please |still )*"
    r"(?:add|include|order|buy|put)\b"
)
_TAKES = re.compile(r"\btake (?:the|my|that) $")
_WANTS = re.compile(
    r"\b(?:take|need|wants?|like|get|have|book|order|buy|add|include)(?: (?:the|my|that))? $"
)
# "And the parking is awful" wants nothing.
_TOLD = (
    r"(?! (?:is|are|was|were|isn't|costs?|at|near|there|garages?|lots?|meters?|fees?|prices?)\b)"
)
# What is left of a sentence that speaks of nothing else.
_FILLERS = re.compile(
    r"(?:(?:i|we|you|take|need|want|i'd|(?:i|we)'(?:d|ll)|like|no|please|pls|and|also|ok|okay|then|thanks|actually"
    r"|to|just|have|get|it|that|oh|so|well|hi|hello|hey)\b[ ,.]*)*"
)


@dataclass(frozen=True)
class ExtrasMention:
    """What a sentence says of extras: how many of each, by id, and 0 where it takes one off.

    ``rest`` is what it says besides; empty where that is nothing. Of those in ``each`` there are so
    many for each ticket.
    """

    numbers: Mapping[str, int]
    rest: str
    each: frozenset[str] = frozenset()


def parse_extras(text: str, extras: Iterable[Extra]) -> ExtrasMention | None:
    """Find extras that a sentence orders, or takes off; None where it names none, or only asks.

    A name without a number is one of it. Of extras with the same name the first counts.
    """
    normalized = fold_accents(normalize(text))
    if is_question(normalized) or normalized.endswith("?"):
        if not _ASKS_FOR.search(normalized):
            return None
        normalized = _ASKS_FOR.sub("add", normalized).rstrip(" ?")
    numbers: dict[str, int] = {}
    each = set()
    for extra in extras:
        found = _pattern(extra).search(normalized)
        if found is None or not _is_wanted(found):
            continue
        is_off = found["off"] and _TAKES.search(normalized[: found.start("name")])
        drops = bool(found["drop"] or is_off)
        numbers[extra.id] = 0 if drops else _count(found["number"])
        each.update([extra.id] if found["each"] else [])
        normalized = f"{normalized[: found.start()]} {normalized[found.end() :]}"
    rest = " ".join(normalized.split()).strip(" ,.;!")
    if not numbers:
        return None
    return ExtrasMention(numbers, "" if _FILLERS.fullmatch(rest) else rest, frozenset(each))


def _is_wanted(found: re.Match[str]) -> bool:
    """Return whether it is ordered or taken off: "I heard that parking is bad" does neither."""
    lead = found.string[found.start() : found.start("name")].strip(" ,;.")
    return lead not in {"", "the", "my"} or bool(_WANTS.search(found.string[: found.start("name")]))


def _pattern(extra: Extra) -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in names_of(extra))
    thing = rf"(?:{_THING} (?:of|for) (?:the )?)?"
    name = rf"(?P<name>\b(?:{names})(?:s|es)?(?: {_THING})?\b){_TOLD}"
    drop = rf"(?P<drop>{_DROP})"
    return re.compile(
        rf"{_JOIN}{_ADD}(?:{drop}|(?P<number>{_NUMBER}) )?(?:more )?{thing}{name}"
        rf"{_EACH}{_OFF}(?: please)?"
    )


def names_extra(text: str, extra: Extra) -> bool:
    """Return whether a sentence names an extra, wanted or not."""
    return _pattern(extra).search(fold_accents(normalize(text))) is not None


def names_of(extra: Extra) -> list[str]:
    """List how an extra may be called, the longest first, as normalized text without accents."""
    names = {fold_accents(normalize(name)) for name in (extra.name, *extra.aliases)}
    return sorted(names, key=len, reverse=True)


def _count(words: str | None) -> int:
    number = parse_quantity(f"{words or 1} tickets", asked=True)
    return int(number) if number is not None and number == number.to_integral_value() else 1
