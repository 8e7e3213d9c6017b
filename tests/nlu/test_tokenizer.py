"""Order numbers are masked, typos corrected, and everything else stays what it was."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from ticket_clerk.nlu.tokenizer import MASK, OrderNumberTokenizer

TOKENIZER = OrderNumberTokenizer(OrderNumberTokenizer.get_default_config())


def _words(text: str) -> list[str]:
    return [token.text for token in TOKENIZER.tokenize(Message(data={TEXT: text}), TEXT)]


@given(st.text(string.ascii_letters + string.digits, min_size=16, max_size=16))
def test_every_order_number_is_the_same_word(letters: str) -> None:
    """So no order's letters can push a sentence towards another intent."""
    assert _words(f"what about ord_{letters}?") == ["what", "about", MASK]
    assert _words(f"SetSlots(order_id=ord_{letters})") == [MASK]


@pytest.mark.parametrize("text", ["two tickets for the Lakers game", "order 2", "section 101 ord"])
def test_other_words_stay(text: str) -> None:
    """Rasa's own tokenizer does the rest."""
    assert _words(text) == text.split()


def test_a_typo_in_a_word_that_tells_intents_apart_is_corrected() -> None:
    """The message itself stays; only the features are those of another word."""
    assert _words("could you refnd 2 ticktes, or retrun them") == [
        "could", "you", "refund", "2", "tickets", "or", "return", "them",
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["prince", "monkey", "returned", "cancer", "reasons", "sections"])
def test_another_word_is_no_typo(word: str) -> None:
    """Or what somebody asks for would change its name."""
    assert _words(word) == [word]


def test_offsets_in_the_message_stay() -> None:
    """Entities are cut out of the sentence by them."""
    text = "cancel ord_abcdefghij123456 now"
    tokens = TOKENIZER.tokenize(Message(data={TEXT: text}), TEXT)

    assert [text[token.start : token.end] for token in tokens] == text.split()
