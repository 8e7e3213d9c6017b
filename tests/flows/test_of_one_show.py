"""What a question about prices points at is the show that the talk was about, and no other."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start

__all__ = ["shop", "start"]


@pytest.mark.parametrize("guess", ["ask_price", "browse_events", "nlu_fallback"])
@pytest.mark.parametrize(
    "text",
    [
        "and how much is it?",
        "what would that cost?",
        "what does it cost at most?",
        "and what does the dearest seat cost",
    ],
)
def test_a_price_asked_after_an_answer_is_of_that_show(start: Begin, text: str, guess: str) -> None:
    """Not of the dearest of all."""
    buyer = start("nothing")
    buyer.say("is there parking at swan lake?", "ask_show")

    assert buyer.say(text, guess) == ["utter_prices"]
    assert "Swan Lake" in buyer.read_all()


def test_the_dearest_show_is_looked_for_among_all(start: Begin) -> None:
    """The control: a show is asked for, and none is pointed at."""
    buyer = start("nothing")
    buyer.say("is there parking at swan lake?", "ask_show")

    assert buyer.say("what's your most expensive show?", "ask_price") == ["utter_dearest_shows"]


@pytest.mark.parametrize(
    ("text", "show"),
    [
        ("the last one", "night-owls"),
        ("two for the second one", "harbor-lights-matinee"),
        ("the first one please", "lakers-warriors"),
    ],
)
def test_a_place_in_a_long_list_is_among_what_was_shown(start: Begin, text: str, show: str) -> None:
    """Ten are on and five were shown: the last one is the fifth."""
    buyer = start("nothing")
    buyer.say("what's on?", "browse_events")

    buyer.say(text, "inform")

    assert buyer.slots["show"] == show


def test_a_place_that_is_asked_about_starts_nothing(start: Begin) -> None:
    """It is told of."""
    buyer = start("nothing")
    buyer.say("what's on?", "browse_events")

    assert buyer.say("how much is the last one?", "ask_price") == ["utter_prices"]
    assert "The Night Owls" in buyer.read_all()
    assert buyer.active_loop == {}


@pytest.mark.parametrize("text", ["mak it 3", "mke it 3 pls", "make it 3"])
def test_a_letter_that_is_missing_from_a_verb_changes_the_number_all_the_same(
    start: Begin, text: str
) -> None:
    """It is summed up again, and wants a yes."""
    buyer = start("summary")

    assert buyer.say(text, "inform") == ["utter_ask_confirm_order"]
    assert buyer.slots["quantity"] == 3


@pytest.mark.parametrize(
    "text",
    ["not the cheapest and not the dearest", "neither the cheapest nor the most expensive"],
)
@pytest.mark.parametrize("guess", ["deny", "inform", "nlu_fallback"])
def test_neither_the_cheapest_nor_the_dearest_is_what_is_between(
    start: Begin, text: str, guess: str
) -> None:
    """Of three sections the second; one of the two alone leaves the choice open."""
    buyer = start("section_asked")

    assert buyer.say(text, guess) == ["utter_ask_quantity"]
    assert buyer.slots["section"] == "loge"

    other = start("section_asked")
    other.say("not the cheapest", "deny")
    assert other.slots["section"] is None


def test_what_is_between_is_bought_after_prices_whatever_rasa_takes_it_for(start: Begin) -> None:
    """Rasa's "no" is none; the control is one."""
    buyer = start("nothing")
    buyer.say("how much is swan lake", "ask_price")
    assert buyer.say("not the cheapest, not the dearest", "deny") == ["utter_ask_quantity"]
    assert buyer.slots["section"] == "loge"

    other = start("nothing")
    other.say("how much is swan lake", "ask_price")
    assert other.say("not the cheapest", "deny") == ["utter_deny"]
