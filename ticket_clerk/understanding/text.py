"""Normalized text, which all parsing works on: lower case, straight quotes, single blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ORDER_NUMBER = re.compile(r"\bord_[A-Za-z0-9]+")

Span = tuple[int, int]


def normalize(text: str) -> str:
    """Write a sentence the plain way. Safe to repeat: a plain text stays as it is."""
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def fold_accents(word: str) -> str:
    """Drop accents, so that people may leave them out: "zauberflöte" is "zauberflote"."""
    parts = unicodedata.normalize("NFKD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))


def words_with_spans(text: str) -> list[tuple[str, Span]]:
    """Split a plain text into words, each with where it stands; "lakers'" is "lakers"."""
    return [(match.group(), match.span()) for match in _WORD.finditer(text)]


def blank_out(text: str, spans: Iterable[Span]) -> str:
    """Put something wordless where the spans are, so that their neighbors do not meet."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{'|' * (end - start)}{text[end:]}"
    return text


def order_numbers(text: str) -> list[str]:
    """Find the order numbers in a sentence as it was typed, in their order, each once."""
    return list(dict.fromkeys(_ORDER_NUMBER.findall(text)))


def is_digits(text: str, *, most: int = 9) -> bool:
    """Whether a sentence is a number in digits and nothing else, of ``most`` digits at most."""
    stripped = text.strip(" .!#")
    return stripped.isdigit() and len(stripped) <= most
