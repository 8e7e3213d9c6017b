"""Intents of sentences: what they say decides, and nothing that is made up at random."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_clerk.understanding.features import word_vector
from ticket_clerk.understanding.intents import intent_scores

NUMBERS = st.from_regex(r"ord_[A-Za-z0-9]{16}", fullmatch=True)


@pytest.mark.parametrize("sentence", ["Change {}", "cancel {} please", "is {} paid?"])
@given(number=NUMBERS)
@settings(max_examples=20, deadline=None)
def test_the_letters_of_an_order_number_say_nothing(sentence: str, number: str) -> None:
    """Numbers are random, and each would be classified a little otherwise."""
    as_usual = sentence.format("ord_a1B2c3D4e5F6g7H8")

    assert intent_scores(sentence.format(number)) == intent_scores(as_usual)


def test_control_features_of_two_order_numbers_differ() -> None:
    """What the classifier is given without the numbers' names."""
    assert (word_vector("Change ord_refUNDrefUND0000") != word_vector("Change ord_1")).any()
