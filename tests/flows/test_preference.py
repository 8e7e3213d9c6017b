"""A preference of place, kind or price is kept over turns, said, and dropped by a word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.asking.preferences import parse_preference, points_at_place

__all__ = ["shop"]


@pytest.fixture
def ana(shop: Container) -> FormDriver:
    """Somebody who asks around."""
    return FormDriver(shop)


def _listed(buyer: FormDriver) -> str:
    return "\n".join(str(one["shows"]) for one in buyer.answers if "shows" in one)


@pytest.mark.parametrize(
    "text",
    [
        "I'm in New York",
        "we live in new york, what have you got?",
        "only in new york please",
        "We'll be in New York that month. Anything on?",
        "I'm staying near New York",
    ],
)
@pytest.mark.parametrize("guess", ["inform", "browse_events", "nlu_fallback"])
def test_where_somebody_is_holds_for_later_lists(ana: FormDriver, text: str, guess: str) -> None:
    """And the answer says so."""
    ana.say(text, guess)

    said = ana.say("what's on on Saturdays?", "browse_events")

    assert said[0] == "utter_as_preferred"
    assert "in New York" in ana.read_all()
    assert "Harbor Lights" in _listed(ana)
    assert "Chicago" not in _listed(ana)


def test_where_somebody_only_looks_does_not(ana: FormDriver) -> None:
    """The control: a question is one."""
    ana.say("any shows in new york?", "browse_events")

    assert "utter_as_preferred" not in ana.say("what's on on Saturdays?", "browse_events")
    assert "Chicago" in _listed(ana)


@pytest.mark.parametrize(
    "text",
    ["anywhere else?", "and in other cities?", "show me all the cities", "everything please"],
)
@pytest.mark.parametrize("guess", ["inform", "browse_events", "nlu_fallback"])
def test_a_word_drops_it(ana: FormDriver, text: str, guess: str) -> None:
    """All is listed then, and from then on."""
    ana.say("I'm in New York", "inform")

    ana.say(text, guess)

    assert "Chicago" in _listed(ana)
    assert ana.slots["preference"] is None
    assert "utter_as_preferred" not in ana.say("what's on on Saturdays?", "browse_events")


def test_another_place_asked_for_goes_before_it_once(ana: FormDriver) -> None:
    """The next question is about the first again."""
    ana.say("we live in Chicago", "inform")
    ana.say("what's on in Boston?", "browse_events")
    assert "Red Sox" in _listed(ana)

    ana.say("and on Saturdays?", "browse_events")

    assert "Swan Lake" in _listed(ana)
    assert "Red Sox" not in _listed(ana)


def test_what_there_is_only_elsewhere_is_said_and_listed(ana: FormDriver) -> None:
    """Nobody is told that there is nothing at all."""
    ana.say("we live in Chicago", "inform")

    said = ana.say("any comedy?", "browse_events")

    assert said[0] == "utter_none_preferred"
    assert "Priya Nair" in _listed(ana)


@pytest.mark.parametrize(
    ("text", "asked", "there", "gone"),
    [
        ("we only like sports", "what's on in spring?", "Red Sox", "Swan Lake"),
        ("we can spend 60 dollars each at most", "what's on?", "Priya Nair", "Lakers"),
        ("only in chicago, and only ballet", "what's on on Saturdays?", "Swan Lake", "Red Sox"),
    ],
)
def test_so_it_is_with_kind_and_price(
    ana: FormDriver, text: str, asked: str, there: str, gone: str
) -> None:
    """By the same mechanism."""
    ana.say(text, "inform")

    assert "utter_as_preferred" in ana.say(asked, "browse_events")
    assert there in _listed(ana)
    assert gone not in _listed(ana)


def test_who_orders_is_offered_what_is_preferred(ana: FormDriver) -> None:
    """A show that is named is taken, wherever it is."""
    ana.say("I'm in New York", "inform")

    ana.say("I want tickets", "buy_tickets")
    assert "Chicago" not in _listed(ana)
    assert ana.say("swan lake", "inform") == ["utter_ask_section"]


@pytest.mark.parametrize(
    "text",
    [
        "2 tickets for the musical in new york",
        "is the new york one any good?",
        "he sings in the opera choir",
        "only 2 for the lakers",
        "our budget is 200 in total",
    ],
)
def test_what_is_no_preference(shop: Container, text: str) -> None:
    """The control: orders, questions, other people, a sum for all."""
    assert not parse_preference(text, queries.catalog(shop).shows, shop.now())


@pytest.mark.parametrize(
    "value", ["New York", 7, {"cities": "x"}, {"at": "never", "cities": ["New York"]}, []]
)
def test_any_value_of_the_slot_is_safe(ana: FormDriver, value: Any) -> None:
    """What can't be read is no preference."""
    ana.slots["preference"] = value

    assert ana.say("what's on?", "browse_events") == ["utter_shows"]


def test_a_preference_of_another_day_is_none(ana: FormDriver, shop: Container) -> None:
    """Sessions never end, but a visit to a town does."""
    at = (shop.now() - timedelta(days=1)).isoformat()
    ana.slots["preference"] = {"cities": ["New York"], "kinds": [], "budget": None, "at": at}

    assert ana.say("what's on?", "browse_events") == ["utter_shows"]


@pytest.mark.parametrize("before", ["is there anything in New York?", "I'm in New York"])
def test_a_list_for_a_place_that_is_pointed_at_keeps_to_it(ana: FormDriver, before: str) -> None:
    """Nothing is on there in spring: what there is is listed, and no other place."""
    ana.say(before, "browse_events")

    said = ana.say("what's on there in spring?", "browse_events")

    assert said == ["utter_as_preferred", "utter_no_show_fits"]
    assert "in New York" in ana.read_all()
    assert "Harbor Lights" in _listed(ana)
    assert "Chicago" not in _listed(ana)


def test_without_pointing_at_it_all_places_are_listed(ana: FormDriver) -> None:
    """The control: a place that was asked for once is left by the next question."""
    ana.say("is there anything in New York?", "browse_events")

    ana.say("what's on in spring?", "browse_events")

    assert "Chicago" in _listed(ana)


@pytest.mark.parametrize(
    "text", ["is there anything in spring?", "there are four of us", "hi there", "what's there?"]
)
def test_there_is_is_no_place(text: str) -> None:
    """The control."""
    assert not points_at_place(text)
