"""Slips of the finger in the few words that a purchase hangs on."""

from __future__ import annotations

import pytest

from ticket_clerk.understanding.answers import is_stop
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.season_tickets import is_about_season
from ticket_clerk.understanding.typos import correct_typos


@pytest.mark.parametrize("text", ["froget it", "cancle that", "neverr mind", "caancel"])
def test_a_slip_does_not_keep_a_buyer_in(text: str) -> None:
    """Whoever leaves in a hurry types badly."""
    assert is_stop(text)


@pytest.mark.parametrize(
    ("text", "number"), [("a cuople pls", 2), ("tehre are sevven of us", 7), ("make it trhee", 3)]
)
def test_a_slip_in_a_number_word_is_forgiven(text: str, number: int) -> None:
    """A letter lost, doubled or swapped."""
    assert parse_quantity(text, asked=True) == number


def test_a_season_ticket_is_one_with_a_slip_too() -> None:
    """Otherwise single shows of the same club are offered."""
    assert is_about_season("the otters saeson ticket")
    assert is_about_season("one seasson tikcet please")


@pytest.mark.parametrize(
    "word", ["there", "right", "sever", "reason", "forgot", "eighth", "ticker"]
)
def test_another_word_stays_another_word(word: str) -> None:
    """Nobody is made to say what he did not."""
    assert correct_typos(word) == word
