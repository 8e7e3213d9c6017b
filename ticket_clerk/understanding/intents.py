"""Intent of a sentence, decided from its own words; Rasa's intent is a witness.

Rasa classifies a message as a whole and says one intent whatever it holds. Here each clause is
classified by a model of the same training sentences, so that no single wrong guess starts a flow.
"""

from __future__ import annotations

from functools import lru_cache
from threading import Lock

from ticket_clerk.languages.training import training_sentences

from .classifier import CACHE, Classifier, load_classifier
from .language import LANGUAGE

# Of real people's sentences nine in ten reach it, and of those 97 % are right (docs/language.md).
SURE = 0.5
# With this, the witness is believed against another classification that is sure.
LIKELY = 0.25
# What starts something of its own, whose name a single guess must not decide.
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


def decide_intent(text: str, witness: str) -> str:
    """Decide what a sentence is for; ``witness`` is Rasa's intent of the message it is in.

    A sure classification decides, unless the witness names what is likely, too. Where it is
    unsure, the witness decides among what is thinkable; else the intent is unknown, and only what
    the catalog or an offer knows is matched.
    """
    if witness in _OF_CHANNELS or not text.strip():
        return witness
    scores = intent_scores(text)
    best = max(scores, key=lambda intent: scores[intent])
    likely = LIKELY if scores[best] >= SURE else THINKABLE
    if witness in _STARTING:
        likely = LIKELY_START
    if scores.get(witness, 0.0) >= likely:
        return witness
    return best if scores[best] >= SURE else UNKNOWN


@lru_cache(maxsize=4096)
def intent_scores(text: str) -> dict[str, float]:
    """Return the score of each intent; 1 is as an example."""
    with _LOADING:
        classifier = _classifier(LANGUAGE.code)
    return classifier.scores(text)


@lru_cache(maxsize=4)
def _classifier(language: str) -> Classifier:
    return load_classifier(f"intents-{language}", training_sentences(language), CACHE)
