"""Normalized text, which all parsing works on: lower case, straight quotes, single blanks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
# With the number of a line where several are paid together.
_ORDER_NUMBER = re.compile(r"\bord_[A-Za-z0-9]+(?:_[2-9]\b)?")

Span = tuple[int, int]


def normalize(text: str) -> str:
    """Normalize a sentence. Safe to repeat."""
    folded = unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def fold_accents(word: str) -> str:
    """Drop accents, so that people may leave them out: "zauberflöte" is "zauberflote"."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFKD", word)
    return "".join(part for part in parts if not unicodedata.combining(part))


def words_with_spans(text: str) -> list[tuple[str, Span]]:
    """Split normalized text into words with their spans; "lakers'" is "lakers"."""
    return [(match.group(), match.span()) for match in _WORD.finditer(text)]


def blank_out(text: str, spans: Iterable[Span]) -> str:
    """Replace the spans with a separator, so that their neighbors stay apart."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{'|' * (end - start)}{text[end:]}"
    return text


def order_numbers(text: str) -> list[str]:
    """Find the order numbers in a sentence as it was typed, in their order, each once."""
    return list(dict.fromkeys(_ORDER_NUMBER.findall(text)))


def name_order_numbers(text: str) -> str:
    """Write words for each order number, whose letters say nothing of what a sentence means."""
    return _ORDER_NUMBER.sub("order number", text)


def is_digits(text: str, *, most: int = 9) -> bool:
    """Return whether a sentence is only a number of at most ``most`` digits."""
    stripped = text.strip(" .!#")
    return stripped.isdigit() and len(stripped) <= most
