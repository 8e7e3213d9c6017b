"""Words in pieces, as the sentence model's own tokenizer cuts them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.nlu.sentence_model import VOCABULARY
from ticket_clerk.nlu.wordpiece import WordPieces

PIECES = WordPieces(VOCABULARY)
START, END, UNKNOWN = 101, 102, 100

# What the library `tokenizers` 0.23.3 made of them with the model's own tokenizer.json.
ORIGINALS = {
    "two tickets please": [2048, 9735, 3531],
    "Zauberflöte, CAFÉ!": [23564, 21436, 10258, 12184, 1010, 7668, 999],
    "unbelievably $20.50": [4895, 8671, 2666, 3567, 6321, 1002, 2322, 1012, 2753],
    "漢字 ok": [1904, 100, 7929],
    "don't\u200b stop": [2123, 1005, 1056, 2644],
    "😀": [100],
}


@pytest.mark.parametrize(("text", "numbers"), ORIGINALS.items())
def test_pieces_are_the_originals(text: str, numbers: list[int]) -> None:
    """Other numbers would be other words to the model."""
    assert PIECES.encode(text, at_most=128) == [START, *numbers, END]


def test_a_long_text_is_cut_off() -> None:
    """The model reads no more than it was trained with."""
    assert PIECES.encode("ticket " * 500, at_most=10) == [START, *[7281] * 8, END]


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """A message is whatever somebody sends."""
    numbers = PIECES.encode(text, at_most=128)

    assert (numbers[0], numbers[-1]) == (START, END)
    assert len(numbers) <= 128
