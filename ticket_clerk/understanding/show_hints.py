"""Hints at a show besides its name: city, venue, kind and time."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import fuzz, process

from ticket_clerk.ticketing.domain.models import Show

from .corrections import rejected_part, without_rejected
from .show_index import index_of
from .text import normalize, words_with_spans
from .times.ages import without_birthdays
from .times.dates import When, parse_when
from .times.own import without_own_times
from .typos import correct_typos
from .vocabulary import CATEGORY_WORDS, COMMON_WORDS, kinds_liked

_HOUSE = re.compile(r"\b\w+ (?:house|hall)\b")
_ANY_HOUSE = re.compile(
    r"\b(?:opera|theat(?:re|er)|house|hall|arena|stadium|venue|ballpark|them|they|teatro|ópera"
    r"|sala|recinto|estadio)(?:'s)?\b"
)
_YOU = re.compile(r"\b(?:you|your|yours|u|support|customer service|ustedes|vosotros|vuestro)\b")
# Who is not from a place may well go there.
_ORIGIN = re.compile(r"\bfrom\b.*")
CLOSE_PHRASE = 86.0
_NO_INITIALS = COMMON_WORDS - {"la"}


@dataclass(frozen=True)
class Hints:
    """Hints at a show besides its name; ``unwanted`` are the kinds that are turned down.

    So are the cities that it shall be ``outside`` of.
    """

    when: When
    cities: frozenset[str]
    venues: frozenset[str]
    categories: frozenset[str]
    unwanted: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Return whether anything was said."""
        wanted = self.when or self.cities or self.venues or self.categories
        return bool(wanted or self.unwanted or self.outside)

    def fits(self, show: Show) -> bool:
        """Return whether nothing that was said speaks against the show."""
        return (
            (not self.cities or show.city in self.cities)
            and (not self.venues or show.venue in self.venues)
            and (not self.categories or show.category in self.categories)
            and show.category not in self.unwanted
            and show.city not in self.outside
            and self.when.fits(show.starts_at)
        )

    def closest(self, shows: Sequence[Show]) -> list[Show]:
        """Return the shows that match without the time, else by location or kind alone."""
        nothing: frozenset[str] = frozenset()
        timeless = replace(self, when=When())
        dayless = replace(self, when=replace(self.when, day=None, weekday=None))
        for less in (
            dayless if self.when.month or self.when.first else timeless,
            timeless,
            replace(timeless, categories=nothing),
            replace(timeless, cities=nothing, venues=nothing),
        ):
            fitting = [show for show in shows if less.fits(show)] if less else []
            if fitting:
                return fitting
        return []


def parse_hints(
    text: str, shows: Sequence[Show], now: datetime, turned_down: str | None = None
) -> Hints:
    """Read city, venue, category and date; only what the given shows have is found.

    ``turned_down`` is what the sentence rejects, where it is no longer in the text.
    """
    rejected = rejected_part(text) if turned_down is None else turned_down
    normalized = without_own_times(without_rejected(normalize(text)))
    index = index_of(shows)
    return Hints(
        when=parse_when(correct_typos(without_birthdays(normalized)), now),
        cities=_mentioned(normalized, index.cities),
        venues=_mentioned(normalized, index.venues),
        categories=_categories(normalized, index.categories),
        unwanted=_categories(rejected, index.categories),
        outside=_mentioned(_ORIGIN.sub(" ", rejected), index.cities),
    )


def names_house(text: str, venues: Collection[str]) -> bool:
    """Return whether a sentence is about one of the venues: by name, "the theatre", "them"."""
    normalized = normalize(text)
    return bool(_mentioned(normalized, set(venues)) or _ANY_HOUSE.search(normalized))


def speaks_to_us(text: str) -> bool:
    """Return whether a sentence is about who reads it: "how can I reach you?"."""
    return bool(_YOU.search(normalize(text)))


def _mentioned(normalized: str, names: set[str]) -> frozenset[str]:
    found = set()
    runs = _Runs(normalized)
    for name in names:
        wanted = normalize(name)
        short = "".join(word[0] for word in wanted.split()) if " " in wanted else None
        # "No" is not New Orleans.
        short = None if short in _NO_INITIALS else short
        if (
            # A look first: of a thousand venues few are worth an expression.
            (wanted in normalized and re.search(rf"\b{re.escape(wanted)}\b", normalized))
            or (short and short in normalized and _names_initials(short, normalized))
            or len(wanted) > 4
            and runs.are_close_to(wanted)
        ):
            found.add(name)
    return frozenset(found)


def _names_initials(short: str, normalized: str) -> bool:
    pattern = rf"\b(?:in|near|around|to) {re.escape(short)}\b|\b{re.escape(short)}$"
    return bool(re.search(pattern, normalized))


class _Runs:
    """The words of a sentence in rows, by length."""

    def __init__(self, normalized: str) -> None:
        self._words = [word for word, _ in words_with_spans(normalized)]
        self._runs: dict[int, list[str]] = {}

    def are_close_to(self, wanted: str) -> bool:
        """Return whether as many words in a row as the name has are nearly the name."""
        runs = self._of(len(wanted.split()))
        close = process.extractOne(wanted, runs, scorer=fuzz.ratio, score_cutoff=CLOSE_PHRASE)
        return close is not None

    def _of(self, size: int) -> list[str]:
        if size not in self._runs:
            words = self._words
            runs = [" ".join(words[i : i + size]) for i in range(len(words) - size + 1)]
            runs = [run for run in runs if run not in COMMON_WORDS and len(run) > 4]
            self._runs[size] = runs
        return self._runs[size]


def _is_phrase_in(word: str, normalized: str) -> bool:
    return " " in word and bool(re.search(rf"\b{re.escape(word)}s?\b", normalized))


def _categories(normalized: str, categories: Collection[str]) -> frozenset[str]:
    # An opera house is a place.
    normalized, liked = kinds_liked(_HOUSE.sub(" ", normalized))
    words = {word.rstrip("s") for word, _ in words_with_spans(normalized)}
    found = {category for category in categories if category in liked}
    for category in filter(None, categories):
        mine = {normalize(category), *CATEGORY_WORDS.get(normalize(category), ())}
        if any(word.rstrip("s") in words or _is_phrase_in(word, normalized) for word in mine):
            found.add(category)
    return frozenset(found)
