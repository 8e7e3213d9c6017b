"""The sentence model reads the word pieces that it was trained with."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.nlu.sentence_model import MAX_TOKENS, VOCABULARY, sentence_model

START, END = 101, 102

# What `tokenizers` 0.23.3 made of them with the model's own tokenizer.json.
ORIGINALS = {
    "two tickets please": [2048, 9735, 3531],
    "Zauberflöte, CAFÉ!": [23564, 21436, 10258, 12184, 1010, 7668, 999],
    "unbelievably $20.50": [4895, 8671, 2666, 3567, 6321, 1002, 2322, 1012, 2753],
    "漢字 ok": [1904, 100, 7929],
    "don't\u200b stop": [2123, 1005, 1056, 2644],
    "😀": [100],
}


@pytest.mark.parametrize(("text", "ids"), ORIGINALS.items())
def test_token_ids_are_those_of_the_models_own_tokenizer(text: str, ids: list[int]) -> None:
    """Other ids would be other words to the model."""
    assert sentence_model(None).token_ids(text) == [START, *ids, END]


def test_the_vocabulary_is_berts() -> None:
    """One line more or less gives every word after it another id."""
    digest = hashlib.sha256(VOCABULARY.read_bytes()).hexdigest()

    assert digest == "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"


def test_a_long_text_is_truncated() -> None:
    """The model reads no more than it was trained with."""
    ticket = 7281

    ids = sentence_model(None).token_ids("ticket " * 500)

    assert ids == [START, *[ticket] * (MAX_TOKENS - 2), END]


@given(st.text(st.characters()))
def test_any_text_has_token_ids(text: str) -> None:
    """A message is whatever somebody sends, lone surrogates of JSON included."""
    ids = sentence_model(None).token_ids(text)

    assert (ids[0], ids[-1]) == (START, END)
    assert len(ids) <= MAX_TOKENS
