"""Typos in the few words that tell intents apart, and in number words."""

from __future__ import annotations

import pytest

from ticket_clerk.nlu.sentence_model import VOCABULARY
from ticket_clerk.understanding.answers import is_stop
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.season_tickets import is_about_season
from ticket_clerk.understanding.typos import correct_typos


@pytest.mark.parametrize("text", ["froget it", "cancle that", "neverr mind", "caancel"])
def test_a_typo_does_not_keep_a_buyer_in(text: str) -> None:
    """Whoever leaves in a hurry types badly."""
    assert is_stop(text)


@pytest.mark.parametrize(
    ("text", "number"), [("a cuople pls", 2), ("tehre are sevven of us", 7), ("make it trhee", 3)]
)
def test_a_typo_in_a_number_word_is_corrected(text: str, number: int) -> None:
    """A letter lost, doubled or swapped."""
    assert parse_quantity(text, asked=True) == number


def test_a_season_ticket_is_one_with_a_typo_too() -> None:
    """Otherwise single shows of the same club are offered."""
    assert is_about_season("the otters saeson ticket")
    assert is_about_season("one seasson tikcet please")


@pytest.mark.parametrize(
    "word", ["there", "right", "sever", "reason", "forgot", "eighth", "ticker", "Severn", "Seen"]
)
def test_another_word_stays_another_word(word: str) -> None:
    """What a buyer asks for must not change its name."""
    assert correct_typos(word) == word


def test_no_word_of_a_large_vocabulary_is_a_typo() -> None:
    """A word that is one letter from a key must stand among the exceptions."""
    words = [word for word in VOCABULARY.read_text(encoding="utf-8").split() if word.isalpha()]

    changed = {word: correct_typos(word) for word in words if correct_typos(word) != word}

    assert changed == {"cancelled": "canceled"}
