"""Ages that a buyer names for somebody: "my 4-year-old", "mine are 3 and 9", "she's 6"."""

from __future__ import annotations

import re

from text_to_num import alpha2digit

from ..text import normalize

OLDEST = 120
_AGED = re.compile(
    r"\b(\d{1,3})[ -]?(?:y(?:ea)?rs?[ -]?olds?|y\.?/?o|años?|anos?)\b"
    r"|\b(?:aged?|child of|kid of|boy of|girl of|turn(?:s|ing)) (\d{1,3})\b"
    r"|\b(?:son|daughter|kid|child|boy|girl|grandson|granddaughter|niece|nephew|one|s?he)"
    r"(?:'s| is|s) (?:only |just )?(\d{1,2})\b(?! ?[-:%.\w])"
    r"|\b(?:kids|children|sons|daughters|boys|girls|grandchildren|mine|they)(?:'re| are)? "
    r"(?:only |just )?(\d{1,2})(?:, (\d{1,2}))? (?:and|&|n) (\d{1,2})\b(?! ?[-:%.\w])"
)
_LEAST = re.compile(r"\b(?:from|over|desde|de)\D{0,12}?(\d{1,2})\b")


def parse_ages(text: str) -> list[int]:
    """Return the ages in years that a message names, in order and none twice."""
    said = alpha2digit(normalize(text), "en", threshold=0)
    found = (number for groups in _AGED.findall(said) for number in groups if number)
    return sorted({age for age in map(int, found) if age <= OLDEST})


def least_age(fact: str) -> int | None:
    """Return the age from which one is let in, as a fact says it: "from 5"."""
    found = _LEAST.search(normalize(fact))
    return int(found[1]) if found else None
