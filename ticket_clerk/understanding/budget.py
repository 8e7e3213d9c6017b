"""Budget: the maximum price of one ticket."""

from __future__ import annotations

import re
from decimal import Decimal

from .text import normalize

_SUM = r"[$€£]? ?(?P<sum>\d{1,6}(?:\.\d\d)?)(?: ?(?:dollars?|bucks|usd|euros?|eur|[$€£]))?"
_BUDGET = re.compile(
    r"\b(?:under|below|less than|cheaper than|up to|at most|no more than|not more than"
    r"|max(?:imum)?(?: of)?|within|budget(?: is| of)?(?: about| around)?|i have(?: only)?)"
    rf" {_SUM}(?! ?(?:tickets?|tix|seats?|people|of us|\w*day\b|min|hour))"
)
_OR_LESS = re.compile(rf"{_SUM} (?:or (?:less|cheaper|below|under)|max(?:imum)?|tops|at most)\b")


def parse_budget(text: str) -> Decimal | None:
    """Find the most that a ticket may cost, in major units; None when a sentence sets no limit."""
    normalized = normalize(text)
    match = _BUDGET.search(normalized) or _OR_LESS.search(normalized)
    return Decimal(match["sum"]) if match else None
