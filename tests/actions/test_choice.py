"""Choosing one of several shows, while the purchase asks for it."""

from __future__ import annotations

import pytest

from actions.purchase import Purchase, next_question
from tests.actions.test_turn import AT_SHOW, hear, said


@pytest.mark.parametrize("text", ["2", "a couple", "two please"])
def test_while_shows_are_offered_a_number_is_kept_and_the_show_asked_again(text: str) -> None:
    """The number is no answer to which show."""
    offered = Purchase(asked="show", offered=("matinee", "evening"))

    turn = hear(offered, text)

    assert turn.purchase.quantity == 2
    assert turn.purchase.offered == offered.offered
    assert next_question(turn.purchase) == "show"
    assert said(turn) == ["utter_number_noted"]


def test_a_place_in_the_list_leaves_the_number_alone() -> None:
    """Who said three tickets and then "2" means the second show."""
    turn = hear(Purchase(asked="show", quantity=3, offered=("matinee", "evening")), "2")

    assert (turn.purchase.show_id, turn.purchase.quantity) == ("evening", 3)


@pytest.mark.parametrize("text", ["yes", "two"])
def test_a_single_offer_is_taken_by_a_yes_or_a_number(text: str) -> None:
    """There is nothing to choose from."""
    turn = hear(Purchase(asked="show", offered=("matinee",)), text)

    assert turn.purchase.show_id == "matinee"


def test_the_cheapest_of_all_is_offered_and_of_the_offered_taken() -> None:
    """Sold-out shows cost nothing and are no bargain."""
    turn = hear(AT_SHOW, "the cheapest")
    assert turn.purchase.offered == ("evening", "last-seat", "matinee", "game")

    again = hear(Purchase(asked="show", offered=turn.purchase.offered), "the cheapest")

    assert again.purchase.show_id == "evening"


@pytest.mark.parametrize("text", ["more", "what else?"])
def test_more_keeps_the_question_for_the_show(text: str) -> None:
    """The question itself goes on with the list."""
    turn = hear(AT_SHOW, text, "browse_events")

    assert turn.is_heard
    assert (next_question(turn.purchase), said(turn)) == ("show", [])
