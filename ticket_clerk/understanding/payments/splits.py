"""More tickets than an order may have, told as several orders: "twelve, as 8 and 4"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from text_to_num import alpha2digit

from ..quantities import parse_quantity
from ..text import normalize

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
class Split:
    """The numbers of orders that follow each other, and the sentence with the first alone."""

    numbers: tuple[int, ...]
    rest: str


def parse_split(text: str, limit: int, wanted: int | None = None) -> Split | None:
    """Find numbers that are one order each, since together they are more than one may have.

    They must come to a number that is told, be it in the sentence or before (``wanted``), or be
    said to be orders; "split it" divides the wanted number. None where it is not so.
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
