"""What a buyer wants of every show: a place, a kind or a price that is meant to last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ticket_clerk.ticketing.domain.models import Show

from ..answers import is_question
from ..payments.budget import parse_budget, parse_limit
from ..show_hints import parse_hints
from ..shows import parse_shows
from ..text import normalize

_PIECE = re.compile(r"(?<=[.,;:!?])\s+|\s+(?=and (?:what|is|are|do|have)\b)")
# Who is or lives somewhere wants what is on there; who only names a place asks once.
_IS_THERE = re.compile(
    r"\b(?:i'm|im|i am|we're|we are|(?:i|we)(?:'ll| will) be|(?:i|we) (?:live|stay)|staying|based"
    r"|estoy|estamos|vivo|vivimos)\b"
)
_ONLY = re.compile(r"\b(?:only|just|nothing but|solo|sólo|solamente)\b")
_PAYS = re.compile(r"\b(?:i|we|my|our|puedo|podemos|mi|nuestro)\b")
# Few sentences are read for names of the catalog here.
_MAY_BE = re.compile(rf"{_IS_THERE.pattern}|{_ONLY.pattern}|{_PAYS.pattern}.*\d")
_WANTS_ONE = re.compile(r"\b(?:tickets?|tix|seats?|entradas?|order|book|buy)\b")
_ANYWHERE = re.compile(
    r"\b(?:anywhere|everywhere|elsewhere|somewhere else|any (?:other )?(?:city|town|place)"
    r"|(?:other|all|different|more|any) (?:the )?(?:cities|towns|places)|not (?:just|only) in"
    r"|cualquier (?:ciudad|sitio)|otras ciudades|en otra parte)\b"
)
_ANY_KIND = re.compile(
    r"\b(?:any kind|all kinds|(?:an)?other kinds?|kind doesn't matter|cualquier tipo)\b"
)
_ANY_PRICE = re.compile(
    r"\b(?:any price|(?:price|money|budget|cost) (?:doesn't|does not|is no)\b.*|whatever it costs"
    r"|forget the budget|cualquier precio)\b"
)
# "What's on there in spring", and not "is there anything", "there are four of us".
_THERE = re.compile(
    r"(?<!is )(?<!are )(?<!'s )(?<!was )(?<!will )(?<!hi )(?<!hello )\bthere\b"
    r"(?!'| (?:is|are|was|were|will|may|must|any|anything|a|an|something|only)\b)"
)
_EVERYTHING = re.compile(r"\b(?:everything|all (?:the |of the )?shows|anything goes|todo)\b")


@dataclass(frozen=True)
class Preference:
    """Places and kinds of the catalog, and the most that a ticket may cost, in major units."""

    cities: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    budget: Decimal | None = None

    def __bool__(self) -> bool:
        """Return whether anything is preferred."""
        return bool(self.cities or self.kinds or self.budget is not None)


def parse_preference(text: str, shows: Sequence[Show], now: datetime) -> Preference:
    """Find what a message says of all shows that are wanted: "we live in Boston", "only operas".

    What is asked, ordered or said of a show's name is no preference.
    """
    found = Preference()
    for piece in _PIECE.split(text):
        if (
            not _MAY_BE.search(normalize(piece))
            or is_question(piece)
            or parse_shows(piece, shows, now).has_name
        ):
            continue
        found = _with(found, normalize(piece), shows, now)
    return found


def points_at_place(text: str) -> bool:
    """Return whether a sentence says "there" of a place that was spoken of."""
    return bool(_THERE.search(normalize(text)))


def preference_dropped(text: str, kept: Preference) -> Preference:
    """Return what is left of a preference: "anywhere" drops the places, "everything" all of it."""
    said = normalize(text)
    if _EVERYTHING.search(said):
        return Preference()
    nothing: frozenset[str] = frozenset()
    return Preference(
        nothing if _ANYWHERE.search(said) else kept.cities,
        nothing if _ANY_KIND.search(said) else kept.kinds,
        None if _ANY_PRICE.search(said) else kept.budget,
    )


def _with(found: Preference, piece: str, shows: Sequence[Show], now: datetime) -> Preference:
    hints = parse_hints(piece, shows, now)
    is_only = _ONLY.search(piece) is not None
    is_of_all = not _WANTS_ONE.search(piece)
    is_place = is_of_all and (is_only or _IS_THERE.search(piece) is not None)
    limit, budget = parse_limit(piece), parse_budget(piece)
    # "200 in total" is of one order; of a ticket is what is for each, or for so many.
    is_each = limit is not None and (limit.is_each or limit.amount != budget)
    budget = budget if is_each and _PAYS.search(piece) else None
    return Preference(
        hints.cities if hints.cities and is_place else found.cities,
        hints.categories if hints.categories and is_of_all and is_only else found.kinds,
        found.budget if budget is None else budget,
    )
