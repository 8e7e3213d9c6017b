"""Days as people say them: periods, holidays, and words of the day that are no time of a show."""

from __future__ import annotations

from datetime import date

import pytest

from tests.flows.catalog import NOW
from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.clauses import split_clauses
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.times.dates import When, parse_when

__all__ = ["shop"]

TODAY = NOW.date()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("anything before xmas?", TODAY, date(2026, 12, 23)),
        ("something on over christmas", date(2026, 12, 24), date(2026, 12, 26)),
        ("we're free after new year's eve", date(2027, 1, 1), None),
        ("a night out over easter", date(2027, 3, 26), date(2027, 3, 29)),
        ("only before the 12th", TODAY, date(2026, 12, 11)),
        ("from friday to sunday", date(2026, 12, 4), date(2026, 12, 6)),
        ("between saturday and tuesday", date(2026, 12, 5), date(2026, 12, 8)),
        ("i'm here from march 4 to march 10", date(2027, 3, 4), date(2027, 3, 10)),
        ("from the 3rd until the 10th of may", date(2027, 5, 3), date(2027, 5, 10)),
        ("anything from may to july", date(2027, 5, 1), date(2027, 7, 31)),
        ("it has to be by friday", TODAY, date(2026, 12, 4)),
        ("i'm in town in two weeks", date(2026, 12, 14), date(2026, 12, 20)),
        ("a fortnight from now", date(2026, 12, 14), date(2026, 12, 20)),
        ("in 10 days", date(2026, 12, 11), date(2026, 12, 11)),
        ("within a month", TODAY, date(2026, 12, 31)),
        ("in the next few weeks", TODAY, date(2026, 12, 22)),
        ("what's on next week", date(2026, 12, 7), date(2026, 12, 13)),
        ("the week after next", date(2026, 12, 14), date(2026, 12, 20)),
        ("the day after tomorrow", date(2026, 12, 3), date(2026, 12, 3)),
        ("any time next year", date(2027, 1, 1), date(2027, 12, 31)),
    ],
)
def test_a_period_is_read_as_it_is_said(text: str, first: date, last: date | None) -> None:
    """Holidays, so many days or weeks from now, and what a "before" or "by" makes of a day."""
    when = parse_when(text, NOW)

    assert (when.first, when.last) == (first, last)
    assert (when.month, when.day, when.weekday) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "a present for christmas",
        "before the show we eat",
        "in row two",
        "two weeks in advance",
        "the 2nd one",
        "played by the band",
    ],
)
def test_control_words_that_name_no_day(text: str) -> None:
    """A present for Christmas may be for a show in spring."""
    assert not parse_when(text, NOW)


def test_a_day_beside_a_period_still_counts() -> None:
    """Only what stands behind the "before" is its end."""
    when = parse_when("a saturday before the 20th", NOW)

    assert (when.weekday, when.first, when.last) == (5, TODAY, date(2026, 12, 19))


@pytest.mark.parametrize(
    "text",
    [
        "good evening, two tickets please",
        "evening!",
        "evening. tickets for the ballet?",
        "an evening out for our office",
        "have a lovely evening",
        "may i come in an evening dress",
    ],
)
def test_an_evening_that_is_no_time_of_a_show(text: str) -> None:
    """A greeting, what is hoped for somebody, or what one does or wears."""
    assert not parse_when(text, NOW)


def test_a_greeting_in_front_is_no_clause_of_its_own() -> None:
    """Alone it would be read as the time of a show; "evening" as an answer is one."""
    greeted = split_clauses("Evening. Do you have an opera?", lambda _: True)
    answered = split_clauses("evening", lambda _: False)

    assert (greeted.statement, greeted.questions) == ("", ("Do you have an opera?",))
    assert answered.statement == "evening"


@pytest.mark.parametrize(
    "text", ["any evening shows?", "an evening performance", "the evening one", "evening"]
)
def test_control_an_evening_that_is_one(text: str) -> None:
    """As an answer to "matinee or evening?", too."""
    assert parse_when(text, NOW) == When(is_evening=True)


def test_weeks_are_no_number_of_tickets() -> None:
    """Neither in figures nor in words."""
    assert parse_quantity("anything in 2 weeks?", asked=False) is None
    assert parse_quantity("anything in two weeks?", asked=False) is None


def test_an_evening_out_may_be_a_matinee(shop: Container) -> None:
    """They were offered only the performance that is called so."""
    buyer = FormDriver(shop)

    buyer.say("what is on in february for an evening out?", "browse_events")

    assert {"Harbor Lights (matinee)", "Harbor Lights (evening)"} <= _listed(buyer)


def test_shows_after_a_holiday_are_those_after_it(shop: Container) -> None:
    """And none before it."""
    buyer = FormDriver(shop)

    buyer.say("which shows are on after easter?", "browse_events")

    assert "The Magic Flute" in _listed(buyer)
    assert not {"Lakers vs Warriors", "Swan Lake"} & _listed(buyer)


def test_control_an_evening_performance_is_listed_alone(shop: Container) -> None:
    """The matinee of that day is not."""
    buyer = FormDriver(shop)

    buyer.say("any evening shows in february?", "browse_events")

    assert _listed(buyer) == {"Harbor Lights (evening)"}


def _listed(buyer: FormDriver) -> set[str]:
    """Return the titles of the buttons of the last answers."""
    return {button["title"] for one in buyer.answers for button in one.get("buttons") or ()}
