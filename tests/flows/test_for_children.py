"""Shows for children: the ages from which shows are narrow down what is told."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.times.ages import looks_for_child, parse_ages

__all__ = ["shop", "start"]

NOW = datetime(2026, 11, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "is there something for a girl of six?",
        "My niece is 6. Would you have anything for her?",
        "any shows for our 6-year-old?",
    ],
)
@pytest.mark.parametrize("guess", ["out_of_scope", "browse_events", "nlu_fallback"])
def test_for_an_age_it_is_told_which_shows_let_that_in(
    shop: Container, text: str, guess: str
) -> None:
    """And which do not, and of which it isn't known."""
    driver = FormDriver(shop)

    assert "utter_shows_at_age" in driver.say(text, guess)
    assert "Swan Lake" in driver.read_all()


@pytest.mark.parametrize("text", ["shows for children please", "what have you for kids?"])
def test_for_children_of_no_age_each_age_is_told(shop: Container, text: str) -> None:
    """The buyer knows how old theirs are."""
    driver = FormDriver(shop)

    assert driver.say(text, "browse_events") == ["utter_facts"]
    assert "from 5" in driver.read_all()


@pytest.mark.parametrize(
    "text",
    [
        "two tickets for the kids",
        "anything cheaper for children?",
        "a show for my wife and me",
        "something to eat for the boys",
    ],
)
def test_what_is_no_search_for_children_is_none(text: str) -> None:
    """Prices, food and how many are other questions."""
    assert not looks_for_child(text)


@pytest.mark.parametrize(
    ("text", "ages"),
    [("my son is 9. Is it loud?", [9]), ("he's 9 and loves it", [9]), ("it is 7.30", [])],
)
def test_an_age_ends_with_its_sentence(text: str, ages: list[int]) -> None:
    """A time of day is none."""
    assert parse_ages(text) == ages


@pytest.mark.parametrize(
    ("text", "is_day"),
    [
        ("a ticket for my niece, who turns twelve this month", False),
        ("for dad, he is turning 70 on Friday", False),
        ("he turns up on Friday", True),
        ("for his birthday, on Friday", True),
    ],
)
def test_the_day_on_which_somebody_gets_older_is_no_shows(text: str, is_day: bool) -> None:
    """Unless it is a day on which they want to go."""
    assert bool(parse_hints(text, [], NOW).when) is is_day
