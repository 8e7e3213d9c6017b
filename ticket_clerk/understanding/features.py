"""Features of a sentence: its embedding, and its words and pieces of them, hashed."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ticket_clerk.nlu.sentence_model import SentenceModel, sentence_model

# Part of the name under which what was computed from these features is kept.
VERSION = 4
HASHED = 1024
_WORD = re.compile(r"\w+")
Vector = npt.NDArray[np.float32]


class SentenceFeatures:
    """Embeds sentences; where the sentence model is not installed, words stand in for it."""

    def __init__(self) -> None:
        """Open the sentence model, if it is installed."""
        self._model = _installed_model()
        # Part of a file's name, since what is kept there is of these features only.
        self.name = f"sentences-{VERSION}" if self._model else f"words-{VERSION}"

    def embed(self, text: str) -> Vector:
        """Return a vector of length 1."""
        return _embed(self._model, _plain(text)) if self._model else word_vector(text)

    def embed_all(self, texts: Sequence[str]) -> Vector:
        """Return a vector of length 1 for each text, a row each; quicker than one by one."""
        if self._model:
            return self._model.embed_all([_plain(text) for text in texts])
        return np.array([word_vector(text) for text in texts], dtype=np.float32)


# The same clause is compared with the examples of intents and of topics.
@lru_cache(maxsize=256)
def _embed(model: SentenceModel, text: str) -> Vector:
    return model.embed(text)


def word_vector(text: str) -> Vector:
    """Count words, pairs of words and pieces of words, as a vector of length 1."""
    counts = np.zeros(HASHED, dtype=np.float32)
    for piece in _pieces(_plain(text)):
        counts[zlib.crc32(piece.encode()) % HASHED] += 1
    counts = np.sqrt(counts)
    return counts / np.float32(max(float(np.linalg.norm(counts)), 1e-12))


def _installed_model() -> SentenceModel | None:
    try:
        return sentence_model(None)
    except (FileNotFoundError, ImportError):
        return None


def _plain(text: str) -> str:
    """Lower the case, and drop accents and the signs that open a question or a call."""
    parts = unicodedata.normalize("NFKD", text.lower().replace("¿", " ").replace("¡", " "))
    return "".join(part for part in parts if not unicodedata.combining(part))


def _pieces(text: str) -> Iterator[str]:
    words = _WORD.findall(text)
    yield from words
    yield from (f"{a} {b}" for a, b in zip(words, words[1:], strict=False))
    for word in (f" {word} " for word in words):
        for size in (3, 4):
            yield from (word[at : at + size] for at in range(len(word) - size + 1))
