"""Mends the spelling of the few words that a purchase hangs on, where a finger slipped."""

from __future__ import annotations

import re

from rapidfuzz.distance import DamerauLevenshtein

from .vocabulary import COMMON_WORDS

# A letter lost, doubled or swapped is a slip; another letter may be another word.
_KEYS = (
    *("cancel", "forget", "never", "nothing", "cheapest", "season", "ticket", "tickets"),
    *("refund", "return", "instead", "actually", "change"),
    *("couple", "dozen", "three", "seven", "eight"),
)
_WORD = re.compile(r"[a-z]{4,}")


def correct_typos(said: str) -> str:
    """Write a plain text with those words spelled right. Safe to repeat."""
    return _WORD.sub(lambda match: _correct(match.group()), said)


def _correct(word: str) -> str:
    if word in _KEYS or word in COMMON_WORDS:
        return word
    return next((key for key in _KEYS if _is_slip(word, key)), word)


def _is_slip(word: str, key: str) -> bool:
    if word[0] != key[0] or DamerauLevenshtein.distance(word, key) != 1:
        return False
    # "Eighth" is no eight.
    return sorted(word) == sorted(key) or (len(word) != len(key) and word[-1] == key[-1])
