"""Messages in a language that isn't loaded, told by the commonest words of languages."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from . import HERE, read_yaml, without_accents

# What hangs together with digits is no word: the letters of an order number are of no language.
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['-][^\W\d_]+)*(?!\w)")
# One word is said in any language: "hola", "merci".
FEWEST_WORDS = 2


def foreign_language(text: str, loaded: str, names: Collection[str] = ()) -> str | None:
    """Return the code of the language that a message is in; None where it may be the loaded one.

    ``names`` are those of the catalog, whose words are of no language: "La Traviata". What two
    languages share, numbers and words that are nobody's commonest decide nothing.
    """
    named = {word for name in names for word in _words(name)}
    said = set(_words(text)) - named
    own = _common_words(loaded)
    best, most = None, 0
    for code in _languages():
        theirs = _common_words(code)
        found, against = len(said & theirs - own), len(said & own - theirs)
        is_theirs = found >= FEWEST_WORDS and found > against
        if code != loaded and is_theirs and found > most:
            best, most = code, found
    return best


def regret(code: str, loaded: str) -> str:
    """Say in a language that only the loaded one is spoken here."""
    language = _languages()[code]
    return str(language["sentence"]).format(language=language["names"][loaded])


def _words(text: str) -> list[str]:
    return _WORD.findall(without_accents(text.replace("’", "'")).casefold())


@lru_cache
def _languages() -> dict[str, Any]:
    return read_yaml(HERE / "foreign.yml")


@lru_cache
def _common_words(code: str) -> frozenset[str]:
    return frozenset(_languages()[code]["words"].split())
