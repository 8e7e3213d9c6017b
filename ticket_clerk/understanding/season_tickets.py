"""Season tickets: which one, cancellation, status and questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from rapidfuzz import fuzz

from ticket_clerk.ticketing.domain.models import SeasonTicket

from .answers import parse_rank
from .quantities import parse_quantity
from .text import normalize, words_with_spans
from .typos import correct_typos

_SEASON = re.compile(
    r"\b(?:season (?:ticket|pass)|subscription|annual pass|yearly (?:ticket|pass)"
    r"|renew(?:s|ed|al)?\b)"
)
_DULL = frozenset("season seasons ticket tickets pass passes the a for of subscription".split())
_ENDS = re.compile(r"\b(?:cancel|end|stop|quit|unsubscribe|terminate|don't renew|not renew)\b")
_ASKS_STATUS = re.compile(
    r"\b(?:is|are|has|did|when|still|until|status|keep|renew)\b.*\bmy\b|\bmy\b.*\b(?:active|due)\b"
    r"|\bdo i (?:still )?(?:have|own)\b|\bhave i (?:got|still)\b"
    r"|\b(?:when|will|does|has|was)\b.*\brenew(?:s|ed|al)?\b"
)
_ASKS_TERMS = re.compile(
    r"\bhow (?:often|long|many times)\b|\buntil when\b|\bany ?time\b|\bevery (?:year|month)\b"
    r"|\bauto(?:matic(?:ally)?)?\b|\brenew(?:s|ed|al)?\b|\bevery time\b|\bwhat happens\b"
    r"|\b(?:when|can i|could i|may i|will i|do i|what if)\b.*"
    r"\b(?:cancel|ends?|stop|expires?|over|money|back|charged?|refund\w*|paid|pay again)\b"
    r"|\b(?:refund|reimburse)\w*\b|\bmoney back\b"
)
# "The opera one" is which, not how many.
_WHICH_ONE = re.compile(r"\bthe \w+ one\b")
# "Cancel it" is a yes to the question whether it shall end.
_AGREES_TO_END = re.compile(
    r"(?:please )?(?:cancel|end|stop)(?: it| that| this| my .*)?(?: please)?\W*$"
)
_KEEPS_SEASON = re.compile(r"\b(?:never ?mind|forget|keep|leave it|stop)\b")
_SINGLE = re.compile(
    r"\b(?:single|one|a|an|1|normal)(?: [a-z]+)?"
    r" (?:game|match|show|performance|concert|evening|night)\b"
    r"|\bsingle (?:tickets?|games?|shows?)\b"
)
_CLOSE = 85


def is_about_season(text: str) -> bool:
    """Return whether a sentence speaks of a season ticket or subscription, or of its renewal."""
    return bool(_SEASON.search(correct_typos(normalize(text))))


def speaks_of_single(text: str) -> bool:
    """Return whether a sentence speaks of one show, which a season ticket never is for."""
    return bool(_SINGLE.search(normalize(text)))


def wants_end(text: str) -> bool:
    """Return whether a sentence that is about season tickets wants one to end."""
    return bool(_ENDS.search(normalize(text)))


def asks_status(text: str) -> bool:
    """Return whether a sentence about season tickets asks for the buyer's own."""
    return bool(_ASKS_STATUS.search(normalize(text)))


def asks_terms(text: str) -> bool:
    """Return whether a buyer asks what the question itself says: how often, until when, money."""
    return bool(_ASKS_TERMS.search(normalize(text)))


def parse_season_tickets(text: str, tickets: Sequence[SeasonTicket]) -> list[SeasonTicket]:
    """Find the season tickets that a sentence names by their distinctive words."""
    rank = parse_rank(text, bare=False)
    if rank is not None and rank < len(tickets):
        return [tickets[rank]]
    words = [word for word, _ in words_with_spans(normalize(text)) if word not in _DULL]
    return [
        ticket
        for ticket in tickets
        if any(
            fuzz.ratio(word, telling) >= _CLOSE for word in words for telling in _telling(ticket)
        )
    ]


def _telling(ticket: SeasonTicket) -> list[str]:
    return [word for word, _ in words_with_spans(normalize(ticket.name)) if word not in _DULL]


def agrees_to_end(text: str) -> bool:
    """Return whether a sentence agrees that a season ticket ends."""
    return bool(_AGREES_TO_END.match(normalize(text)))


def keeps_season(text: str) -> bool:
    """Return whether a sentence says that a season ticket goes on."""
    return bool(_KEEPS_SEASON.search(normalize(text)))


def parse_season_quantity(
    text: str, tickets: Sequence[SeasonTicket], *, asked: bool
) -> Decimal | None:
    """Read how many; numbers in the season tickets' own names do not count."""
    normalized = normalize(text)
    for ticket in tickets:
        normalized = normalized.replace(normalize(ticket.name), "|")
    return parse_quantity(_WHICH_ONE.sub("|", normalized), asked=asked)


def is_own_season(text: str) -> bool:
    """Return whether a sentence speaks of "my" season ticket."""
    return "my" in normalize(text).split()
