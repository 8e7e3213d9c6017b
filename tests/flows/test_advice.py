"""Advice: what is next, dearest or nearly gone; days, budgets and sums in any words."""

from __future__ import annotations

from datetime import date

import pytest

from actions.actions import ActionRespond
from tests.flows.catalog import NOW
from tests.flows.conversation import Conversation
from tests.flows.form_driver import FormDriver
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.payments.budget import parse_budget
from ticket_clerk.understanding.times.dates import parse_when


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """Somebody who has just come in."""
    return FormDriver(container)


@pytest.mark.parametrize(
    ("text", "response", "first"),
    [
        ("what's the next thing that you have?", "utter_next_shows", "Lakers"),
        ("what are the most expensive tickets you sell?", "utter_dearest_shows", "Lakers"),
        ("is anything nearly sold out?", "utter_scarcest_shows", "The Last Seat"),
        ("what would you recommend?", "utter_recommendation", "Lakers"),
    ],
)
def test_advice_is_asked_in_any_words(
    sam: FormDriver, text: str, response: str, first: str
) -> None:
    """Whatever Rasa takes it for; what was listed can be named next."""
    assert sam.say(text, "nlu_fallback") == [response]
    listed = sam.read_all().split("• ")
    assert listed[1].startswith(first)
    assert len(listed) <= 6


def test_advice_about_a_show_that_is_being_bought_is_about_its_sections(sam: FormDriver) -> None:
    """Nobody leaves the show by asking for its best seats."""
    sam.say("tickets for the lakers game", "buy_tickets")

    said = sam.say("what are the most expensive seats?", "nlu_fallback")

    assert said == ["utter_prices", "utter_ask_section_again"]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("a saturday in january or february", date(2027, 1, 1), date(2027, 2, 28)),
        ("something in spring", date(2027, 3, 1), date(2027, 5, 31)),
        ("this winter", date(2026, 12, 1), date(2027, 2, 28)),
        ("after march 10", date(2027, 3, 11), None),
        ("from april on", date(2027, 4, 1), None),
        ("before june", NOW.date(), date(2027, 5, 31)),
        ("by the end of may", NOW.date(), date(2027, 5, 31)),
        ("until january 15", NOW.date(), date(2027, 1, 15)),
    ],
)
def test_stretches_of_days_are_read(text: str, first: date, last: date | None) -> None:
    """Two months, seasons, and before or after a date."""
    when = parse_when(text, NOW)

    assert (when.first, when.last) == (first, last)
    assert (when.month, when.day) == (None, None)


def test_control_a_date_alone_is_that_date() -> None:
    """Only a word before it makes a stretch."""
    when = parse_when("march 10, and after the show we eat", NOW)

    assert (when.month, when.day, when.first, when.last) == (3, 10, None, None)
    assert not parse_when("we may or may not come", NOW)


@pytest.mark.parametrize(
    ("text", "each"), [("around $150 for two of us", 75), ("about $90", 90), ("about 5", None)]
)
def test_a_sum_around_which_it_may_cost(text: str, each: int | None) -> None:
    """Only what is money is a sum; for several people it is shared."""
    assert parse_budget(text) == each


def test_a_price_for_several_is_told_as_a_sum(container: Container) -> None:
    """Of the section that is named."""
    sam = Conversation()
    sam.receive("what would 3 tickets in section 101 for the lakers cost?", "ask_price")

    sam.run(ActionRespond(container))

    assert sam.responses == ["utter_prices"]
    assert "$200.00, 3 for $600.00" in sam.read()
    assert "Section 318" not in sam.read()


def test_the_sum_of_several_orders_is_told(sam: FormDriver) -> None:
    """Of what goes on; one order has none."""
    for order in ("2 lakers section 101", "1 swan lake matinee"):
        sam.say(order, "buy_tickets")
        sam.say("yes", "affirm")

    said = sam.say("show me my orders", "show_orders")

    assert said == ["utter_order_open", "utter_order_open", "utter_orders_total"]
    assert "$485.50" in sam.read_all()
