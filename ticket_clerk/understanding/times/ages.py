"""Ages that a buyer names for somebody: "my 4-year-old", "mine are 3 and 9", "she's 6"."""

from __future__ import annotations

import re

from text_to_num import alpha2digit

from ..text import blank_out, normalize

# From so many years on nobody is refused, so older ones say nothing of which shows are meant.
OF_AGE = 21
_AGED = re.compile(
    r"\b(\d{1,3})[ -]?(?:y(?:ea)?rs?[ -]?olds?|y\.?/?o|años?|anos?)\b"
    r"|\b(?:aged?|child of|kid of|boy of|girl of|turn(?:s|ing)) (\d{1,3})\b"
    r"|\b(?:son|daughter|kid|child|boy|girl|grandson|granddaughter|niece|nephew|one|s?he)"
    r"(?:'s| is|s) (?:only |just )?(\d{1,2})\b(?! ?[-:%])(?!\.\d|\w| (?!and\b|but\b|so\b|now\b)\w)"
    r"|\b(?:kids|children|pupils|sons|daughters|boys|girls|grandchildren|mine|they)"
    r"(?:'re| are| of| aged)? (?:only |just )?(\d{1,2})(?:, (\d{1,2}))?"
    r" (?:and|&|n) (\d{1,2})\b(?! ?[-:%])(?!\.\d|\w| (?!and\b|but\b|so\b|now\b)\w)"
)
_LEAST = re.compile(r"\b(?:from|over|desde|de)\D{0,12}?(\d{1,2})\b")

_CHILD = (
    r"(?:kids?|child(?:ren)?|boys?|girls?|toddlers?|teen(?:ager)?s?|(?:grand)?(?:son|daughter)s?"
)
_CHILD += r"|nieces?|nephews?|grandchild(?:ren)?|year[- ]olds?)"
_FOR_CHILD = re.compile(rf"\b(?:for|with) (?:[\w'-]+ ){{0,4}}?{_CHILD}\b")
_FOR_THEM = re.compile(r"\bfor (?:him|her|them|us)\b")
_LOOKS = re.compile(
    r"\b(?:anything|something|shows?|what (?:do|have|would|could) you"
    r"|what(?:'s| is) (?:on|there))\b"
)
# "Anything cheaper for kids?", "something to eat for the children".
_NO_SHOW = re.compile(
    r"\b(?:pay|prices?|cheap\w*|discounts?|reduc\w+|costs?|less|free|off|eat|drinks?|food|menu"
    r"|seats?|cushions?|boosters?|tickets?)\b"
)
_TEENS = r"thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = r"(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -][a-z]+)?"
_YEARS = rf"(?:\d{{1,3}}|three|four|five|six|seven|eight|nine|ten|eleven|twelve|{_TEENS}|{_TENS})"
_BIRTHDAY = re.compile(
    rf"\b(?:turn(?:s|ed|ing)?|becom(?:es|ing)) {_YEARS}\b(?: years old)?"
    r"(?P<when> (?:on|in|this|next|today|tomorrow)\b[^,.;:!?]*)"
)


def looks_for_child(text: str) -> bool:
    """Return whether somebody looks for a show that children may see: "anything for a girl of 6?".

    Where an age is named, "for him" is enough. "An 80-year-old and her daughters" are grown up.
    """
    normalized = normalize(text)
    if any(age >= OF_AGE for age in _ages(text)) and not parse_ages(text):
        return False
    is_for = _FOR_CHILD.search(normalized) or (parse_ages(text) and _FOR_THEM.search(normalized))
    return bool(is_for and _LOOKS.search(normalized)) and not _NO_SHOW.search(normalized)


def without_birthdays(normalized: str) -> str:
    """Blank out the day on which somebody gets older, which is no show's: "turns 11 this month"."""
    spans = (match.span("when") for match in _BIRTHDAY.finditer(normalized))
    return blank_out(normalized, spans)


def parse_ages(text: str) -> list[int]:
    """Return the ages in years that may be too few for a show, in order and none twice."""
    return sorted(age for age in _ages(text) if age < OF_AGE)


def _ages(text: str) -> set[int]:
    said = alpha2digit(normalize(text), "en", threshold=0)
    return {int(number) for groups in _AGED.findall(said) for number in groups if number}


def least_age(fact: str) -> int | None:
    """Return the age from which one is let in, as a fact says it: "from 5"."""
    found = _LEAST.search(normalize(fact))
    return int(found[1]) if found else None
