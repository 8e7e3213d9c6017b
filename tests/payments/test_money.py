"""Money is exact or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.payments.errors import InvalidAmount
from integrations.payments.money import MAXIMUM, format_amount, to_major, to_minor


@given(st.integers(min_value=1, max_value=MAXIMUM), st.sampled_from(["usd", "eur", "jpy", "krw"]))
def test_to_major_then_to_minor_gives_back_every_amount(minor: int, currency: str) -> None:
    """Converting there and back loses nothing."""
    assert to_minor(to_major(minor, currency), currency) == minor


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
        (True, "usd"),
        (None, "usd"),
        (5, "USD"),
        (5, "xyz"),
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
