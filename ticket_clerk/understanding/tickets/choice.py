"""Which of an order's tickets a sentence names: by seat, by number, by the name on it.

What is kept is told apart from what is meant: "seat 1, and I keep seat 2", "not the middle one".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ticket_clerk.ticketing.domain.tickets import Ticket

from ..text import Span, blank_out, fold_accents, normalize
from .numbers import numbered_tickets

_LIST = r"(?P<list>\d{1,3}(?:(?: ?(?:,|&|-|to|and) ?)+\d{1,3}\b)*)"
_SEATS = re.compile(
    rf"\b(?:row (?P<row>\w{{1,3}})[ ,]+(?:and )?)?(?:seats?|places?)"
    rf"(?: (?:numbers?|no\.?|#))? {_LIST}"
)
# "Keep 4 and 5 and give back 3": behind a verb numbers may be those of seats.
_SHARED_OUT = re.compile(
    rf"\b(?:keep|leave|give|return|refund|hand|take)(?: (?:the|my|back|seats?))* {_LIST}"
)
_LETTERED = re.compile(r"\b(?P<row>[a-z]{1,2})-?(?P<list>\d{1,3})\b")
_MIDDLE = re.compile(r"\b(?:the|my) middle (?:one|seat|ticket)?")
_RANGE = re.compile(r"(\d+) ?(?:-|to) ?(\d+)")
_KEPT = re.compile(r"keep\w*|kept|except|without|stays?|leave")
# What of the words in front of a ticket says whether it goes or stays.
_VERBS = re.compile(
    rf"(?:\b(?:not|{_KEPT.pattern}|return\w*|refund\w*|give|giving|goes|go|take|hand)|n't)\b"
)
_STAYS = re.compile(r" (?:stays?|is mine|are mine|i(?:'ll| will)? keep)\b")
_AND_AT_END = re.compile(r"\b(?:and|y) *$")
_PIECE = re.compile(r"[.;!?|]|, (?=[a-z])|\b(?:and|but|y)\b(?! ?\d)")
_WHICH = re.compile(r"\bwhich (?:of (?:them|my|the|those)\b|one|seats?|tickets?|places?)")
_SHORTEST_NAME = 3


@dataclass(frozen=True)
class TicketChoice:
    """Numbers of the tickets that are meant, and of those to stay; ``spans`` named them."""

    meant: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()
    spans: tuple[Span, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.meant or self.kept)


def choose_tickets(text: str, tickets: Sequence[Ticket]) -> TicketChoice:
    """Find which of some tickets a sentence names, and which of them it wants to keep."""
    normalized = normalize(text)
    meant: set[int] = set()
    kept: set[int] = set()
    found = list(_mentions(normalized, tickets))
    for numbers, span in found:
        (kept if _is_kept(normalized, span) else meant).update(numbers)
    spans = tuple(span for _, span in found)
    return TicketChoice(frozenset(meant - kept), frozenset(kept), spans)


def without_tickets(text: str, choice: TicketChoice) -> str:
    """Leave out of a sentence what names tickets: no number in it is how many."""
    return blank_out(normalize(text), choice.spans)


def asks_which(text: str) -> bool:
    """Return whether a buyer asks which of their tickets something is about."""
    return bool(_WHICH.search(normalize(text)))


def _mentions(normalized: str, tickets: Sequence[Ticket]) -> Iterable[tuple[Collection[int], Span]]:
    """Give the numbers of the tickets that each mention is of, with its span."""
    is_numbered = any(ticket.seat_number is not None for ticket in tickets)
    for pattern in (_SEATS, _LETTERED) if is_numbered else ():
        for match in pattern.finditer(normalized):
            seats = _numbers_in(match["list"])
            named = [one for one in tickets if _is_at(one, match["row"], seats)]
            if named:
                yield _of(named), match.span()
    if is_numbered:
        yield from _shared_out(normalized, tickets)
    middle = _MIDDLE.search(normalized)
    if middle and len(tickets) % 2:
        in_order = sorted(tickets, key=lambda one: (one.row_name or "", one.seat_number or 0))
        yield _of([in_order[len(tickets) // 2]]), middle.span()
    for number, span in numbered_tickets(normalized, with_seats=not is_numbered):
        last = max((one.number or 0 for one in tickets), default=0)
        wanted = last if number == -1 else number
        if any(one.number == wanted for one in tickets):
            yield {wanted}, span
    yield from _held_by(normalized, tickets)


def _shared_out(
    normalized: str, tickets: Sequence[Ticket]
) -> Iterable[tuple[Collection[int], Span]]:
    """Give the tickets whose bare seat numbers are kept or go, where each is told once.

    "Keep 1 and give back 2" of three is how many.
    """
    found = [
        (_numbers_in(one["list"]), one.span("list")) for one in _SHARED_OUT.finditer(normalized)
    ]
    said = sorted(seat for seats, _ in found for seat in seats)
    if len(found) > 1 and said == sorted(one.seat_number or 0 for one in tickets):
        for seats, span in found:
            yield _of(one for one in tickets if one.seat_number in seats), span


def _held_by(normalized: str, tickets: Sequence[Ticket]) -> Iterable[tuple[Collection[int], Span]]:
    """Give the tickets with a name on them that is said, or a part of it: "tariqs one"."""
    plain = fold_accents(normalized)
    for ticket in tickets:
        parts = fold_accents(normalize(ticket.holder or "")).split()
        for part in parts:
            match = re.search(rf"\b{re.escape(part)}(?:'?s)?\b", plain)
            if match and len(part) >= _SHORTEST_NAME:
                yield _of([ticket]), match.span()
                break


def _is_at(ticket: Ticket, row: str | None, seats: Collection[int]) -> bool:
    is_row = row is None or normalize(ticket.row_name or "") == row
    return is_row and ticket.row_name is not None and ticket.seat_number in seats


def _numbers_in(listed: str) -> set[int]:
    numbers = {int(digits) for digits in re.findall(r"\d+", listed)}
    for first, last in _RANGE.findall(listed):
        numbers.update(range(int(first), int(last) + 1))
    return numbers


def _is_kept(normalized: str, span: Span) -> bool:
    """Return whether what stands at a place is kept, by the words of its piece beside it."""
    if _STAYS.match(normalized[span[1] :]):
        return True
    before = normalized[: span[0]]
    *others, piece = _PIECE.split(before)
    words = [match.group() for match in _VERBS.finditer(piece)]
    if not words and others and _AND_AT_END.search(before[: span[0] - len(piece)]):
        # "Not seat 1 and seat 2": without a verb of its own a piece goes on.
        words = [match.group() for match in _VERBS.finditer(others[-1])]
    if any(word in {"not", "n't"} for word in words):
        return not _KEPT.fullmatch(words[-1])
    return bool(words) and bool(_KEPT.fullmatch(words[-1]))


def _of(tickets: Iterable[Ticket]) -> frozenset[int]:
    return frozenset(one.number for one in tickets if one.number is not None)
