"""Finds the topic that a question is about: "my mum uses a wheelchair, is that ok?".

A linear classifier over the sentence embedding and pieces of words, learned from the examples of
``languages/*/topics.yml`` and of the catalog's own topics when the program starts. What was
learned is kept on disk under the hash of what it was learned from.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ticket_clerk.languages.topics import NONE, other_sentences, topics
from ticket_clerk.ticketing.domain.facts import FreeTopic

from .topic_features import VERSION, TopicFeatures

log = logging.getLogger(__name__)

Matrix = npt.NDArray[np.float32]
# A topic that is less probable is none.
LEAST_SCORE = 0.3


@dataclass(frozen=True)
class TopicMatch:
    """The topic of a question; ``score`` is its probability and ``runner_up`` the next topic's."""

    topic_id: str
    score: float
    runner_up: float


class TopicIndex:
    """Topics of one or several languages; reading or learning takes place at the first question."""

    def __init__(self, own_topics: Sequence[FreeTopic] = (), cache: Path | None = None) -> None:
        """Add the topics of a catalog; ``cache`` is a folder for what was learned."""
        self._own = tuple(own_topics)
        self._cache = cache
        self._classifiers: dict[str, _Classifier] = {}

    def find(self, text: str, *, language: str) -> TopicMatch | None:
        """Find the topic that a sentence asks about; None for all that is no such question."""
        if not text.strip():
            return None
        scores = self.scores(text, language=language)
        (best, score), (_, runner_up) = sorted(scores.items(), key=lambda item: -item[1])[:2]
        if best == NONE or score < LEAST_SCORE:
            return None
        return TopicMatch(best, score, runner_up)

    def scores(self, text: str, *, language: str) -> dict[str, float]:
        """Return the probability of each topic, and of none."""
        return self._classifier(language).scores(text)

    def _classifier(self, language: str) -> _Classifier:
        if language not in self._classifiers:
            examples = _examples(language, self._own)
            self._classifiers[language] = _load(examples, self._cache)
        return self._classifiers[language]


@dataclass(frozen=True)
class _Classifier:
    labels: tuple[str, ...]
    features: TopicFeatures
    weights: Matrix
    bias: Matrix

    def scores(self, text: str) -> dict[str, float]:
        raw = self.weights @ self.features.vector(text) + self.bias
        odds = np.exp(raw - raw.max())
        return dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True))


def _examples(language: str, own: Sequence[FreeTopic]) -> list[tuple[str, str]]:
    pairs = [(topic.id, text) for topic in topics(language).values() for text in topic.examples]
    pairs += [(NONE, text) for text in other_sentences(language)]
    pairs += [(topic.id, text) for topic in own for text in topic.questions.get(language, ())]
    return pairs


def _load(examples: Sequence[tuple[str, str]], cache: Path | None) -> _Classifier:
    features = TopicFeatures()
    content = repr((VERSION, features.name, sorted(examples))).encode()
    labels = tuple(sorted({label for label, _ in examples}))
    file = cache / f"topics-{hashlib.sha256(content).hexdigest()[:16]}.npz" if cache else None
    learned = _read(file) if file else None
    if learned is None:
        learned = _learn(features, labels, examples)
        if file:
            _write(file, *learned)
    return _Classifier(labels, features, *learned)


def _learn(
    features: TopicFeatures, labels: Sequence[str], examples: Sequence[tuple[str, str]]
) -> tuple[Matrix, Matrix]:
    # Who reads what was learned need not wait for it.
    from sklearn.linear_model import LogisticRegression

    rows = np.array([features.vector(text) for _, text in examples])
    wanted = np.array([labels.index(label) for label, _ in examples])
    model = LogisticRegression(C=50, max_iter=300).fit(rows, wanted)
    return model.coef_.astype(np.float32), model.intercept_.astype(np.float32)


def _read(file: Path) -> tuple[Matrix, Matrix] | None:
    try:
        with np.load(file, allow_pickle=False) as content:
            return content["weights"], content["bias"]
    except (OSError, ValueError, KeyError):
        return None


def _write(file: Path, weights: Matrix, bias: Matrix) -> None:
    """Write it beside and move it, so that nobody reads half of it."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        partial = file.with_suffix(".part.npz")
        np.savez(partial, weights=weights, bias=bias)
        partial.replace(file)
    except OSError:
        log.warning("understanding.topics.not_kept folder=%s", file.parent)
