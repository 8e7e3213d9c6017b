"""The language of a message, loaded or not, told by the commonest words of languages."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from babel.lists import format_list

from . import HERE, read_yaml, without_accents

# What hangs together with digits is no word: the letters of an order number are of no language.
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['-][^\W\d_]+)*(?!\w)")
# One word is said in any language: "hola", "merci".
FEWEST_WORDS = 2


def foreign_language(text: str, loaded: Collection[str], names: Collection[str] = ()) -> str | None:
    """Return the code of the language that a message is in; None where it may be a loaded one.

    ``names`` are those of the catalog, whose words are of no language: "La Traviata". What two
    languages share, numbers and words that are nobody's commonest decide nothing.
    """
    others = [code for code in _languages() if code not in loaded]
    return _likeliest(text, others, loaded, names, FEWEST_WORDS)


def written_language(
    text: str,
    loaded: Collection[str],
    names: Collection[str] = (),
    *,
    fewest: int = FEWEST_WORDS,
) -> str | None:
    """Return which of the loaded languages a message is in, as `foreign_language` does of others.

    ``fewest`` words at least have to say so.
    """
    return _likeliest(text, loaded, loaded, names, fewest)


def _likeliest(
    text: str,
    codes: Collection[str],
    loaded: Collection[str],
    names: Collection[str],
    fewest: int,
) -> str | None:
    """Choose a language by the words that are of it and of no other loaded one."""
    said = set(_words(text)) - {word for name in names for word in _words(name)}
    best, most = None, 0
    for code in codes:
        theirs = _common_words(code)
        own = {word for one in loaded if one != code for word in _common_words(one)}
        found, against = len(said & theirs - own), len(said & own - theirs)
        if found >= fewest and found > max(against, most):
            best, most = code, found
    return best


def regret(code: str, loaded: Collection[str]) -> str:
    """Say in a language that only the loaded ones are spoken here."""
    language = _languages()[code]
    names = format_list([language["names"][one] for one in loaded], locale=code)
    return str(language["sentence"]).format(language=names)


def _words(text: str) -> list[str]:
    return _WORD.findall(without_accents(text.replace("’", "'")).casefold())


@lru_cache
def _languages() -> dict[str, Any]:
    return read_yaml(HERE / "foreign.yml")


@lru_cache
def _common_words(code: str) -> frozenset[str]:
    return frozenset(_languages()[code]["words"].split())
