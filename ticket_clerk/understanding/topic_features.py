"""Features of a question: its sentence embedding, and its words and pieces of them, hashed."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ticket_clerk.nlu.sentence_model import SentenceModel, sentence_model

# Part of the name under which what was learned from these features is kept.
VERSION = 1
HASHED = 2048
# How much the hashed words have to say beside the embedding.
WEIGHT = 0.5
_WORD = re.compile(r"\w+")
Vector = npt.NDArray[np.float32]


class TopicFeatures:
    """Turns sentences into vectors; without the sentence model of their words alone."""

    def __init__(self) -> None:
        """Open the sentence model, if it is installed."""
        self._model = _installed_model()
        self.name = "embedding and words" if self._model else "words"

    def vector(self, text: str) -> Vector:
        """Return a sentence's vector."""
        words = _hashed(text.lower())
        if self._model is None:
            return words
        return np.concatenate([self._model.embed(text), WEIGHT * words])


def _installed_model() -> SentenceModel | None:
    try:
        return sentence_model(None)
    except (FileNotFoundError, ImportError):
        return None


def _hashed(text: str) -> Vector:
    counts = np.zeros(HASHED, dtype=np.float32)
    for piece in _pieces(text):
        counts[zlib.crc32(piece.encode()) % HASHED] += 1
    counts = np.sqrt(counts)
    return counts / max(float(np.linalg.norm(counts)), 1e-12)


def _pieces(text: str) -> Iterator[str]:
    words = _WORD.findall(text)
    yield from words
    yield from (f"{a} {b}" for a, b in zip(words, words[1:], strict=False))
    for word in (f" {word} " for word in words):
        for size in (3, 4):
            yield from (word[at : at + size] for at in range(len(word) - size + 1))
