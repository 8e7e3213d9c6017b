"""Kernel ridge regression over sentences: how like the examples of each label one is."""

from __future__ import annotations

import fcntl
import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from .features import VERSION, SentenceFeatures, word_vector
from .spelling import Spelling

log = logging.getLogger(__name__)

Matrix = npt.NDArray[np.float32]
# What was computed is kept beside Rasa's models, relative to the project that a server runs in.
CACHE = Path("models")
# Of examples, and of hashed words.
Weights = tuple[Matrix, Matrix]
# How fast likeness falls with the distance of two embeddings, what shared words add to it, how far
# an example may be missed, and how much farther where a label has more examples than others.
STEEPNESS = 1.0
WORDS = 0.15
RIDGE = 0.1
BALANCE = 0.5


@dataclass(frozen=True)
class Classifier:
    """What each example's embedding, and what each hashed word, says for each label."""

    labels: tuple[str, ...]
    spelling: Spelling
    features: SentenceFeatures
    embeddings: Matrix
    weights: Matrix
    word_weights: Matrix

    def scores(self, text: str) -> dict[str, float]:
        """Return each label's score: about 1 for its own examples, near 0 far from all."""
        text = self.spelling.mend(text)
        alike = _alike(self.embeddings @ self.features.embed(text))
        scores = alike @ self.weights + word_vector(text) @ self.word_weights
        return dict(zip(self.labels, scores.tolist(), strict=True))


def load_classifier(
    name: str,
    examples: Sequence[tuple[str, str]],
    cache: Path | None,
    abbreviations: Mapping[str, str] = MappingProxyType({}),
) -> Classifier:
    """Solve for pairs of label and text, with what is kept in a folder of other times.

    ``name`` is part of the file's. Safe to call from several processes at once: one solves, the
    others wait and read.
    """
    features = SentenceFeatures()
    labels = tuple(sorted({label for label, _ in examples}))
    texts = [text for _, text in examples]
    digest = _digest(features.name, examples)
    file = cache / f"{name}-{features.name}.npz" if cache else None
    with _alone(file):
        kept = _Kept(file)
        embeddings = np.array([kept.embedding(text, features) for text in texts], dtype=np.float32)
        weights = kept.weights(digest)
        if weights is None:
            weights = _solve(embeddings, texts, [labels.index(label) for label, _ in examples])
            kept.write(digest, texts, embeddings, weights)
    spelling = Spelling(texts, abbreviations)
    return Classifier(labels, spelling, features, embeddings, *weights)


@contextmanager
def _alone(file: Path | None) -> Iterator[None]:
    """Wait until no other process works on a file; where none can be made, nobody waits."""
    with ExitStack() as stack:
        if file:
            with suppress(OSError):
                file.parent.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context(file.with_suffix(".lock").open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _solve(embeddings: Matrix, texts: Sequence[str], wanted: list[int]) -> Weights:
    words = np.array([word_vector(text) for text in texts])
    kernel = (_alike(embeddings @ embeddings.T) + WORDS * words @ words.T).astype(float)
    sizes = np.bincount(wanted)
    kernel[np.diag_indices_from(kernel)] += RIDGE * (sizes / np.median(sizes))[wanted] ** BALANCE
    weights = np.linalg.solve(kernel, np.eye(len(sizes))[wanted])
    # Shared words are added, not multiplied, so that a table of words says what all examples say.
    return weights.astype(np.float32), (WORDS * words.T @ weights).astype(np.float32)


def _alike(products: Any) -> Any:
    return np.exp(STEEPNESS * (products - 1))


def _digest(name: str, examples: Sequence[tuple[str, str]]) -> str:
    content = repr((VERSION, STEEPNESS, WORDS, RIDGE, BALANCE, name, list(examples)))
    return hashlib.sha256(content.encode()).hexdigest()


class _Kept:
    """The file of embeddings by text, and of the weights of a digest."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._content: dict[str, Any] = {}
        try:
            if file:
                with np.load(file, allow_pickle=False) as content:
                    self._content = {name: content[name] for name in content.files}
                texts, vectors = self._content["texts"], self._content["embeddings"]
                self._embeddings = dict(zip(texts.tolist(), vectors, strict=True))
        except (OSError, ValueError, KeyError):
            self._content = {}
        if not self._content:
            self._embeddings = {}

    def embedding(self, text: str, features: SentenceFeatures) -> Any:
        known = self._embeddings.get(text)
        return features.embed(text) if known is None else known

    def weights(self, digest: str) -> Weights | None:
        if not self._content or str(self._content["digest"]) != digest:
            return None
        return self._content["weights"], self._content["word_weights"]

    def write(self, digest: str, texts: list[str], embeddings: Matrix, weights: Weights) -> None:
        """Write it beside and move it, so that nobody reads half of it."""
        if self._file is None:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self._file.parent, suffix=".part", delete=False) as part:
                np.savez(
                    part,
                    digest=np.array(digest),
                    texts=np.array(texts),
                    embeddings=embeddings,
                    weights=weights[0],
                    word_weights=weights[1],
                )
            Path(part.name).replace(self._file)
        except OSError:
            log.warning("understanding.classifier.not_kept folder=%s", self._file.parent)
