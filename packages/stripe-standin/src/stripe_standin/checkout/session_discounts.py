"""Discounts of a Checkout Session: given when it is made, or typed on its page as a code."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors
from stripe_standin.api.errors import ApiError
from stripe_standin.checkout import totals
from stripe_standin.http.messages import Json
from stripe_standin.promotions import coupons, promotion_codes, redemption
from stripe_standin.storage.unit_of_work import Work

_UNKNOWN = "This code is invalid."


def check_params(params: dict[str, Any]) -> None:
    """Refuses a second discount, and a field for codes beside one."""
    given = params.get("discounts", [])
    if given and params.get("allow_promotion_codes") is not None:
        raise errors.invalid_parameter(
            "allow_promotion_codes",
            "You may only specify one of these parameters: allow_promotion_codes, discounts.",
        )
    if len(given) > 1:
        raise errors.invalid_parameter("discounts", "At most one discount can be specified.")
    if given and len([name for name in given[0] if given[0][name]]) != 1:
        raise errors.invalid_parameter(
            "discounts[0]", "You must specify either `coupon` or `promotion_code`."
        )


def give(work: Work, session: Json, given: list[dict[str, Any]], subtotal: int) -> list[Json]:
    """The discounts that a request asked for; raises for what may not be taken."""
    if not given:
        return []
    name = "promotion_code" if given[0].get("promotion_code") else "coupon"
    where = f"discounts[0][{name}]"
    promotion = None
    if name == "promotion_code":
        promotion = work.load(promotion_codes.KIND, given[0][name], where, 400)
        coupon = promotion_codes.coupon_of(work, promotion)
    else:
        coupon = coupons.shown(work, work.load(coupons.KIND, given[0][name], where, 400))
    wrong = redemption.problem(work, coupon, promotion, session, subtotal)
    if wrong:
        raise ApiError(400, wrong, param=where, before_work=True)
    return [_discount(coupon, promotion)]


def enter(work: Work, session: Json, code: str) -> str:
    """Takes a code that was typed on the page; returns why not, or an empty string.

    An empty code takes the discount back.
    """
    if session["status"] != "open" or not session["allow_promotion_codes"]:
        return _UNKNOWN
    if _is_under_way(work, session):
        return "Please answer your bank first."
    if not code:
        totals.apply(work, {**session, "discounts": []}, taxed=False)
        return ""
    subtotal = session["amount_subtotal"]
    wrong = _UNKNOWN
    for promotion in promotion_codes.find_active(work, code):
        coupon = promotion_codes.coupon_of(work, promotion)
        wrong = redemption.problem(work, coupon, promotion, session, subtotal)
        if not wrong:
            discounts = [_discount(coupon, promotion)]
            totals.apply(work, {**session, "discounts": discounts}, taxed=False)
            return ""
    return wrong


def _is_under_way(work: Work, session: Json) -> bool:
    """Whether the buyer's bank was asked for the sum as it is."""
    reference = session["payment_intent"]
    if not reference:
        return False
    return bool(work.load("payment_intent", reference)["status"] == "requires_action")


def _discount(coupon: Json, promotion: Json | None) -> Json:
    if promotion:
        return {"coupon": None, "promotion_code": promotion["id"]}
    return {"coupon": coupon["id"], "promotion_code": None}
