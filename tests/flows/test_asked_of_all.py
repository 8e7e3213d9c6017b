"""Facts of all shows at once, shows by a kind or by what they are like, and sections as clues."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.asking.kinds import asked_of_all, name_likened

__all__ = ["shop", "start"]
GUESSES = ["nlu_fallback", "browse_events", "ask_show", "out_of_scope"]


@pytest.fixture
def buyer(shop: Container) -> FormDriver:
    """Somebody who has said nothing yet."""
    return FormDriver(shop)


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("at which of your houses can one park?", "Lakefront Opera House", "Fenway Park"),
        ("do any of the theatres have a bar?", "Lakefront Opera House: The foyer", "Cellar 44"),
        ("is there a break in all of your shows?", "Swan Lake: 2 h 50 min", "Red Sox"),
        ("do all venues have step-free access?", "Alder Theatre: The entrance", "Red River Hall"),
    ],
)
@pytest.mark.parametrize("guess", GUESSES)
def test_a_fact_of_all_shows_is_told_in_one_answer(
    buyer: FormDriver, text: str, known: str, unknown: str, guess: str
) -> None:
    """What is known, and for which it isn't; nobody is asked which show."""
    said = buyer.say(text, guess)

    assert said == ["utter_facts"]
    told = buyer.read_all()
    assert known in told.split("I don't know it")[0]
    assert unknown in told.split("I don't know it")[1]
    assert told.count("•") <= 5


def test_a_question_about_one_show_is_not_answered_for_all(buyer: FormDriver) -> None:
    """The control."""
    buyer.say("swan lake", "ask_show")

    buyer.say("is there parking?", "nlu_fallback")

    assert "garage" in buyer.read_all()
    assert "Saguaro" not in buyer.read_all()


def test_ages_in_front_of_the_question_count(buyer: FormDriver) -> None:
    """The youngest decides."""
    said = buyer.say("our children are 5 and 9, which shows may they all see?", "inform")

    assert said == ["utter_shows_at_age"]
    assert "At the age of 5" in buyer.read_all()
    assert "Harbor" in buyer.read_all().split("Not to")[1]


@pytest.mark.parametrize("guess", GUESSES)
def test_shows_for_an_age_are_told_from_those_that_are_not(buyer: FormDriver, guess: str) -> None:
    """By the age from which one is let in."""
    said = buyer.say("which of the shows are all right for a girl of 7?", guess)

    assert said == ["utter_shows_at_age"]
    fitting, others = buyer.read_all().split("Not to")
    assert "Swan Lake" in fitting
    assert "Harbor Lights (matinee)" in fitting
    assert "The Magic Flute" in others
    assert "Priya Nair" in others


@pytest.mark.parametrize(
    "text",
    ["is there any place to park?", "which show is cheapest?", "how long is the show?", "all good"],
)
def test_not_each_question_is_of_all(text: str) -> None:
    """The control."""
    asked = asked_of_all(text)

    assert asked is None or "the show is cheapest" in asked


@pytest.mark.parametrize(
    "text", ["mad about opera, where might we go?", "my son adores baseball, what could he see?"]
)
@pytest.mark.parametrize("guess", ["nlu_fallback", "out_of_scope", "inform", "ask_show"])
def test_a_kind_in_a_question_is_what_is_spoken_of_from_then_on(
    buyer: FormDriver, text: str, guess: str
) -> None:
    """Its shows are told, and "two" is for the only one."""
    buyer.say(text, guess)
    title = "The Magic Flute" if "opera" in text else "Red Sox vs Yankees"
    assert title in buyer.read_all()
    assert "Harbor" not in buyer.read_all()

    buyer.say("2 tickets please", "buy_tickets")

    assert title in buyer.read_all()


@pytest.mark.parametrize(
    ("text", "response", "title"),
    [
        ("have you got anything like Red Sox vs Yankees?", "utter_none_alike", "Lakers"),
        ("something similar to the magic flute?", "utter_none_alike", "Swan Lake"),
        ("any shows like Wicked?", "utter_not_sold", "Harbor Lights"),
        ("do you have something in the style of Coldplay?", "utter_not_sold", "The Night Owls"),
    ],
)
@pytest.mark.parametrize("guess", GUESSES)
def test_a_show_like_one_that_is_named_is_of_its_kind(
    buyer: FormDriver, text: str, response: str, title: str, guess: str
) -> None:
    """Where it is ours and where it isn't, and others are offered."""
    said = buyer.say(text, guess)

    assert said[0] == response
    assert title in buyer.read_all()


def test_a_show_of_the_same_kind_is_told(buyer: FormDriver) -> None:
    """The matinee is like the evening."""
    assert buyer.say("anything like harbor lights in the evening?", "nlu_fallback")

    assert name_likened("anything like that?") is None
    assert name_likened("i'd like two tickets") is None


@pytest.mark.parametrize(
    ("text", "title", "section"),
    [
        ("two in the dress circle please", "The Magic Flute", "Dress circle"),
        ("dugout box for three of us", "Red Sox vs Yankees", "Dugout box"),
        ("4 x midfield pls", "Inter Miami vs LA Galaxy", "Midfield"),
        ("i want 2 backstage passes", "Desert Bloom Festival", "Backstage pass"),
    ],
)
@pytest.mark.parametrize("guess", ["buy_tickets", "inform", "nlu_fallback"])
def test_a_section_names_the_show_that_has_it(
    buyer: FormDriver, text: str, title: str, section: str, guess: str
) -> None:
    """It is summed up and not ordered."""
    said = buyer.say(text, guess)

    assert said[-1] == "utter_ask_confirm_order"
    assert title in buyer.read_all()
    assert section in buyer.read_all()


@pytest.mark.parametrize("guess", ["buy_tickets", "inform"])
def test_of_several_shows_with_a_section_one_is_asked_for(buyer: FormDriver, guess: str) -> None:
    """And what was chosen before is kept."""
    said = buyer.say("three in the mezzanine please", guess)
    assert said[-1] == "utter_ask_which_show"
    assert "Swan Lake" not in buyer.read_all()

    said = buyer.say("the matinee", "inform")

    assert said[-1] == "utter_ask_confirm_order"
    assert "3 × Harbor Lights (matinee), Mezzanine" in buyer.read_all()


def test_what_a_section_costs_is_told_of_the_show_that_has_it(buyer: FormDriver) -> None:
    """Where none is spoken of."""
    buyer.say("how much is the dugout box?", "ask_price")

    assert "Red Sox vs Yankees" in buyer.read_all()
    assert "$260.00" in buyer.read_all()


@pytest.mark.parametrize("guess", ["nlu_fallback", "ask_show", "ask_price"])
def test_what_else_is_on_is_asked_at_a_summary_and_nothing_is_lost(
    start: Begin, guess: str
) -> None:
    """The program answers, and the purchase stays as it was."""
    buyer = start("summary")

    said = buyer.say("have you anything before new year's eve?", guess)

    assert "utter_prices" not in said
    assert "utter_show_facts" not in said
    assert said[-1] == "utter_ask_confirm_order_again"
    assert (buyer.slots["show"], buyer.slots["quantity"]) == ("swan-lake", 4)
