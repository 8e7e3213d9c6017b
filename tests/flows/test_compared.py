"""What is compared: "the cheaper one" of sections or shows that the last answer told of."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container

__all__ = ["shop"]
ASKED = "what's the difference between the loge and the parquet?"
TOLD = ["utter_fact_of_place", "utter_fact_of_place", "utter_prices", "utter_ask_section_again"]


@pytest.fixture
def buyer(shop: Container) -> FormDriver:
    """Somebody who is asked for a section of the ballet."""
    buyer = FormDriver(shop)
    assert buyer.say("two for swan lake") == ["utter_ask_section"]
    return buyer


def test_two_sections_are_told_by_what_they_are_and_cost(buyer: FormDriver) -> None:
    """The third section is not spoken of."""
    assert buyer.say(ASKED, "out_of_scope") == TOLD

    told = buyer.read_all()
    assert "boxes of six" in told
    assert "ground floor" in told
    assert "Gallery" not in told


@pytest.mark.parametrize("before", [ASKED, "loge or parquet"])
@pytest.mark.parametrize(
    ("said", "section"),
    [
        ("the cheaper one", "loge"),
        ("the cheaper one then, please", "loge"),
        ("ok the dearer one", "parquet"),
        ("the better seats", "parquet"),
    ],
)
def test_one_of_two_sections_is_chosen_by_its_price(
    buyer: FormDriver, before: str, said: str, section: str
) -> None:
    """The gallery, which costs least of all, was not among them."""
    buyer.say(before)

    assert buyer.say(said) == ["utter_ask_confirm_order"]
    assert buyer.slots["section"] == section


@pytest.mark.parametrize(
    "said", ["not the cheaper one", "which is the cheaper one?", "is the cheaper one any good?"]
)
def test_what_is_turned_down_or_asked_about_is_not_chosen(buyer: FormDriver, said: str) -> None:
    """Nothing is summed up."""
    buyer.say(ASKED)

    buyer.say(said)
    assert buyer.slots["section"] is None


@pytest.mark.parametrize(
    ("said", "show"),
    [
        ("2 of the cheaper one", "harbor-lights-matinee"),
        ("the dearer one, two please", "harbor-lights-evening"),
        ("the cheapest show", "harbor-lights-matinee"),
    ],
)
def test_one_of_two_shows_is_chosen_by_its_price(shop: Container, said: str, show: str) -> None:
    """By that of its cheapest seats."""
    buyer = FormDriver(shop)
    buyer.say("what's on in New York?", "browse_events")

    assert buyer.say(said, "buy_tickets") == ["utter_ask_section"]
    assert buyer.slots["show"] == show


def test_a_place_beside_it_looks_further(shop: Container) -> None:
    """What was listed does not have what is asked for."""
    buyer = FormDriver(shop)
    buyer.say("what's on in New York?", "browse_events")

    buyer.say("the cheapest one in Boston", "browse_events")
    assert "Red Sox" in buyer.read_all()


@pytest.mark.parametrize("said", ["ok so two, closest to the exit", "somewhere near the exit"])
def test_a_word_for_the_way_out_leaves_nothing(buyer: FormDriver, said: str) -> None:
    """By itself it does."""
    buyer.say(said)
    assert buyer.active_loop

    assert buyer.say("exit", "goodbye") == ["utter_nothing_ordered"]


def test_an_answer_that_asks_for_the_show_is_the_only_question(shop: Container) -> None:
    """Two ways of asking the same stood below each other."""
    buyer = FormDriver(shop)
    buyer.say("three tickets please", "buy_tickets")

    assert buyer.say("can I bring my dog?", "out_of_scope") == ["utter_ask_show_for_topic"]
    assert buyer.slots["requested_slot"] == "show"


def test_two_questions_with_one_answer_are_answered_once(shop: Container) -> None:
    """Where the second says more, only that is told."""
    buyer = FormDriver(shop)
    buyer.say("tell me about swan lake", "ask_show")

    buyer.say("are there any stairs? is there room for a wheelchair?", "out_of_scope")
    told = buyer.read_all()
    assert told.count("Lifts go to the parquet") == 1
    assert "Places for wheelchairs are booked" in told


@pytest.mark.parametrize("said", ["is there a discount for that many?", "how much for two?"])
def test_terms_go_before_prices_where_they_are_asked_for(buyer: FormDriver, said: str) -> None:
    """Near topics are sure together, and prices stay what a price is asked for."""
    told = buyer.say(said, "ask_price")

    assert told[0] == ("utter_fact" if "discount" in said else "utter_prices")


@pytest.mark.parametrize(
    "said",
    [
        "do the parquet instead but only if we sit together",
        "the parquet instead, but only if we sit together",
    ],
)
def test_a_change_with_a_condition_is_a_change(buyer: FormDriver, said: str) -> None:
    """What was summed up before is agreed to no more."""
    buyer.say("the loge")

    assert buyer.say(said) == ["utter_about_seats_together", "utter_ask_confirm_order"]
    assert buyer.slots["section"] == "parquet"


@pytest.mark.parametrize(("said", "number"), [("6 actually", 6), ("actually 5", 5)])
def test_a_number_and_a_word_of_doubt_is_how_many(
    buyer: FormDriver, said: str, number: int
) -> None:
    """Nobody says "actually" of a number that stays."""
    buyer.say("the loge")

    assert buyer.say(said) == ["utter_ask_confirm_order"]
    assert buyer.slots["quantity"] == number


def test_more_than_one_may_order_changes_nothing(buyer: FormDriver) -> None:
    """The two that were summed up can still be ordered."""
    buyer.say("the loge")

    said = buyer.say("and 7 more")
    assert said == ["utter_error_too_many_tickets", "utter_ask_confirm_order_again"]
    assert buyer.slots["quantity"] == 2
    assert "utter_checkout_link" in buyer.say("yes", "affirm")


def test_how_old_somebody_is_is_answered_by_the_age_of_the_show(buyer: FormDriver) -> None:
    """It is no answer to the question, and no nonsense."""
    assert buyer.say("they're 12 years old")[0].startswith("utter_fact")
    assert buyer.slots["requested_slot"] == "section"
