"""Facts of the catalog: what its owner wrote about sections, shows, venues and the shop."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

# A text that was written without a language.
ANY_LANGUAGE = ""


class Scope(str, Enum):
    """What a fact is about, the most particular first."""

    SECTION = "section"
    SHOW = "show"
    VENUE = "venue"
    SHOP = "shop"


@dataclass(frozen=True)
class Place:
    """One section, show or venue, or the shop, whose id is empty."""

    scope: Scope
    id: str = ""

    @classmethod
    def of_section(cls, show_id: str, section_id: str) -> Place:
        """Name a section, whose id means something only together with its show's."""
        return cls(Scope.SECTION, f"{show_id}/{section_id}")

    @classmethod
    def of_extra(cls, show_id: str, extra_id: str) -> tuple[Place, str]:
        """Say where the description of an extra stands: at its show, under a key of its own."""
        return cls(Scope.SHOW, show_id), f"extra/{extra_id}"


SHOP = Place(Scope.SHOP)

# A text by language.
Texts = Mapping[str, str]


@dataclass(frozen=True)
class FreeTopic:
    """A topic of the owner's own: how buyers ask it, by language."""

    id: str
    questions: Mapping[str, tuple[str, ...]] = field(hash=False)


@dataclass(frozen=True)
class Facts:
    """All facts of a catalog by place and key, and the topics that its owner added.

    ``digest`` names the content: facts with the same digest are the same.
    """

    texts: Mapping[tuple[Place, str], Texts] = field(default_factory=dict, compare=False)
    topics: tuple[FreeTopic, ...] = field(default=(), compare=False)
    digest: str = ""

    @classmethod
    def of(cls, texts: Mapping[tuple[Place, str], Texts], topics: tuple[FreeTopic, ...]) -> Facts:
        """Join facts and topics, with the digest of both; without any it is empty."""
        if not texts and not topics:
            return cls()
        rows = sorted(
            (p.scope.value, p.id, key, sorted(t.items())) for (p, key), t in texts.items()
        )
        asked = [(topic.id, sorted(topic.questions.items())) for topic in topics]
        content = json.dumps([rows, asked]).encode()
        return cls(texts, topics, hashlib.sha256(content).hexdigest()[:32])

    def find(self, place: Place, key: str, language: str) -> str | None:
        """Find a fact in a language, in none, or else in any."""
        texts = self.texts.get((place, key))
        if not texts:
            return None
        return texts.get(language) or texts.get(ANY_LANGUAGE) or next(iter(texts.values()))


@dataclass(frozen=True)
class OpenQuestion:
    """A topic that buyers asked about a place and that no fact answered."""

    topic: str
    place: Place
    count: int
    last_asked_on: date
