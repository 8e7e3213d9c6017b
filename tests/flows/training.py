"""How like two sentences are: none that measures may be near one that trains."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
_ALIKE = 0.85
_LEAST_WORDS = 4


def normalized(sentence: str) -> str:
    """Write a sentence in lower case, its words only, one blank between them."""
    return " ".join(re.findall(r"[a-z0-9$']+", sentence.lower().replace("’", "'")))


def near_duplicates(sentences: Iterable[str], others: Iterable[str]) -> list[str]:
    """List the sentences of which another is nearly a copy: 85 % of the words in common (Dice).

    Nothing below four words, where everything is alike.
    """
    others_of: dict[str, list[frozenset[str]]] = defaultdict(list)
    for words in _long_enough(others).values():
        for word in words:
            others_of[word].append(words)
    found = _long_enough(sentences).items()
    return [sentence for sentence, words in found if _has_copy(words, others_of)]


def _long_enough(sentences: Iterable[str]) -> dict[str, frozenset[str]]:
    return {one: frozenset(one.split()) for one in sentences if len(one.split()) >= _LEAST_WORDS}


def _has_copy(words: frozenset[str], others_of: Mapping[str, list[frozenset[str]]]) -> bool:
    # A copy lacks at most a few of the words, so it has one of the rarest.
    lacking = len(words) - int(len(words) * _ALIKE / (2 - _ALIKE))
    rarest = sorted(words, key=lambda word: len(others_of.get(word, ())))[: lacking + 1]
    near = {other for word in rarest for other in others_of.get(word, ())}
    return any(2 * len(words & other) >= _ALIKE * (len(words) + len(other)) for other in near)
