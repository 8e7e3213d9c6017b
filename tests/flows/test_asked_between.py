"""Questions with an "or" between shows or times: "matinee or evening?"."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.understanding.asking.kinds import asked_between

__all__ = ["shop", "start"]


def _told(buyer: FormDriver) -> list[str]:
    return [str(one["show"]) for one in buyer.answers if one["response"] == "utter_show_facts"]


@pytest.mark.parametrize("text", ["matinee or evening?", "is it the matinee or the evening?"])
@pytest.mark.parametrize("guess", ["inform", "ask_show", "nlu_fallback"])
def test_both_of_the_shows_that_are_asked_between_are_told(
    start: Begin, text: str, guess: str
) -> None:
    """They were offered, and nothing is begun; it was the rules for exchanges."""
    buyer = start("nothing")
    buyer.say("what's on in new york", "browse_events")

    buyer.say(text, guess)

    assert _told(buyer) == ["Harbor Lights (matinee)", "Harbor Lights (evening)"]
    assert buyer.active_loop.get("name") is None


def test_the_one_that_is_chosen_then_is_bought(start: Begin) -> None:
    """By its place in what was told."""
    buyer = start("nothing")
    buyer.say("what's on in new york", "browse_events")
    buyer.say("matinee or evening?", "inform")

    assert buyer.say("the second, 2 please", "inform") == ["utter_ask_section"]
    assert buyer.slots["show"] == "harbor-lights-evening"
    assert buyer.slots["quantity"] == 2


@pytest.mark.parametrize("context", ["section_asked", "summary"])
def test_of_the_show_being_bought_its_time_is_told_without_yes_or_no(
    start: Begin, context: str
) -> None:
    """It was "No: Swan Lake is on …"; the purchase goes on."""
    buyer = start(context)
    before = dict(buyer.slots)

    said = buyer.say("is it matinee or evening?", "ask_show")

    assert said[0] == "utter_summed_up_day"
    assert (buyer.slots["show"], buyer.slots["quantity"]) == (before["show"], before["quantity"])


def test_a_fact_that_is_asked_of_two_shows_is_told_as_one(start: Begin) -> None:
    """The control: the "or" names what it is asked of."""
    buyer = start("nothing")
    buyer.say("what's on in new york", "browse_events")

    assert "utter_show_facts" not in buyer.say("is there parking or a train?", "out_of_scope")


def test_without_an_or_nothing_is_asked_between() -> None:
    """The control."""
    assert asked_between("matinee or evening?") == ("matinee", "evening")
    assert asked_between("is the orchestra good?") == ()
