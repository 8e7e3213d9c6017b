"""Coupons (https://docs.stripe.com/api/coupons): how much is taken off."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from stripe_standin.api import errors, lists
from stripe_standin.api import params as metadata
from stripe_standin.api.params import EXPAND, METADATA, PAGING, UNSUPPORTED, integer, text
from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies
from stripe_standin.storage.unit_of_work import Call, Work, new_id

KIND = "coupon"
LIST = PAGING
CREATE = {
    "amount_off": integer(1),
    "applies_to": UNSUPPORTED,
    "currency": text(),
    "currency_options": UNSUPPORTED,
    "duration": text("forever", "once", "repeating"),
    "duration_in_months": integer(1),
    "id": text(),
    "max_redemptions": integer(1),
    "metadata": METADATA,
    "name": text(max_length=40),
    "percent_off": text(),
    "redeem_by": integer(1),
    **EXPAND,
}


def create(call: Call) -> Json:
    """Makes a coupon of a percentage or of an amount."""
    params, work = call.params, call.work
    coupon: Json = {
        "id": params.get("id") or new_id("c", 8)[2:],
        "object": KIND,
        **_worth(params),
        "created": work.now,
        "duration": params.get("duration", "once"),
        "duration_in_months": params.get("duration_in_months"),
        "livemode": False,
        "max_redemptions": params.get("max_redemptions"),
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "name": params.get("name"),
        "redeem_by": params.get("redeem_by"),
        "times_redeemed": 0,
        "valid": True,
    }
    if work.store.find(KIND, coupon["id"]):
        raise errors.invalid_parameter(
            "id", "There is a coupon with this id already.", "resource_already_exists"
        )
    work.store.insert(coupon)
    work.emit("coupon.created", coupon)
    return coupon


def retrieve(call: Call) -> Json:
    """The coupon."""
    return shown(call.work, call.work.load(KIND, call.ids["id"]))


def list_all(call: Call) -> Json:
    """Coupons, newest first."""
    return lists.page(call, KIND, "/v1/coupons", show=lambda one: shown(call.work, one))


def shown(work: Work, coupon: Json) -> Json:
    """The coupon with what the clock and its redemptions make of `valid`."""
    used_up = coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"]
    over = coupon["redeem_by"] and coupon["redeem_by"] <= work.now
    return {**coupon, "valid": not used_up and not over}


def discount(coupon: Json, subtotal: int) -> int:
    """What it takes off a sum in minor units, half a unit rounded up; never more than the sum."""
    if coupon["amount_off"] is not None:
        return min(int(coupon["amount_off"]), subtotal)
    exact = Decimal(subtotal) * Decimal(str(coupon["percent_off"])) / 100
    return int(exact.to_integral_value(ROUND_HALF_UP))


def _worth(params: dict[str, Any]) -> Json:
    percent, amount = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (amount is None):
        raise errors.invalid_parameter(
            "percent_off", "You must pass either `amount_off` or `percent_off`, and not both."
        )
    if amount is not None:
        if not params.get("currency"):
            raise errors.missing_parameter("currency")
        currency = currencies.checked(params["currency"], "currency")
        return {"amount_off": amount, "currency": currency, "percent_off": None}
    return {"amount_off": None, "currency": None, "percent_off": _percent(str(percent))}


def _percent(given: str) -> float:
    try:
        percent = Decimal(given)
    except InvalidOperation:
        percent = Decimal(0)
    if not percent.is_finite() or not 0 < percent <= 100:
        raise errors.invalid_parameter(
            "percent_off", "`percent_off` must be more than 0 and at most 100."
        )
    return float(percent)
