"""Budget: the most that tickets may cost, each or together."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from ..quantities import parse_quantity
from ..text import normalize

_UNIT = r"(?:dollars?|bucks|usd|euros?|eur|[$€£])"
_SUM = rf"[$€£]? ?(?P<sum>\d{{1,6}}(?:\.\d\d)?)(?: ?{_UNIT})?"
_MONEY = rf"(?:[$€£] ?(\d{{1,6}}(?:\.\d\d)?)|(\d{{1,6}}(?:\.\d\d)?) ?{_UNIT})"
_BUDGET = re.compile(
    r"\b(?:under|below|less than|cheaper than|up to|at most|no more than|not more than"
    r"|max(?:imum)?(?: of)?|within|budget(?:'?s| is| of)?(?: like| about| around| only)?"
    r"|i have(?: only)?"
    r"|(?:that's|thats|that is|it's|its|is|which is) (?:way |well )?(?:over|above|more than))"
    rf" {_SUM}(?! ?(?:tickets?|tix|seats?|people|of us|are|aren|is|can|may|get|let|will|must"
    r"|\w*day\b|min|hour))"
)
_OR_LESS = re.compile(rf"{_SUM} (?:or (?:less|cheaper|below|under)|max(?:imum)?|tops|at most)\b")
# "Four of us with $200", "around $150 for two": here only what is money is a sum.
_TO_SPEND = re.compile(
    rf"\b(?:with|spend(?:ing)?|got|have|about|around|roughly)(?: about| around| only)? {_MONEY}"
    rf"|{_MONEY} to spend\b"
)
# "Nothing under 50" is of a ticket, "my budget is 200" of all of them.
_LIMITS_ONE = re.compile(r"\b(?:under|below|less than|cheaper than|up to|or (?:less|cheaper))\b")
_FOR_ALL = re.compile(
    r"\b(?:budget|all|total|together|altogether|both|us|for \w+ (?:people|tickets))\b"
)
# "Under 4" without a currency is an age or a number: no ticket costs so little.
_LEAST_WITHOUT_CURRENCY = 10
_EACH = re.compile(r"\b(?:each|apiece|a head|(?:per|a) (?:person|ticket|head|seat)|one ticket)\b")


@dataclass(frozen=True)
class Limit:
    """The most that may be paid, in major units: for each ticket, or for all of an order."""

    amount: Decimal
    is_each: bool = False

    def allows(self, price: Decimal, quantity: int) -> bool:
        """Return whether so many tickets at this price, in major units, cost no more."""
        return price * (1 if self.is_each else quantity) <= self.amount


def parse_limit(text: str) -> Limit | None:
    """Find the most that a purchase may cost; None when a sentence sets no limit.

    It is for all tickets, unless it is said to be for each or only prices are spoken of.
    """
    normalized = normalize(text)
    found = _find_sum(normalized)
    if found is None:
        return None
    is_of_one = _LIMITS_ONE.search(normalized) and not _FOR_ALL.search(normalized)
    clauses = (one for one in re.split(r"[,.;!?] +", normalized) if found in one)
    is_each = is_of_one or any(_EACH.search(one) for one in clauses)
    return Limit(Decimal(found), bool(is_each))


def parse_budget(text: str) -> Decimal | None:
    """Find the most that a ticket may cost, in major units; None when a sentence sets no limit.

    A sum for several people is divided by them, unless it is said to be for each.
    """
    normalized = normalize(text)
    found = _find_sum(normalized)
    if found is None:
        return None
    people = parse_quantity(text, asked=False)
    is_shared = people is not None and people > 1 and not _EACH.search(normalized)
    return Decimal(found) / people if is_shared and people else Decimal(found)


def _find_sum(normalized: str) -> str | None:
    match = _BUDGET.search(normalized) or _OR_LESS.search(normalized)
    if match is None:
        return _to_spend(normalized)
    is_money = re.search(rf"[$€£]|{_UNIT}", match.group())
    return match["sum"] if is_money or float(match["sum"]) >= _LEAST_WITHOUT_CURRENCY else None


def _to_spend(normalized: str) -> str | None:
    match = _TO_SPEND.search(normalized)
    return next((group for group in match.groups() if group), None) if match else None
