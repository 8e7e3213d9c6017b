"""Currencies: decimals, charge limits, formatting.

Source: https://docs.stripe.com/currencies.
"""

from __future__ import annotations

from decimal import Decimal

from babel.core import UnknownLocaleError
from babel.numbers import format_currency, is_currency

from stripe_standin.api.errors import ApiError, invalid_parameter

_ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
_THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
_SMALLEST = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200,
    "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50, "thb": 1000, "usd": 50,
}  # fmt: skip
# ISO 4217 begins with X what belongs to no country: gold, tests, nothing at all, and these.
_MONEY_WITH_X = frozenset("xaf xcd xcg xof xpf".split())
# Digits of the largest charge, where it isn't eight.
_DIGITS = {"idr": 12, "lbp": 11, "cop": 10, "huf": 10, "jpy": 10, "inr": 9}


def checked(currency: str, param: str) -> str:
    """The currency in lower case; raises for one that does not exist."""
    code = currency.lower()
    is_money = code[:1] != "x" or code in _MONEY_WITH_X
    if len(code) != 3 or not is_money or not is_currency(code.upper()):
        raise invalid_parameter(param, f"Invalid currency: {code[:20]}.")
    return code


def check_amount(amount: int, currency: str, param: str, subject: str = "Amount") -> None:
    """Refuses what Stripe would not charge: too little, too much, a third decimal that is not 0."""
    if amount < smallest(currency):
        floor = write(smallest(currency), currency)
        raise ApiError(
            400, f"{subject} must be at least {floor} {currency}", code="amount_too_small",
            param=param, before_work=True,
        )  # fmt: skip
    largest = 10 ** _DIGITS.get(currency, 8) - 1
    if amount > largest:
        raise ApiError(
            400, f"{subject} must be no more than {write(largest, currency)}",
            code="amount_too_large", param=param, before_work=True,
        )  # fmt: skip
    if currency in _THREE_DECIMAL and amount % 10:
        raise invalid_parameter(param, f"The last digit of an amount in {currency} must be 0.")


def smallest(currency: str) -> int:
    """The least that can be charged, in minor units."""
    return _SMALLEST.get(currency, 1)


def write(amount: int, currency: str, locale: str = "en_US") -> str:
    """An amount in minor units as people write it: `$200.00`, `¥5,000`."""
    exponent = 0 if currency in _ZERO_DECIMAL else 3 if currency in _THREE_DECIMAL else 2
    value = Decimal(amount).scaleb(-exponent)
    try:
        return str(format_currency(value, currency.upper(), locale=locale))
    except (UnknownLocaleError, ValueError):
        return str(format_currency(value, currency.upper(), locale="en_US"))
