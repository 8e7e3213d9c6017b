"""Whether a coupon or code may be taken for a Checkout Session, and that it was."""

from __future__ import annotations

from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies
from stripe_standin.promotions import coupons, promotion_codes
from stripe_standin.storage.unit_of_work import Work


def coupon_of(work: Work, discounts: list[Json]) -> Json | None:
    """The coupon of a session's only discount, if it has one."""
    for one in discounts:
        if one["promotion_code"]:
            code = work.load(promotion_codes.KIND, one["promotion_code"])
            return promotion_codes.coupon_of(work, code)
        return coupons.shown(work, work.load(coupons.KIND, one["coupon"]))
    return None


def problem(work: Work, coupon: Json, promotion: Json | None, session: Json, subtotal: int) -> str:
    """A sentence on why it cannot be taken for this session; empty where it can.

    What would be left to pay must be nothing, or as much as can be charged.
    """
    if promotion and not promotion_codes.is_active(work, promotion):
        return "This promotion code is not active."
    if not coupon["valid"]:
        return "This coupon has expired or is used up."
    if coupon["currency"] not in (None, session["currency"]):
        return f"This code is for payments in {coupon['currency'].upper()}."
    if promotion and _restricted(work, promotion, session, subtotal):
        return _restricted(work, promotion, session, subtotal)
    left = subtotal - coupons.discount(coupon, subtotal)
    if 0 < left < currencies.smallest(session["currency"]):
        return "What this code leaves to pay is too little to be charged."
    return ""


def count(work: Work, discounts: list[Json]) -> None:
    """Counts a redemption of the session's discount. Not safe to repeat."""
    coupon = coupon_of(work, discounts)
    if coupon is None:
        return
    after = {**coupon, "times_redeemed": coupon["times_redeemed"] + 1}
    work.store.update(coupons.shown(work, after))
    reference = discounts[0]["promotion_code"]
    if reference:
        promotion = work.load(promotion_codes.KIND, reference)
        work.store.update({**promotion, "times_redeemed": promotion["times_redeemed"] + 1})


def _restricted(work: Work, promotion: Json, session: Json, subtotal: int) -> str:
    rules = promotion["restrictions"]
    if promotion["customer"] and promotion["customer"] != session["customer"]:
        return "This promotion code is somebody else's."
    least, currency = rules["minimum_amount"], rules["minimum_amount_currency"]
    if least is not None and (currency != session["currency"] or subtotal < least):
        return f"This promotion code needs a purchase of {currencies.write(least, currency)}."
    if rules["first_time_transaction"] and not _is_first(work, session["customer"]):
        return "This promotion code is for a customer's first purchase."
    return ""


def _is_first(work: Work, customer_id: str | None) -> bool:
    """Stripe does not take a guest for a first-time customer."""
    if not customer_id:
        return False
    return not work.store.select(
        "charge",
        [
            ("json_extract(body, '$.customer') = ?", [customer_id]),
            ("json_extract(body, '$.paid') = 1", []),
        ],
        "LIMIT 1",
    )
