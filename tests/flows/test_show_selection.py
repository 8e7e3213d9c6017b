"""Choosing one of several shows, while the purchase asks for it."""

from __future__ import annotations

import pytest

from tests.flows.test_turn import AT_QUANTITY, AT_SECTION, AT_SHOW, AT_SUMMARY, said, take
from ticket_clerk.flows.purchase.state import Purchase, next_question


@pytest.mark.parametrize("text", ["2", "a couple", "two please"])
def test_while_shows_are_offered_a_number_is_kept_and_the_show_asked_again(text: str) -> None:
    """The number is no answer to which show."""
    offered = Purchase(asked="show", offered=("matinee", "evening"))

    turn = take(offered, text)

    assert turn.request.quantity == 2
    assert turn.request.offered == offered.offered
    assert next_question(turn.request) == "show"
    assert said(turn) == ["utter_number_noted"]


def test_a_place_in_the_list_leaves_the_number_alone() -> None:
    """Who said three tickets and then "2" means the second show."""
    turn = take(Purchase(asked="show", quantity=3, offered=("matinee", "evening")), "2")

    assert (turn.request.show_id, turn.request.quantity) == ("evening", 3)


@pytest.mark.parametrize("text", ["yes", "two"])
def test_a_single_offer_is_taken_by_a_yes_or_a_number(text: str) -> None:
    """There is nothing to choose from."""
    turn = take(Purchase(asked="show", offered=("matinee",)), text)

    assert turn.request.show_id == "matinee"


def test_the_cheapest_of_all_is_offered_and_of_the_offered_taken() -> None:
    """Sold-out shows cost nothing and are no bargain."""
    turn = take(AT_SHOW, "the cheapest")
    assert turn.request.offered == ("evening", "last-seat", "matinee", "game")

    again = take(Purchase(asked="show", offered=turn.request.offered), "the cheapest")

    assert again.request.show_id == "evening"


@pytest.mark.parametrize("text", ["more", "what else?"])
@pytest.mark.parametrize("intent", ["browse_events", "inform"])
def test_more_keeps_the_question_for_the_show(text: str, intent: str) -> None:
    """The question itself goes on with the list."""
    turn = take(AT_SHOW, text, intent)

    assert turn.is_answered
    assert (next_question(turn.request), said(turn)) == ("show", [])


def test_two_shows_in_one_sentence_are_offered_one_at_a_time() -> None:
    """Taking one of them, with the number of the other, would be a wrong order."""
    turn = take(Purchase(), "2 tickets for lakers and 3 for the last seat", "buy_tickets")

    assert turn.request.offered == ("game", "last-seat")
    assert turn.request.quantity is None
    assert said(turn) == ["utter_one_show_at_a_time"]


@pytest.mark.parametrize("text", ["2 balcony", "balcony, we're two", "two balcony please"])
def test_a_number_beside_the_section_is_how_many(text: str) -> None:
    """Nobody wants to be asked for what was said."""
    turn = take(Purchase(show_id="evening", asked="section"), text)

    assert (turn.request.section_id, turn.request.quantity) == ("balcony", 2)


def test_a_section_by_its_bare_number_is_no_number_of_tickets() -> None:
    """Neither last nor alone."""
    both = take(Purchase(), "2 lakers 318", "buy_tickets").request
    alone = take(Purchase(), "lakers 318", "buy_tickets")

    assert (both.section_id, both.quantity) == ("318", 2)
    assert (alone.request.section_id, alone.request.quantity) == ("318", None)
    assert said(alone) == []


def test_the_known_number_said_again_is_no_section() -> None:
    """It is an answer given twice."""
    turn = take(Purchase(show_id="evening", quantity=3, asked="section"), "3")

    assert said(turn) == []


@pytest.mark.parametrize("before", [AT_QUANTITY, AT_SUMMARY])
def test_another_section_may_be_asked_for_as_a_question(before: Purchase) -> None:
    """To overhear it would sell the first one."""
    turn = take(before, "hmm, actually, can we do the section 318 instead?", "out_of_scope")

    assert turn.request.section_id == "318"


@pytest.mark.parametrize("text", ["how do i stop this", "how can i cancel?"])
def test_whoever_asks_how_to_leave_has_left(text: str) -> None:
    """A form that explains its door keeps people in."""
    assert take(AT_SECTION, text, "ask_how_to_pay").is_over
