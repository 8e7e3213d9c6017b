"""Which ticket of an order: "ticket 2", "the third one", "my last seat"."""

from __future__ import annotations

import re

from ..text import Span, normalize

TICKET = r"(?:tickets?|seats?|passes|pass)"
# Of 1a, 2a is what is left of "primera", "segunda".
_RANKS = {
    **{"first": 1, "1st": 1, "1a": 1, "second": 2, "2nd": 2, "2a": 2, "third": 3, "3rd": 3},
    **{"3a": 3, "fourth": 4, "4th": 4, "4a": 4, "last": -1, "ultima": -1, "ultimo": -1},
}
RANK = rf"(?:{'|'.join(_RANKS)})"
_RANK = RANK.replace("?:", "?P<rank>")
_NUMBER = re.compile(
    rf"\b{TICKET} (?:number |no\.? ?|# ?)?(?P<digit>[1-9])\b"
    rf"|\b(?:number |no\. ?|#)(?P<counted>[1-9])\b|\b{_RANK} (?:{TICKET}|one)\b"
)
_SEAT_NUMBER = re.compile(r"\bseats? (?:number |no\.? ?|# ?)?[1-9]")
_BARE_NUMBER = re.compile(rf"(?:(?:the|number|no\.?|#|{TICKET}) ?)*(?:(?P<digit>[1-9])|{_RANK})\W*")
# Where names are given a place needs no word beside it, and any may do.
_PLACE = re.compile(
    rf"{_NUMBER.pattern.replace('<rank>', '<ranked>')}"
    rf"|\b(?:the|my|on|for|and|put) {_RANK}\b(?: one\b| {TICKET}\b)?"
    rf"|(?P<any>\b(?:an)?other(?: {TICKET}| one)?\b"
    rf"|\b(?:(?:any|either|whichever)(?: {TICKET}| one)?|one)\b"
    rf"(?: of (?:the|my|our|them|those|these)\b| {TICKET}\b)?|\ba {TICKET}\b"
    r"|\b(?:doesn't|doesnt|does not) matter\b)"
)
ANY = 0


def parse_ticket_number(text: str, *, asked: bool) -> int | None:
    """Read which ticket of an order; ``asked`` says that a number alone answers."""
    normalized = normalize(text)
    match = _NUMBER.search(normalized) or (asked and _BARE_NUMBER.fullmatch(normalized)) or None
    return _number(match) if match else None


def numbered_tickets(normalized: str, *, with_seats: bool) -> list[tuple[int, Span]]:
    """Find the places in an order that a text names, -1 for the last, each with its span.

    ``with_seats`` says that "seat 2" is one: it isn't where seats have numbers of their own.
    """
    return [
        (_number(match), match.span())
        for match in _NUMBER.finditer(normalized)
        if with_seats or not _SEAT_NUMBER.match(match.group())
    ]


def places_named(normalized: str) -> list[tuple[int, Span]]:
    """Find the places in an order that names are for, ``ANY`` for one of several or the other."""
    return [(_number(match), match.span()) for match in _PLACE.finditer(normalized)]


def _number(match: re.Match[str]) -> int:
    found = match.groupdict()
    digit = found.get("digit") or found.get("counted")
    rank = found.get("rank") or found.get("ranked")
    return int(digit) if digit else _RANKS[rank] if rank else ANY
