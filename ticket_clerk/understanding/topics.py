"""Finds the topic that a question is about: "my mum uses a wheelchair, is that ok?".

Kernel ridge regression on the examples of ``languages/*/topics.yml`` and of the catalog's own
topics: two sentences are alike as far as their embeddings and their words are. It is solved when
the program starts, so that a new topic or example needs no training; the embeddings of examples
and the solution are kept on disk.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from ticket_clerk.languages.topics import NONE, abbreviations, other_sentences, topics
from ticket_clerk.ticketing.domain.facts import FreeTopic

from .classifier import CACHE, Classifier, load_classifier

# What scores less is no topic: far from all examples everything scores near zero.
LEAST_SCORE = 0.2
# From here on a sentence is about a topic even where it is no question.
SURE_TOPIC = 0.6
# Topics that lie close together share what a sentence scores: these together, where the best is
# likely and no topic is not, are as sure as one. Of 364 questions about prices and shows none is.
LIKELY_OF_SEVERAL, SURE_OF_SEVERAL, SEVERAL = 0.4, 0.9, 3
LEAST_NONE = 0.1
# With the usual 0.5, 6 of a hundred sentences that are no topic are taken for one; so 4 are.
BALANCE = 0.2
# So often a word is in examples that is no name in one of them.
LEAST_TIMES = 3
_OF_TICKETS = re.compile(r"([^\W\d_]+) tickets?\b")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class TopicMatch:
    """The topic of a question with its score; 1 is as an example."""

    topic_id: str
    score: float


class TopicIndex:
    """Topics of one or several languages, each read at its first question."""

    def __init__(self, own_topics: Sequence[FreeTopic] = (), cache: Path | None = None) -> None:
        """Add the topics of a catalog; ``cache`` is a folder for what was computed."""
        self._own = tuple(own_topics)
        self._cache = cache
        self._classifiers: dict[str, Classifier] = {}
        self._lock = Lock()

    def find(self, text: str, *, language: str) -> TopicMatch | None:
        """Find the topic that a sentence asks about; None for all that is no such question."""
        if not text.strip():
            return None
        scores = self.scores(text, language=language)
        best = max(scores, key=lambda topic_id: scores[topic_id])
        is_topic = best != NONE and scores[best] >= LEAST_SCORE
        return TopicMatch(best, scores[best]) if is_topic else None

    def is_one_of_several(self, text: str, *, language: str) -> bool:
        """Return whether a sentence surely is about one of a few topics: "a discount for many?"."""
        scores = dict(self.scores(text, language=language))
        if scores.pop(NONE) >= LEAST_NONE:
            return False
        best = sorted(scores.values())[-SEVERAL:]
        return best[-1] >= LIKELY_OF_SEVERAL and sum(best) >= SURE_OF_SEVERAL

    def scores(self, text: str, *, language: str) -> Mapping[str, float]:
        """Return the score of each topic, and of none."""
        return self.load(language).scores(text)

    def words(self, language: str) -> frozenset[str]:
        """Return the words of all that is asked about, in lower case: none of them is a name.

        What an example or two has may be one: "is Messi playing?"
        """
        return _words(language, self._own)

    def load(self, language: str) -> Classifier:
        """Read a language's topics, or compute what is not kept; safe to call from threads."""
        with self._lock:
            if language not in self._classifiers:
                examples = _examples(language, self._own)
                self._classifiers[language] = load_classifier(
                    f"topics-{language}", examples, self._cache, abbreviations(language), BALANCE
                )
            return self._classifiers[language]


def _examples(language: str, own: Sequence[FreeTopic]) -> list[tuple[str, str]]:
    pairs = [(topic.id, text) for topic in topics(language).values() for text in topic.examples]
    pairs += [(NONE, text) for text in other_sentences(language)]
    pairs += [(topic.id, text) for topic in own for text in topic.questions.get(language, ())]
    return pairs


@lru_cache(maxsize=4)
def _words(language: str, own: tuple[FreeTopic, ...]) -> frozenset[str]:
    asked = [text.lower() for topic_id, text in _examples(language, own) if topic_id != NONE]
    times = Counter(word for text in asked for word in _WORD.findall(text))
    kinds = {match[1] for text in asked if (match := _OF_TICKETS.search(text))}
    return frozenset(kinds.union(word for word in times if times[word] >= LEAST_TIMES))


@lru_cache(maxsize=4)
def topic_index(own_topics: tuple[FreeTopic, ...]) -> TopicIndex:
    """Return the index of our topics and a catalog's own."""
    return TopicIndex(own_topics, CACHE)
