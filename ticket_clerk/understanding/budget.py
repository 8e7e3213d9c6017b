"""Budget: the maximum price of one ticket."""

from __future__ import annotations

import re
from decimal import Decimal

from .quantities import parse_quantity
from .text import normalize

_UNIT = r"(?:dollars?|bucks|usd|euros?|eur|[$€£])"
_SUM = rf"[$€£]? ?(?P<sum>\d{{1,6}}(?:\.\d\d)?)(?: ?{_UNIT})?"
_MONEY = rf"(?:[$€£] ?(\d{{1,6}}(?:\.\d\d)?)|(\d{{1,6}}(?:\.\d\d)?) ?{_UNIT})"
_BUDGET = re.compile(
    r"\b(?:under|below|less than|cheaper than|up to|at most|no more than|not more than"
    r"|max(?:imum)?(?: of)?|within|budget(?: is| of)?(?: about| around)?|i have(?: only)?)"
    rf" {_SUM}(?! ?(?:tickets?|tix|seats?|people|of us|are|aren|is|can|may|get|let|will|must"
    r"|\w*day\b|min|hour))"
)
_OR_LESS = re.compile(rf"{_SUM} (?:or (?:less|cheaper|below|under)|max(?:imum)?|tops|at most)\b")
# "Four of us with $200", "around $150 for two": here only what is money is a sum.
_TO_SPEND = re.compile(
    rf"\b(?:with|spend(?:ing)?|got|have|about|around|roughly)(?: about| around| only)? {_MONEY}"
    rf"|{_MONEY} to spend\b"
)
_EACH = re.compile(r"\b(?:each|apiece|a head|(?:per|a) (?:person|ticket|head|seat)|one ticket)\b")


def parse_budget(text: str) -> Decimal | None:
    """Find the most that a ticket may cost, in major units; None when a sentence sets no limit.

    A sum for several people is divided by them, unless it is said to be for each.
    """
    normalized = normalize(text)
    match = _BUDGET.search(normalized) or _OR_LESS.search(normalized)
    found = match["sum"] if match else _to_spend(normalized)
    if found is None:
        return None
    people = parse_quantity(text, asked=False)
    is_shared = people is not None and people > 1 and not _EACH.search(normalized)
    return Decimal(found) / people if is_shared and people else Decimal(found)


def _to_spend(normalized: str) -> str | None:
    match = _TO_SPEND.search(normalized)
    return next((group for group in match.groups() if group), None) if match else None
