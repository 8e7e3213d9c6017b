"""Spelling of what buyers type in a hurry: "wich tram stops outside", "r u real"."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from ticket_clerk.nlu.sentence_model import VOCABULARY

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+")
# Shorter words have too many neighbors.
_SHORTEST = 4
_LONG = 8


class Spelling:
    """Writes abbreviations out, and replaces a word that nobody knows by a close one."""

    def __init__(self, texts: Iterable[str], abbreviations: Mapping[str, str]) -> None:
        """Take the words of texts for known."""
        counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        self._words = counts.keys()
        # Of equally close ones the first is taken: a common word is likelier meant than a rare one.
        self._targets = [word for word, _ in counts.most_common() if len(word) >= _SHORTEST]
        self._abbreviations = abbreviations

    def mend(self, text: str) -> str:
        """Mend each word; what is close to nothing stays."""
        return _WORD.sub(lambda match: self._mend(match.group()), text)

    def _mend(self, word: str) -> str:
        low = word.lower()
        if low in self._abbreviations:
            return self._abbreviations[low]
        if len(low) < _SHORTEST or low in self._words or low in _dictionary():
            return word
        farthest = 1 if len(low) < _LONG else 2
        near = process.extractOne(
            low, self._targets, scorer=DamerauLevenshtein.distance, score_cutoff=farthest
        )
        return near[0] if near and near[0][0] == low[0] else word


@lru_cache
def _dictionary() -> frozenset[str]:
    """Return the words that the sentence model knows as wholes."""
    return frozenset(VOCABULARY.read_text(encoding="utf-8").split())
