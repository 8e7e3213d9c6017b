"""The training data are the project's own, and enough of them."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from tests.flows.training import ROOT, near_duplicates, normalized
from ticket_clerk.languages.training import training_sentences

MEASURE = ROOT.parent / "shared" / "nlu" / "dev.jsonl"
SENTENCES = list(training_sentences("en"))
FEW_ON_PURPOSE = {"card_number"}


def test_each_intent_has_sixty_sentences_at_least() -> None:
    """Fewer would not show how people type; the channels set card_number themselves."""
    counts = Counter(intent for intent, _ in SENTENCES)

    assert {intent for intent, n in counts.items() if n < 60} == FEW_ON_PURPOSE


def test_no_sentence_is_there_twice() -> None:
    """A sentence under two intents could only confuse."""
    counts = Counter(normalized(sentence) for _, sentence in SENTENCES)

    assert [sentence for sentence, n in counts.items() if n > 1] == []


@pytest.mark.skipif(not MEASURE.exists(), reason="the measuring set is not here")
def test_no_sentence_is_of_the_measuring_set() -> None:
    """A bot that was trained on the ruler measures nothing: none is equal, none nearly so."""
    rows = [json.loads(line)["text"] for line in MEASURE.read_text("utf-8").splitlines() if line]
    measured = {normalized(text) for text in rows}
    learned = {normalized(sentence) for _, sentence in SENTENCES}

    assert learned & measured == set()
    assert near_duplicates(learned, measured) == []
