"""Kernel ridge regression over sentences: how like the examples of each label one is."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from ticket_clerk.logs import get_logger
from ticket_clerk.project import ROOT

from .features import VERSION, SentenceFeatures, word_vector
from .spelling import Spelling
from .text import name_order_numbers

log = get_logger(__name__)

Matrix = npt.NDArray[np.float32]
# What was computed is kept beside the models of Rasa.
CACHE = ROOT / "models"
MOST_KEPT = 6
_PARTS = ("texts", "embeddings", "weights", "word_weights")
# Of examples, and of hashed words.
Weights = tuple[Matrix, Matrix]
# How fast likeness falls with the distance of two embeddings, what shared words add to it, how far
# an example may be missed, and how much farther where a label has more examples than others.
STEEPNESS = 1.0
WORDS = 0.15
RIDGE = 0.1
BALANCE = 0.5
# A turn asks for the scores of its clauses many times over, and so do those beside it.
RECENT = 1024


@dataclass(frozen=True, eq=False)
class Classifier:
    """What each example's embedding, and what each hashed word, says for each label."""

    labels: tuple[str, ...]
    spelling: Spelling
    features: SentenceFeatures
    embeddings: Matrix
    weights: Matrix
    word_weights: Matrix

    def scores(self, text: str) -> Mapping[str, float]:
        """Return each label's score: about 1 for its own examples, near 0 far from all.

        Those of the last texts are remembered.
        """
        return _scores(self, text)


@lru_cache(maxsize=RECENT)
def _scores(classifier: Classifier, text: str) -> Mapping[str, float]:
    text = classifier.spelling.mend(name_order_numbers(text))
    alike = _alike(classifier.embeddings @ classifier.features.embed(text))
    scores = alike @ classifier.weights + word_vector(text) @ classifier.word_weights
    return MappingProxyType(dict(zip(classifier.labels, scores.tolist(), strict=True)))


def load_classifier(
    name: str,
    examples: Sequence[tuple[str, str]],
    cache: Path | None,
    abbreviations: Mapping[str, str] = MappingProxyType({}),
    balance: float = BALANCE,
) -> Classifier:
    """Solve for pairs of label and text, with what is kept in a folder of other times.

    ``name`` is part of the file's; the less ``balance``, the more a label with many examples says.
    Safe to call from several processes at once: one solves, the others wait and read.
    """
    features = SentenceFeatures()
    labels = tuple(sorted({label for label, _ in examples}))
    texts = [name_order_numbers(text) for _, text in examples]
    digest = _digest(features.name, examples, balance)
    with _alone(cache / f"{name}.lock" if cache else None):
        kept = _Kept(cache, f"{name}-{features.name}", digest)
        embeddings = kept.embed_all(texts, features)
        weights = kept.weights
        if weights is None:
            wanted = [labels.index(label) for label, _ in examples]
            weights = _solve(embeddings, texts, wanted, balance)
            kept.write(texts, embeddings, weights)
    spelling = Spelling(texts, abbreviations)
    return Classifier(labels, spelling, features, embeddings, *weights)


@contextmanager
def _alone(file: Path | None) -> Iterator[None]:
    """Wait until no other process has the lock file; where none can be made, nobody waits."""
    with ExitStack() as stack:
        if file:
            with suppress(OSError):
                file.parent.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context(file.open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _solve(embeddings: Matrix, texts: Sequence[str], wanted: list[int], balance: float) -> Weights:
    words = np.array([word_vector(text) for text in texts])
    kernel = (_alike(embeddings @ embeddings.T) + WORDS * words @ words.T).astype(np.float32)
    sizes = np.bincount(wanted)
    kernel[np.diag_indices_from(kernel)] += RIDGE * (sizes / np.median(sizes))[wanted] ** balance
    weights = np.linalg.solve(kernel, np.eye(len(sizes), dtype=np.float32)[wanted])
    # Shared words are added, not multiplied, so that a table of words says what all examples say.
    return weights.astype(np.float32), (WORDS * words.T @ weights).astype(np.float32)


def _alike(products: Any) -> Any:
    return np.exp(STEEPNESS * (products - 1))


def _digest(name: str, examples: Sequence[tuple[str, str]], balance: float) -> str:
    content = repr((VERSION, STEEPNESS, WORDS, RIDGE, balance, name, list(examples)))
    return hashlib.sha256(content.encode()).hexdigest()


class _Kept:
    """The embeddings by text and the weights of a digest, in a file of its own.

    Catalogs with topics of their own take turns, so a few files are kept; where there is none of
    the digest, the embeddings of the newest other are used.
    """

    def __init__(self, folder: Path | None, name: str, digest: str) -> None:
        self._folder, self._name = folder, name
        self._file = folder / f"{name}-{digest[:16]}.npz" if folder else None
        content = _read(self._file) if self._file else {}
        self.weights: Weights | None = None
        if content:
            self.weights = (content["weights"], content["word_weights"])
        for other in () if content else self._newest_first():
            content = content or _read(other)
        texts = content["texts"].tolist() if content else []
        self._embeddings = dict(zip(texts, content.get("embeddings", ()), strict=True))

    def embed_all(self, texts: Sequence[str], features: SentenceFeatures) -> Matrix:
        """Return the embeddings of texts, a row each; those that are kept aren't made again."""
        new = [text for text in dict.fromkeys(texts) if text not in self._embeddings]
        if new:
            self._embeddings.update(zip(new, features.embed_all(new), strict=True))
        return np.array([self._embeddings[text] for text in texts], dtype=np.float32)

    def write(self, texts: list[str], embeddings: Matrix, weights: Weights) -> None:
        """Write it beside and move it, so that nobody reads half of it; drop the oldest."""
        if self._file is None:
            return
        try:
            with NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as part:
                np.savez(
                    part,
                    texts=np.array(texts),
                    embeddings=embeddings,
                    weights=weights[0],
                    word_weights=weights[1],
                )
            Path(part.name).replace(self._file)
            for old in self._newest_first()[MOST_KEPT:]:
                old.unlink(missing_ok=True)
        except OSError:
            log.warning("understanding.classifier.not_kept", folder=self._folder)

    def _newest_first(self) -> list[Path]:
        files = self._folder.glob(f"{self._name}-*.npz") if self._folder else ()
        return sorted(files, key=lambda file: file.stat().st_mtime, reverse=True)


def _read(file: Path) -> dict[str, Any]:
    """Read a file that was kept; nothing where it is damaged or not there."""
    try:
        with np.load(file, allow_pickle=False) as content:
            return {name: content[name] for name in _PARTS}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return {}
