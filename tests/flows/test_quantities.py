"""Parsing of the number of tickets."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.understanding.quantities import parse_quantity

SAID = {
    "2": "2",
    "two": "2",
    "just one please": "1",
    "twenty-five": "25",
    "a couple": "2",
    "a pair": "2",
    "half a dozen": "6",
    "a dozen": "12",
    "both of us": "2",
    "me and my wife": "2",
    "my girlfriend and me": "2",
    "me and 2 friends": "3",
    "2 adults and 1 kid": "3",
    "for myself": "1",
    "two for myself": "2",
    "the stalls, one for Leo and one for me": "2",
    "2 for us, one for my aunt and 1 for the boss": "4",
    "ten of us": "10",
    "x3": "3",
    "0": "0",
    "zero": "0",
    "-1": "-1",
    "minus two": "-2",
    "2.5": "2.5",
    "two and a half": "2.5",
    "a million": "1000000",
    "1,000": "1000",
    "no, 3": "3",
    "two, no, make it four": "4",
}
NO_NUMBER = [
    "",
    "the other one",
    "the first one",
    "section 101",
    "january 15",
    "on the 9th",
    "at 7:30pm",
    "3/14",
    "under $100",
    "50 dollars",
    "the 200 dollar ones",
    "the cheap ones",
    "ord_12345678901234567",
    "two or three",
    "how many are left",
    "a couple of questions",
    "send the money 2 my other card",
    "r u 4 real",
]


@pytest.mark.parametrize("text", SAID)
def test_when_asked_any_way_to_say_a_number_is_understood(text: str) -> None:
    """Digits, words and idioms; what cannot be sold is parsed too, so that it can be refused."""
    assert parse_quantity(text, asked=True) == Decimal(SAID[text])


@pytest.mark.parametrize("text", NO_NUMBER)
def test_numbers_of_other_things_are_not_tickets(text: str) -> None:
    """Dates, times, sections, prices, order numbers and pronouns are no answer to "how many"."""
    assert parse_quantity(text, asked=True) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("I'd like to buy 2 tickets for the Lakers game", 2),
        ("two for swan lake", 2),
        ("swan lake for 3", 3),
        ("4 seats in section 101 on january 15", 4),
        ("make that three", 3),
        ("red sox, 2, bleachers", 2),
        ("swan lake. two. loge.", 2),
        ("me and my wife want to see swan lake", 2),
    ],
)
def test_unasked_a_number_counts_beside_words_for_tickets(text: str, number: int) -> None:
    """One sentence may say it all."""
    assert parse_quantity(text, asked=False) == number


@pytest.mark.parametrize("text", ["ocean's 11 please", "terminal 5 in new york"])
def test_unasked_a_number_of_something_else_is_left_alone(text: str) -> None:
    """A number without a word for tickets near it may be anything."""
    assert parse_quantity(text, asked=False) is None


@given(st.integers(min_value=0, max_value=10**6))
def test_every_whole_number_in_digits_is_understood_as_itself(number: int) -> None:
    """Alone, with "tickets" and with a comma in it."""
    assert parse_quantity(str(number), asked=True) == number
    assert parse_quantity(f"{number} tickets", asked=False) == number
    assert parse_quantity(f"{number:,} tickets please", asked=False) == number


@given(st.text(max_size=80), st.booleans())
def test_no_text_breaks_it(text: str, asked: bool) -> None:
    """Whatever is typed, the answer is a finite number or None."""
    number = parse_quantity(text, asked=asked)

    assert number is None or number.is_finite()
