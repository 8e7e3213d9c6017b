"""Intent of a sentence, decided from its own words; Rasa's intent is a witness.

Rasa classifies a message as a whole and says one intent whatever it holds. Here each clause is
classified by a model of the same training sentences, so that no single wrong guess starts a flow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock

from ticket_clerk.languages.training import training_sentences

from .classifier import CACHE, Classifier, load_classifier
from .language import spoken

Rewrite = Callable[[str], str]
# Of real people's sentences nine in ten reach it, and of those 97 % are right (docs/language.md).
SURE = 0.5
# With this, the witness is believed against another classification that is sure.
LIKELY = 0.25
# What starts something of its own, whose name a single guess must not decide.
_PIECE = re.compile(r"[,.;!?]+\s+")
_NEGATED = re.compile(
    r"(?:(?:please|pls|no|but|and)[ ,]+)*(?:do not|don'?t|never)\b"
    r"(?! (?:want|need|forget|you|we|i)\b)",
    re.IGNORECASE,
)
_STARTING = frozenset(
    "request_refund cancel_order subscribe_season_tickets use_waiting_list human_handoff".split()
)
LIKELY_START = 0.4
# A question that is about nothing else may be answered for what it is this likely for.
WORTH_A_TRY = 0.3
# Below this an intent is not even thinkable, whoever names it.
THINKABLE = 0.15
UNKNOWN = "nlu_fallback"
# What these say may be of the catalog or of a topic; the intent says nothing.
UNCLEAR = frozenset({UNKNOWN, "out_of_scope"})
# Several threads may need the classifier first; one computes it.
_LOADING = Lock()
# Said by channels about a message, not read from its words.
_OF_CHANNELS = frozenset({"card_number"})


def decide_intent(text: str, witness: str, without_names: Rewrite = str) -> str:
    """Decide what a sentence is for; ``witness`` is Rasa's intent of the message it is in.

    ``without_names`` leaves the catalog's names out of it, see `clearest_scores`.

    A sure classification decides, unless the witness names what is likely, too. Where it is
    unsure, the witness decides among what is thinkable; else the intent is unknown, and only what
    the catalog or an offer knows is matched.
    """
    if witness in _OF_CHANNELS or not text.strip():
        return witness
    scores = clearest_scores(text, without_names)
    best = max(scores, key=lambda intent: scores[intent])
    if best in _STARTING and _NEGATED.match(text):
        # "Don't cancel it" asks for nothing.
        return UNKNOWN
    likely = LIKELY if scores[best] >= SURE else THINKABLE
    if witness in _STARTING:
        likely = LIKELY_START
    if scores.get(witness, 0.0) >= likely:
        return witness
    return best if scores[best] >= SURE else _started_in(text)


def _started_in(text: str) -> str:
    """Return what a part of an unclear sentence starts: "nobody helps, get me a person".

    The last part counts that surely does.
    """
    pieces = _PIECE.split(text)
    started = (decide_intent(piece, UNKNOWN) for piece in reversed(pieces) if len(pieces) > 1)
    return next((intent for intent in started if intent in _STARTING), UNKNOWN)


def clearest_scores(text: str, without_names: Rewrite) -> Mapping[str, float]:
    """Return the scores of a sentence, or those without the names in it, where they are clearer.

    No training sentence has the names of a shop's own shows.
    """
    scores = intent_scores(text)
    if max(scores.values()) >= SURE or (plain := without_names(text)) == text:
        return scores
    return max(scores, intent_scores(plain), key=lambda found: max(found.values()))


def intent_scores(text: str) -> Mapping[str, float]:
    """Return the score of each intent; 1 is as an example."""
    with _LOADING:
        classifier = _classifier(spoken().code)
    return classifier.scores(text)


@lru_cache(maxsize=4)
def _classifier(language: str) -> Classifier:
    return load_classifier(f"intents-{language}", training_sentences(language), CACHE)
