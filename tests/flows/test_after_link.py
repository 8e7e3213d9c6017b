"""Utterances right after a checkout link are mostly about its order."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.answers import is_question
from ticket_clerk.understanding.order_changes import adds_order, changes_order


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer who has just received the link for two seats in section 101."""
    driver = FormDriver(container)
    driver.say("lakers, section 101, 2 tickets", "buy_tickets")
    driver.say("yes", "affirm")
    return driver


@pytest.mark.parametrize(
    ("text", "intent", "facts"),
    [
        ("too far away, 201 then", "buy_tickets", ("2 ×", "Section 201")),
        ("is 201 still free? then that one", "ask_show", ("2 ×", "Section 201")),
        ("any room in section 201? if so put us there", "browse_events", ("Section 201",)),
        ("that's too expensive, section 201 rather", "ask_price", ("Section 201",)),
        ("forget that one, the last seat", "inform", ("Last Seat",)),
        ("los angeles is too far, swan lake matinee then", "buy_tickets", ("2 ×", "Swan Lake")),
        ("swan lake matinee", "inform", ("2 ×", "Swan Lake")),
        ("we'd prefer 201", "inform", ("Section 201",)),
    ],
)
def test_another_wish_is_a_change(
    sam: FormDriver, text: str, intent: str, facts: tuple[str, ...]
) -> None:
    """The old order is named in the summary, so nobody is left with two."""
    assert sam.say(text, intent)[-1] in {"utter_ask_confirm_replacement", "utter_ask_quantity"}
    if sam.answers[-1]["response"] == "utter_ask_quantity":
        sam.say("1")
    assert "Instead of order" in sam.read_all()
    assert [fact for fact in facts if fact not in sam.read_all()] == []


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("1 for swan lake matinee", "inform"),
        ("tickets for swan lake matinee please", "buy_tickets"),
        ("2 tickets for the swan lake matinee, too", "buy_tickets"),
    ],
)
def test_a_whole_new_wish_is_an_order_besides(sam: FormDriver, text: str, intent: str) -> None:
    """A show with its number, the word for buying, or "too" want no less than before."""
    sam.say(text, intent)
    assert sam.slots["replaces_order"] is None


@pytest.mark.parametrize(
    ("text", "intent", "response"),
    [
        ("how much is section 201?", "ask_price", "utter_prices"),
        ("where is it?", "ask_show", "utter_about_address"),
        ("what's on in chicago?", "browse_events", "utter_shows_found"),
    ],
)
def test_a_question_is_answered_and_changes_nothing(
    sam: FormDriver, text: str, intent: str, response: str
) -> None:
    """It is about the show that was ordered if it names none."""
    assert sam.say(text, intent) == [response]
    assert not sam.active_loop


@pytest.mark.parametrize(
    "text", ["too far away", "that's too dear for us", "scrap that", "X then", "not that one"]
)
def test_words_that_turn_something_down_want_a_change(text: str) -> None:
    """ "Too" is "also" only at the end."""
    assert changes_order(text)
    assert not adds_order(text)
    assert adds_order("for my wife too")


def test_a_question_with_its_consequence_is_a_wish() -> None:
    """Who asks and goes on as if the answer were yes wants it."""
    assert not is_question("is the box free? then we take it")
    assert is_question("is the box free? what does it cost?")


def test_a_goodbye_that_names_a_show_is_none(sam: FormDriver) -> None:
    """ "Got the last seat?" resembles "got to go"."""
    assert set(sam.say("got swan lake?", "goodbye")) == {"utter_show_facts"}
    assert sam.say("got to go", "goodbye") == ["utter_goodbye"]
