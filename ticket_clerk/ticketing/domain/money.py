"""Money is integer minor units inside, major units outside; the two meet only here.

Exponents, the three-decimal rule, the two currencies that are sent with a constant ``00`` and the
largest sums are Stripe's: https://docs.stripe.com/currencies. Names, symbols and the forms people
read are Babel's (CLDR).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.core import get_global
from babel.numbers import format_currency, get_territory_currencies

from .errors import InvalidAmount

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
# Sent in hundredths although they have none: 5 is 500, and 5.50 does not exist.
WHOLE_ONLY = frozenset({"isk", "ugx"})
# How many digits the largest charge has in minor units, where it isn't eight.
_DIGITS = {"idr": 12, "lbp": 11, "cop": 10, "huf": 10, "jpy": 10, "inr": 9}

# Narrower than Decimal's own: no blanks, underscores, exponents or digits of other scripts.
_TEXT = re.compile(r"-?([0-9]+(\.[0-9]+)?|\.[0-9]+)")
# Money somewhere since 2015: Babel's whole list has gold, "no currency" and the Mark in it, too.
_KNOWN = frozenset(
    code.lower()
    for territory in get_global("territory_currencies")
    for code in get_territory_currencies(territory, date(2015, 1, 1), date(2035, 1, 1))
) | {"svc"}  # Stripe takes it; El Salvador itself pays in dollars

Amount = Decimal | int | float | str


def exponent(currency: str) -> int:
    """Number of decimals between Stripe's minor unit and the major unit.

    Raises:
        InvalidAmount: the currency is not a lower-case ISO 4217 code.
    """
    if currency not in _KNOWN:
        raise InvalidAmount(
            "currency must be a lower-case ISO 4217 code such as usd", field="currency"
        )
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def maximum(currency: str) -> int:
    """Largest charge that Stripe takes in a currency, in minor units.

    Eight digits, and more where a unit is small:
    https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts. The smallest depends on
    the account and is Stripe's to say.

    Raises:
        InvalidAmount: the currency is not a lower-case ISO 4217 code.
    """
    exponent(currency)
    largest: int = 10 ** _DIGITS.get(currency, 8) - 1
    return largest


def to_minor(amount: Amount, currency: str) -> int:
    """Convert major units to minor units, exactly or not at all.

    ``float`` is read by its shortest repr, so 19.99 is 1999 and 0.1 + 0.2 is refused.

    Raises:
        InvalidAmount: not a finite number, not positive, more decimals than the currency has
            (three-decimal currencies must end in 0), above Stripe's largest, or an unknown
            currency. Nothing is rounded.
    """
    digits, largest = exponent(currency), maximum(currency)
    value = _as_decimal(amount)
    if value <= 0:
        raise InvalidAmount("amount must be above zero", field="amount")
    # Compared before scaling: 1e999999999 must not be spelled out.
    if value > to_major(largest, currency):
        raise InvalidAmount("amount is above the largest that Stripe takes", field="amount")
    shown = {**dict.fromkeys(WHOLE_ONLY, 0), **dict.fromkeys(THREE_DECIMAL, 2)}.get(
        currency, digits
    )
    if value != value.quantize(Decimal(1).scaleb(-shown)):
        raise InvalidAmount(
            f"amount has more than {shown} decimals, which {currency} does not have",
            field="amount",
        )
    return int(value.scaleb(digits))


def to_major(minor: int, currency: str) -> Decimal:
    """Convert minor units to major units with the currency's own number of decimals."""
    return Decimal(minor).scaleb(-exponent(currency))


def format_amount(minor: int, currency: str, locale: str = "en_US") -> str:
    """Write an amount as people of the locale read it, e.g. ``$200.00`` or ``¥500``."""
    return str(format_currency(to_major(minor, currency), currency.upper(), locale=locale))


def smallest(currency: str) -> int:
    """Smallest amount that Stripe moves in a currency, in minor units; all others are multiples."""
    if currency in WHOLE_ONLY:
        return 100
    return 10 if currency in THREE_DECIMAL else 1


def share_of(total: int, parts: int, of: int, currency: str) -> int:
    """What the first ``parts`` of ``of`` equal parts come to, in minor units.

    Rounded down to what Stripe can move, so that all parts together are the total.
    """
    step = smallest(currency)
    return total if parts == of else total * parts // (of * step) * step


def split(amount: int, weights: Sequence[int], currency: str) -> list[int]:
    """Divide an amount by weights, in minor units, so that the parts add up to it exactly.

    Each part is its share rounded down to what Stripe can move; what is left over goes, a unit
    each, to those that lost most by that (largest remainder), the first of equals first.
    """
    step, whole = smallest(currency), sum(weights)
    if not whole:
        return [amount, *[0] * (len(weights) - 1)]
    units = amount // step
    parts = [units * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda i: -(units * weights[i] % whole))
    for i in lost[: units - sum(parts)]:
        parts[i] += 1
    parts = [part * step for part in parts]
    # What is no multiple of the smallest sum can't be divided.
    parts[lost[0]] += amount - sum(parts)
    return parts


def fee_of(rule: str, price: int, currency: str) -> int:
    """Compute what a refund fee keeps of a ticket's price, both in minor units.

    ``rule`` is an amount (``5.00``) or a percentage (``10%``), which is rounded half up to what
    Stripe can move. Never more than the price.

    Raises:
        InvalidAmount: the rule is neither, or above 100%.
    """
    if not rule.endswith("%"):
        return 0 if _as_decimal(rule) == 0 else min(to_minor(rule, currency), price)
    percent = _as_decimal(rule[:-1])
    if not 0 <= percent <= 100:
        raise InvalidAmount("a percentage must be from 0% to 100%", field="amount")
    step = smallest(currency)
    steps = (price * percent / (100 * step)).quantize(Decimal(1), ROUND_HALF_UP)
    return min(int(steps) * step, price)


def _as_decimal(amount: Amount) -> Decimal:
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | float | str):
        raise InvalidAmount("amount must be a number", field="amount")
    if isinstance(amount, str) and not _TEXT.fullmatch(amount):
        raise InvalidAmount("amount must be a number", field="amount")
    text = repr(amount) if isinstance(amount, float) else str(amount)
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise InvalidAmount("amount must be a number", field="amount") from None
    if not value.is_finite():
        raise InvalidAmount("amount must be a finite number", field="amount")
    return value
