"""BERT's uncased words in pieces, as numbers of the vocabulary that a sentence model reads.

Written out because the library that has it brings a client of a model hub along, and nothing here
may fetch anything. The same pieces as the original's come out (tests/nlu/test_wordpiece.py).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from pathlib import Path

LONGEST_WORD = 100
_CJK = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class WordPieces:
    """A vocabulary, one piece a line."""

    def __init__(self, vocabulary: Path) -> None:
        pieces = vocabulary.read_text(encoding="utf-8").splitlines()
        self._numbers = {piece: number for number, piece in enumerate(pieces)}

    def encode(self, text: str, *, at_most: int) -> list[int]:
        """Numbers of a text's pieces between the marks of start and end; cut off when long."""
        numbers = [self._numbers["[CLS]"]]
        for word in _words(text):
            numbers.extend(self._pieces(word))
            if len(numbers) >= at_most:
                break
        return [*numbers[: at_most - 1], self._numbers["[SEP]"]]

    def _pieces(self, word: str) -> list[int]:
        """Longest piece first; a word with a part that no piece covers is unknown as a whole."""
        unknown = [self._numbers["[UNK]"]]
        if len(word) > LONGEST_WORD:
            return unknown
        found: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            ends = range(len(word), start, -1)
            end = next((end for end in ends if mark + word[start:end] in self._numbers), None)
            if end is None:
                return unknown
            found.append(self._numbers[mark + word[start:end]])
            start = end
        return found


def _words(text: str) -> Iterator[str]:
    """Lower-case words without accents; each punctuation mark and Chinese sign is a word."""
    spaced = "".join(f" {sign} " if _is_cjk(sign) else sign for sign in text if _counts(sign))
    folded = unicodedata.normalize("NFD", spaced.lower())
    word = ""
    for sign in folded:
        if unicodedata.category(sign) == "Mn":
            continue
        stands_alone = _is_punctuation(sign)
        if (sign.isspace() or stands_alone) and word:
            yield word
            word = ""
        if stands_alone:
            yield sign
        elif not sign.isspace():
            word += sign
    if word:
        yield word


def _counts(sign: str) -> bool:
    if sign in "\t\n\r":
        return True
    return sign != "\ufffd" and not unicodedata.category(sign).startswith("C")


def _is_punctuation(sign: str) -> bool:
    is_ascii_mark = sign.isascii() and sign.isprintable() and not sign.isalnum() and sign != " "
    return is_ascii_mark or unicodedata.category(sign).startswith("P")


def _is_cjk(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _CJK)
