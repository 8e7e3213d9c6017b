"""The words of a catalog's shows, worked out once for all the sentences that are read with it.

Looking through ten thousand names for each sentence takes seconds; here the words of the sentence
lead to the few shows whose names have them. What a show is called changes seldom, how many seats it
has left at every sale: an index is kept as long as the words are the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from operator import is_not
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from ticket_clerk.ticketing.domain.models import Show

from .text import Span, fold_accents, normalize, words_with_spans
from .vocabulary import CATEGORY_WORDS, COMMON_WORDS, is_number_word

# The longest words forgive two typos, shorter ones than this none.
MOST_TYPOS, SHORTEST_WITH_TYPOS = 2, 5
_WORD = re.compile(r"\w+")
# The words of kinds of shows that are several: who asks whether people stand up looks for no
# comedian.
_OF_KINDS = frozenset(
    word
    for words in CATEGORY_WORDS.values()
    for kind in words
    if len(pieces := _WORD.findall(normalize(kind))) > 1
    for word in pieces
)
# A turn is about all shows, or about some of them.
_MOST_KEPT = 8


class ShowIndex:
    """Which shows a sentence may name, and the words of their places and kinds."""

    def __init__(self, shows: Sequence[Show]) -> None:
        """Take the words of the shows."""
        self.cities = {show.city for show in shows}
        self.venues = {show.venue for show in shows}
        self.categories = {show.category for show in shows}
        # Of several words: "North stand" is a place, and no stand-up show.
        parts = {section.name for show in shows for section in show.sections}
        self.sections = {name for name in map(normalize, parts) if " " in name}
        names = {name for show in shows for name in names_of(show)}
        self.names = " | ".join(sorted(map(normalize, names))) if self.sections else ""
        hints = " ".join(sorted(self.cities | self.categories))
        of_hints = {word for word, _ in words_with_spans(normalize(hints))}
        # What identifies no show by itself: cities and kinds of shows.
        self.dull = COMMON_WORDS | _OF_KINDS | of_hints
        self._positions: dict[str, list[int]] = defaultdict(list)
        # Of shows with a name that has no telling word.
        self._plain: set[int] = set()
        self._add_names(shows)
        self._spelled, self._singular = _by(self._positions, str), _by(self._positions, _singular)
        long = [token for token in self._spelled if len(token) >= SHORTEST_WITH_TYPOS]
        self._by_letter = _by(long, lambda token: token[:1])

    def _add_names(self, shows: Sequence[Show]) -> None:
        tells: dict[str, bool] = {}
        for position, show in enumerate(shows):
            for name in names_of(show):
                tokens = {word for word, _ in words_with_spans(normalize(name))}
                for token in tokens - tells.keys():
                    tells[token] = is_telling(token, self.dull)
                telling = [token for token in tokens if tells[token]]
                for token in telling:
                    self._positions[token].append(position)
                if not telling:
                    self._plain.add(position)

    def candidates(self, words: Iterable[tuple[str, Span]]) -> list[int]:
        """List where the shows are whose names may share words with a sentence; no other does."""
        tokens: set[str] = set()
        for word, _ in words:
            folded = fold_accents(word)
            tokens.update(self._spelled.get(folded.removesuffix("'s"), ()))
            tokens.update(self._singular.get(_singular(folded.removesuffix("'s")), ()))
            near = process.extract(
                folded,
                self._by_letter.get(folded[:1], ()),
                scorer=DamerauLevenshtein.distance,
                score_cutoff=MOST_TYPOS,
                limit=None,
            )
            tokens.update(token for found, *_ in near for token in self._spelled[found])
        positions = self._plain.union(*(self._positions[token] for token in tokens))
        return sorted(positions)


_kept: list[tuple[Sequence[Show], ShowIndex]] = []


def index_of(shows: Sequence[Show]) -> ShowIndex:
    """Return the index of shows, from memory where their words were the same before."""
    global _kept
    kept = _kept
    index = next((index for before, index in kept if before is shows), None)
    index = index or next((one for before, one in kept if _have_same_words(before, shows)), None)
    index = index or ShowIndex(shows)
    # The one that was used last is the last to be dropped.
    _kept = [(shows, index), *(one for one in kept if one[1] is not index)][:_MOST_KEPT]
    return index


def names_of(show: Show) -> tuple[str, ...]:
    """Return a show's name and its aliases."""
    return (show.name, *show.aliases)


def is_telling(token: str, dull: frozenset[str]) -> bool:
    """Return whether a single word of a name may stand for it; "the", "game" and "two" may not."""
    return len(token) > 1 and token not in dull and not is_number_word(token)


def _have_same_words(before: Sequence[Show], now: Sequence[Show]) -> bool:
    if len(before) != len(now):
        return False
    changed = [at for at, is_other in enumerate(map(is_not, before, now)) if is_other]
    return all(_words_of(before[at]) == _words_of(now[at]) for at in changed)


def _words_of(show: Show) -> tuple[Any, ...]:
    sections = tuple(section.name for section in show.sections)
    return show.id, names_of(show), show.city, show.venue, show.category, sections


def _singular(token: str) -> str:
    return fold_accents(token).rstrip("s")


def _by(tokens: Iterable[str], key: Any) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = defaultdict(list)
    for token in tokens:
        grouped[key(fold_accents(token))].append(token)
    return grouped
