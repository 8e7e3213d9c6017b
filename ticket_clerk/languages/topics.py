"""Topics: what buyers ask that is no order, read from ``topics.yml`` of each language.

English says what a topic is: which facts answer it, and who else would know. Each language says
how it is named in a sentence, and how people ask it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from . import FIRST, HERE, read_yaml

# Sentences that are no topic at all, and words that are written short.
NONE = "none"
_SHORT = "abbreviations"


@dataclass(frozen=True)
class Topic:
    """A topic in one language.

    ``facts`` are keys such as ``venue.parking``; those of ``maybe_in`` answer it only where they
    mention one of the words of ``mentions``. Those of ``also`` are told with an answer of the same
    place. ``picture`` is a fact that can be shown. ``about``
    names it inside a sentence, and ``examples`` is how people ask it.
    """

    id: str
    facts: tuple[str, ...]
    maybe_in: tuple[str, ...]
    mentions: tuple[str, ...]
    also: tuple[str, ...]
    picture: str | None
    is_of_a_place: bool
    about: str
    examples: tuple[str, ...]


@lru_cache
def topics(code: str) -> Mapping[str, Topic]:
    """Read the topics of a language by id, without those of the catalog's owner."""
    kinds, said = _file(FIRST), _file(code)
    return {
        id_: _topic(id_, kind, said[id_])
        for id_, kind in kinds.items()
        if id_ not in (NONE, _SHORT)
    }


@lru_cache
def other_sentences(code: str) -> tuple[str, ...]:
    """Read sentences of a language that are no topic: orders, greetings, chatter."""
    return _lines(_file(code)[NONE])


@lru_cache
def abbreviations(code: str) -> Mapping[str, str]:
    """Read what people write short in a language: "u" is "you"."""
    return {str(short): long for short, long in _file(code)[_SHORT].items()}


def _topic(id_: str, kind: Mapping[str, Any], said: Mapping[str, Any]) -> Topic:
    return Topic(
        id=id_,
        facts=tuple(kind.get("facts") or ()),
        maybe_in=tuple(kind.get("maybe_in") or ()),
        # A fact may be written in another language than it is asked in.
        mentions=tuple(
            dict.fromkeys(f"{kind.get('mentions', '')} {said.get('mentions', '')}".split())
        ),
        also=tuple(kind.get("also") or ()),
        picture=kind.get("picture"),
        is_of_a_place="{place}" in said["about"],
        about=said["about"],
        examples=_lines(said),
    )


def _file(code: str) -> dict[str, Any]:
    file = HERE / code / "topics.yml"
    return read_yaml(file if file.exists() else HERE / FIRST / "topics.yml")


def _lines(said: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(line.strip() for line in said["examples"].splitlines() if line.strip())
