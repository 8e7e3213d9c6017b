"""Hints at a show besides its name: city, venue, kind and time."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rapidfuzz import fuzz, process

from ticket_clerk.ticketing.domain.models import Show

from .corrections import rejected_part, without_rejected
from .text import normalize, words_with_spans
from .times.dates import When, parse_when
from .typos import correct_typos
from .vocabulary import CATEGORY_WORDS, COMMON_WORDS, kinds_liked

_HOUSE = re.compile(r"\b\w+ (?:house|hall)\b")
_ANY_HOUSE = re.compile(
    r"\b(?:opera|theat(?:re|er)|house|hall|arena|stadium|venue|ballpark|them|they|teatro|ópera"
    r"|sala|recinto|estadio)(?:'s)?\b"
)
_YOU = re.compile(r"\b(?:you|your|yours|u|support|customer service|ustedes|vosotros|vuestro)\b")
CLOSE_PHRASE = 86.0


@dataclass(frozen=True)
class Hints:
    """Hints at a show besides its name; ``unwanted`` are the kinds that are turned down."""

    when: When
    cities: frozenset[str]
    venues: frozenset[str]
    categories: frozenset[str]
    unwanted: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Return whether anything was said."""
        wanted = self.when or self.cities or self.venues or self.categories
        return bool(wanted or self.unwanted)

    def fits(self, show: Show) -> bool:
        """Return whether nothing that was said speaks against the show."""
        return (
            (not self.cities or show.city in self.cities)
            and (not self.venues or show.venue in self.venues)
            and (not self.categories or show.category in self.categories)
            and show.category not in self.unwanted
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
    normalized = without_rejected(normalize(text))
    return Hints(
        when=parse_when(correct_typos(normalized), now),
        cities=_mentioned(normalized, {show.city for show in shows}),
        venues=_mentioned(normalized, {show.venue for show in shows}),
        categories=_categories(normalized, shows),
        unwanted=_categories(rejected, shows),
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
    for name in names:
        wanted = normalize(name)
        short = "".join(word[0] for word in wanted.split()) if " " in wanted else None
        # "No" is not New Orleans.
        short = None if short in COMMON_WORDS - {"la"} else short
        if (
            re.search(rf"\b{re.escape(wanted)}\b", normalized)
            or (short and re.search(rf"\b(?:in|near|around|to) {short}\b|\b{short}$", normalized))
            or len(wanted) > 4
            and _close_words(wanted, normalized)
        ):
            found.add(name)
    return frozenset(found)


def _close_words(wanted: str, normalized: str) -> bool:
    """Return whether as many words in a row as the name has are nearly the name."""
    words = [word for word, _ in words_with_spans(normalized)]
    size = len(wanted.split())
    runs = [" ".join(words[i : i + size]) for i in range(len(words) - size + 1)]
    runs = [run for run in runs if run not in COMMON_WORDS and len(run) > 4]
    return (
        process.extractOne(wanted, runs, scorer=fuzz.ratio, score_cutoff=CLOSE_PHRASE) is not None
    )


def _is_phrase_in(word: str, normalized: str) -> bool:
    return " " in word and bool(re.search(rf"\b{re.escape(word)}s?\b", normalized))


def _categories(normalized: str, shows: Sequence[Show]) -> frozenset[str]:
    # An opera house is a place.
    normalized, liked = kinds_liked(_HOUSE.sub(" ", normalized))
    words = {word.rstrip("s") for word, _ in words_with_spans(normalized)}
    found = {show.category for show in shows if show.category in liked}
    for category in {show.category for show in shows if show.category}:
        mine = {normalize(category), *CATEGORY_WORDS.get(normalize(category), ())}
        if any(word.rstrip("s") in words or _is_phrase_in(word, normalized) for word in mine):
            found.add(category)
    return frozenset(found)
