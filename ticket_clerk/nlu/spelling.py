"""Mends slips of the finger in the few words that tell wishes apart: "refnd my ticktes"."""

from __future__ import annotations

import re

from rapidfuzz.distance import DamerauLevenshtein

# Only words of which no neighbor is a word of its own, as "monkey" is money's.
_KEYS = (
    *("refund", "refunds", "refunded", "refundable", "return", "reimburse"),
    *("cancel", "canceled", "ticket", "tickets", "upgrade", "season", "section", "payment"),
    *("person", "waiting", "available"),
)
_WORD = re.compile(r"[a-z]{5,}", re.IGNORECASE)


def mended(text: str) -> str:
    """Write a sentence with those words spelled right. Safe to repeat."""
    return _WORD.sub(lambda match: _mend(match.group()), text)


def _mend(word: str) -> str:
    low = word.lower()
    return word if low in _KEYS else next((key for key in _KEYS if _is_slip(low, key)), word)


def _is_slip(word: str, key: str) -> bool:
    """Whether a letter was lost, doubled or swapped; another letter may be another word."""
    if word[0] != key[0] or DamerauLevenshtein.distance(word, key) != 1:
        return False
    return sorted(word) == sorted(key) or (len(word) != len(key) and word[-1] == key[-1])
