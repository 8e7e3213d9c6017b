"""Promotion codes of Stripe's, as far as they decide what an order costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .errors import CodeNotTaken
from .money import smallest


@dataclass(frozen=True)
class Promotion:
    """A code and its coupon: a percentage, or an amount in minor units of a currency.

    ``code`` is as the merchant wrote it. ``is_active`` is Stripe's: switched on, in time, not used
    up, its coupon valid.
    """

    id: str
    code: str
    is_active: bool
    percent_off: Decimal | None
    amount_off: int | None
    currency: str | None
    customer_id: str | None = None
    minimum_amount: int | None = None
    minimum_currency: str | None = None
    is_for_first: bool = False

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Promotion:
        """Read https://docs.stripe.com/api/promotion_codes/object, its coupon expanded.

        Before API version 2025-09-30 the coupon stood beside the code.
        """
        coupon = (data.get("promotion") or {}).get("coupon") or data.get("coupon") or {}
        rules = data.get("restrictions") or {}
        percent = coupon.get("percent_off")
        return cls(
            id=str(data["id"]),
            code=str(data["code"]),
            is_active=data.get("active") is True and coupon.get("valid") is not False,
            percent_off=None if percent is None else Decimal(str(percent)),
            amount_off=coupon.get("amount_off"),
            currency=coupon.get("currency"),
            customer_id=_id_of(data.get("customer")),
            minimum_amount=rules.get("minimum_amount"),
            minimum_currency=rules.get("minimum_amount_currency"),
            is_for_first=rules.get("first_time_transaction") is True,
        )

    def discount(self, subtotal: int, currency: str) -> int:
        """Reckon what it takes off a sum in minor units, half a unit rounded up, at most all.

        Raises CodeNotTaken where it isn't for this sum: another currency, too little.
        """
        if self.amount_off is not None and self.currency != currency:
            raise CodeNotTaken("currency")
        if self.minimum_amount is not None:
            if self.minimum_currency != currency:
                raise CodeNotTaken("currency")
            if subtotal < self.minimum_amount:
                raise CodeNotTaken("minimum", minimum=self.minimum_amount, currency=currency)
        if self.amount_off is not None:
            return min(self.amount_off, subtotal)
        step = smallest(currency)
        exact = Decimal(subtotal) * (self.percent_off or 0) / (100 * step)
        return min(int(exact.to_integral_value(ROUND_HALF_UP)) * step, subtotal)


def _id_of(value: Any) -> str | None:
    reference = value["id"] if isinstance(value, Mapping) else value
    return None if reference is None else str(reference)
