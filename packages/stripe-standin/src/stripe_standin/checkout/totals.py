"""What a Checkout Session comes to: its items, less a discount, with tax.

The discount is taken off the whole and shared out over the items by what they cost; tax is worked
out for each item from what is left of it. Half a minor unit is rounded up.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from stripe_standin.http.messages import Json
from stripe_standin.promotions import coupons, redemption
from stripe_standin.storage.unit_of_work import Work

# Where a price says nothing of tax, Stripe goes by the currency.
_EXCLUSIVE = ("cad", "usd")


def subtotal_of(items: list[Json]) -> int:
    """What the items cost before discount and tax."""
    return sum(int(item["amount_subtotal"]) for item in items)


def priced(work: Work, session: Json, *, taxed: bool) -> tuple[Json, list[Json]]:
    """The session and its line items with the amounts of today; stores neither.

    Tax is known once the buyer is, so a session has none before somebody tries to pay it.
    """
    items = work.store.private(session["id"])["line_items"]
    coupon = redemption.coupon_of(work, session["discounts"])
    rate = work.tax_rate if taxed and session["automatic_tax"]["enabled"] else Decimal(0)
    shares = _shares(items, coupons.discount(coupon, subtotal_of(items)) if coupon else 0)
    priced_items = [_priced(item, share, rate) for item, share in zip(items, shares, strict=True)]
    return _with_amounts(session, priced_items, taxed=taxed), priced_items


def apply(work: Work, session: Json, *, taxed: bool) -> Json:
    """Stores the amounts of today in the session and its items. Safe to repeat."""
    after, items = priced(work, session, taxed=taxed)
    private = work.store.private(session["id"])
    work.store.set_private(session["id"], {**private, "line_items": items})
    work.store.update(after)
    return after


def is_exclusive(price: Json) -> bool:
    """Whether tax is added to a price, and not contained in it."""
    if price["tax_behavior"] == "unspecified":
        return price["currency"] in _EXCLUSIVE
    return bool(price["tax_behavior"] == "exclusive")


def _shares(items: list[Json], discount: int) -> list[int]:
    total, before, taken, shares = subtotal_of(items), 0, 0, []
    for item in items:
        before += item["amount_subtotal"]
        upto = discount * before // total if total else 0
        shares.append(upto - taken)
        taken = upto
    return shares


def _priced(item: Json, discount: int, rate: Decimal) -> Json:
    left = item["amount_subtotal"] - discount
    exclusive = is_exclusive(item["price"])
    exact = Decimal(left) * rate / (100 if exclusive else 100 + rate)
    tax = int(exact.to_integral_value(ROUND_HALF_UP))
    return {
        **item,
        "amount_discount": discount,
        "amount_tax": tax,
        "amount_total": left + tax if exclusive else left,
    }


def _with_amounts(session: Json, items: list[Json], *, taxed: bool) -> Json:
    after = {
        **session,
        "amount_subtotal": subtotal_of(items),
        "amount_total": sum(item["amount_total"] for item in items),
        "total_details": {
            "amount_discount": sum(item["amount_discount"] for item in items),
            "amount_shipping": 0,
            "amount_tax": sum(item["amount_tax"] for item in items),
        },
    }
    if session["automatic_tax"]["enabled"]:
        status = "complete" if taxed else "requires_location_inputs"
        after["automatic_tax"] = {**session["automatic_tax"], "status": status}
    return after
