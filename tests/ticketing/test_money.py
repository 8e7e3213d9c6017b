"""Money is exact or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_clerk.ticketing.domain.errors import InvalidAmount
from ticket_clerk.ticketing.domain.money import (
    THREE_DECIMAL,
    WHOLE_ONLY,
    ZERO_DECIMAL,
    exponent,
    format_amount,
    maximum,
    to_major,
    to_minor,
)

MORE_THAN_EIGHT_DIGITS = {"idr": 12, "lbp": 11, "cop": 10, "huf": 10, "jpy": 10, "inr": 9}
CURRENCIES = st.sampled_from(
    sorted({"usd", "eur", "gbp", *MORE_THAN_EIGHT_DIGITS, *ZERO_DECIMAL, *THREE_DECIMAL})
)


def _step(currency: str) -> int:
    """Smallest difference, in minor units, between two sums that exist."""
    return {**dict.fromkeys(THREE_DECIMAL, 10), **dict.fromkeys(WHOLE_ONLY, 100)}.get(currency, 1)


@given(st.data(), CURRENCIES | st.sampled_from(sorted(WHOLE_ONLY)))
def test_to_major_then_to_minor_gives_back_every_amount(data: st.DataObject, currency: str) -> None:
    """There and back loses nothing, as a Decimal, a text or a float."""
    step = _step(currency)
    minor = step * data.draw(st.integers(1, maximum(currency) // step))
    major = to_major(minor, currency)

    assert to_minor(major, currency) == minor
    assert to_minor(str(major), currency) == minor
    assert to_minor(float(major), currency) == minor


@given(CURRENCIES)
def test_the_largest_sum_is_taken_and_the_next_one_is_not(currency: str) -> None:
    """Eight digits, or as many more as Stripe takes in that currency."""
    assert len(str(maximum(currency))) == MORE_THAN_EIGHT_DIGITS.get(currency, 8)
    largest = maximum(currency) // _step(currency) * _step(currency)

    assert to_minor(to_major(largest, currency), currency) == largest
    with pytest.raises(InvalidAmount, match="above the largest"):
        to_minor(to_major(largest + _step(currency), currency), currency)


@given(st.decimals(allow_nan=True, allow_infinity=True) | st.floats(), CURRENCIES)
def test_any_number_is_converted_exactly_or_refused(amount: Decimal | float, currency: str) -> None:
    """Whatever comes out is worth what went in, to the last digit."""
    try:
        minor = to_minor(amount, currency)
    except InvalidAmount:
        return
    assert 0 < minor <= maximum(currency)
    assert Decimal(minor) == Decimal(str(amount)).scaleb(exponent(currency))


@given(st.text(max_size=12))
def test_any_text_is_a_sum_or_an_invalid_amount(text: str) -> None:
    """No other error, and no text becomes money by accident."""
    try:
        minor = to_minor(text, "usd")
    except InvalidAmount:
        return
    assert Decimal(minor) == Decimal(text) * 100


@given(st.integers(min_value=1, max_value=9_999_999))
def test_three_decimal_currencies_take_only_amounts_that_end_in_zero(hundredths: int) -> None:
    """Stripe wants the last of three decimals to be 0."""
    amount = Decimal(hundredths).scaleb(-2)

    assert to_minor(amount, "kwd") == hundredths * 10
    with pytest.raises(InvalidAmount):
        to_minor(amount + Decimal("0.001"), "kwd")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (100.00, "usd", 10000),
        (19.99, "usd", 1999),
        ("200.00", "usd", 20000),
        (Decimal("0.50"), "eur", 50),
        (500, "jpy", 500),
        (9_999_999_999, "jpy", 9_999_999_999),
        ("9999999999.99", "idr", 999_999_999_999),
        (5, "isk", 500),
        (5, "ugx", 500),
        ("5.120", "kwd", 5120),
    ],
)
def test_to_minor_reads_what_people_write(
    amount: Decimal | float | str, currency: str, minor: int
) -> None:
    """Floats are read by their shortest repr, and each currency has its own decimals."""
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        (0.1 + 0.2, "usd"),
        ("10.001", "usd"),
        ("500.5", "jpy"),
        ("5.50", "isk"),
        ("5.50", "ugx"),
        ("5.124", "kwd"),
        (0, "usd"),
        (-5, "usd"),
        ("NaN", "usd"),
        (float("inf"), "usd"),
        ("1e999999999", "usd"),
        (1_000_000, "usd"),
        ("a lot", "usd"),
        ("1_000", "usd"),
        ("1,000", "usd"),
        ("1e2", "usd"),
        (" 5", "usd"),
        ("\N{ARABIC-INDIC DIGIT FIVE}", "usd"),
        (10_000_000, "inr"),
        (10_000_000_000, "jpy"),
        (True, "usd"),
        (None, "usd"),
        (5, "USD"),
        (5, "xyz"),
        (5, "xxx"),
        (5, "xau"),
        (5, "dem"),
    ],
)
def test_to_minor_refuses_rather_than_rounds(amount: object, currency: str) -> None:
    """What is not exactly a sum of money is an error."""
    with pytest.raises(InvalidAmount):
        to_minor(amount, currency)  # type: ignore[arg-type]


def test_amounts_are_shown_in_the_currencys_own_form() -> None:
    """People read symbols, separators and no decimals where there are none."""
    assert format_amount(40000, "usd") == "$400.00"
    assert format_amount(123456700, "usd") == "$1,234,567.00"
    assert format_amount(500, "jpy") == "¥500"
