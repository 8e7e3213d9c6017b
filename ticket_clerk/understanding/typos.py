"""Corrects typos in the few words that decide intents: "refnd my ticktes"."""

from __future__ import annotations

import re

from rapidfuzz.distance import DamerauLevenshtein

_KEYS = (
    *("refund", "refunds", "refunded", "refundable", "return", "reimburse"),
    *("cancel", "canceled", "forget", "never", "nothing", "instead", "actually", "change"),
    "correct",
    *("ticket", "tickets", "upgrade", "season", "section", "payment", "person"),
    *("tonight", "tomorrow", "weekend", "monday", "tuesday", "wednesday", "thursday", "friday"),
    *("january", "february", "august", "september", "october", "november", "december"),
    *(
        "saturday",
        "sunday",
        "waiting",
        "available",
        "cheapest",
        "couple",
        "dozen",
        "three",
        "seven",
        "eight",
    ),
)
# One letter from a key, and words or names themselves.
_NOT_TYPOS = frozenset(
    "chancel coupe noting pearson seen severn steven sven thee there tree".split()
)
# What is done with "it": these are short, and in front of that nothing else is near them.
_DONE = ("make", "take", "keep", "book", "order", "change", "refund", "cancel")
_BEFORE_IT = re.compile(r"\b[a-z]{3,}(?= (?:it|that|them)\b)", re.IGNORECASE)
_LONG = 7
_WORD = re.compile(r"[a-z]{4,}", re.IGNORECASE)


def correct_typos(text: str) -> str:
    """Correct typos in those words. Safe to repeat."""
    text = _BEFORE_IT.sub(lambda match: _correct_verb(match.group()), text)
    return _WORD.sub(lambda match: _correct(match.group()), text)


def _correct_verb(word: str) -> str:
    """Correct a verb of which a letter was lost or two were swapped: "mak it 3"."""
    low = word.lower()
    near = (verb for verb in _DONE if low[0] == verb[0] and _is_short_of(low, verb))
    return word if low in _DONE else next(near, word)


def _is_short_of(word: str, verb: str) -> bool:
    is_near = DamerauLevenshtein.distance(word, verb) == 1
    return is_near and (len(word) < len(verb) or sorted(word) == sorted(verb))


def _correct(word: str) -> str:
    low = word.lower()
    if low in _KEYS or low in _NOT_TYPOS:
        return word
    return next((key for key in _KEYS if _is_typo(low, key)), word)


def _is_typo(word: str, key: str) -> bool:
    """Return whether a letter was lost, doubled or swapped; another letter may be another word.

    No other word is near a long one that ends alike.
    """
    if word[0] != key[0] or DamerauLevenshtein.distance(word, key) != 1:
        return False
    # "Eighth" is no eight.
    if len(word) == len(key):
        return sorted(word) == sorted(key) or (len(key) > _LONG and word[-1] == key[-1])
    return word[-1] == key[-1]
