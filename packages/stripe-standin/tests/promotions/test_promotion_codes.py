"""Coupons and promotion codes through the official client."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from harness.shop import Shop
from stripe_standin import StandIn


def _code(shop: Shop, code: str = "SUMMER10", **more: Any) -> Any:
    """A code for a tenth off, or for what `coupon` says."""
    coupon = shop.client.v1.coupons.create(more.pop("coupon", {"percent_off": 10}))
    return shop.client.v1.promotion_codes.create(
        {"code": code, "promotion": {"type": "coupon", "coupon": coupon.id}, **more}  # type: ignore[typeddict-item]
    )


def _found(shop: Shop, **params: Any) -> list[str]:
    return [one.id for one in shop.client.v1.promotion_codes.list(params).data]  # type: ignore[arg-type]


def test_code_is_made_found_and_read(shop: Shop) -> None:
    """It is found in any case, with its coupon where that is asked for, and told as an event."""
    made = _code(shop, metadata={"campaign": "summer"})
    assert _found(shop, code="summer10", active=True) == [made.id]
    assert _found(shop, code="SUMMER") == []
    again = shop.client.v1.promotion_codes.retrieve(made.id, {"expand": ["promotion.coupon"]})
    assert again.promotion.coupon.percent_off == 10  # type: ignore[union-attr]
    assert _found(shop, coupon=again.promotion.coupon.id) == [made.id]  # type: ignore[union-attr]
    assert shop.told() == ["coupon.created", "promotion_code.created"]
    assert [one.id for one in shop.client.v1.coupons.list().data] == [again.promotion.coupon.id]  # type: ignore[union-attr]


def test_code_is_switched_off_and_on(shop: Shop) -> None:
    """An inactive code is listed as such, and an event tells what changed."""
    made = _code(shop)
    off = shop.client.v1.promotion_codes.update(made.id, {"active": False})
    assert off.active is False
    assert (_found(shop, active=True), _found(shop, active=False)) == ([], [made.id])
    assert shop.told()[-1] == "promotion_code.updated"
    assert shop.client.v1.promotion_codes.update(made.id, {"active": True}).active is True


def test_two_active_codes_never_read_alike(shop: Shop) -> None:
    """Regardless of case; once the first is off, the second may be made."""
    first = _code(shop)
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        _code(shop, "Summer10")
    shop.client.v1.promotion_codes.update(first.id, {"active": False})
    assert _code(shop, "Summer10").active


@pytest.mark.parametrize("what", ["code", "coupon"])
def test_code_ends_with_its_time(shop: Shop, standin: StandIn, what: str) -> None:
    """Its own, or that of its coupon."""
    over = int(time.time()) + 60
    more: dict[str, Any] = {"expires_at": over}
    if what == "coupon":
        more = {"coupon": {"percent_off": 10, "redeem_by": over}}
    made = _code(shop, **more)
    assert _found(shop, active=True) == [made.id]
    standin.clock.offset_s = 120
    assert _found(shop, active=True) == []
    assert shop.client.v1.promotion_codes.retrieve(made.id).active is False


@pytest.mark.parametrize("what", ["code", "coupon"])
def test_code_is_used_up(shop: Shop, standin: StandIn, what: str) -> None:
    """A redemption counts when the session completes, and not before."""
    more: dict[str, Any] = {"max_redemptions": 1}
    if what == "coupon":
        more = {"coupon": {"percent_off": 10, "max_redemptions": 1}}
    made = _code(shop, **more)
    session = shop.session(discounts=[{"promotion_code": made.id}])
    assert shop.client.v1.promotion_codes.retrieve(made.id).times_redeemed == 0
    standin.pay(session.id)
    used = shop.client.v1.promotion_codes.retrieve(made.id, {"expand": ["promotion.coupon"]})
    assert (used.times_redeemed, used.active) == (1, False)
    assert used.promotion.coupon.times_redeemed == 1  # type: ignore[union-attr]
    with pytest.raises(stripe.InvalidRequestError, match="not active"):
        shop.session(discounts=[{"promotion_code": made.id}])


@pytest.mark.parametrize(
    ("coupon", "param"),
    [
        ({}, "percent_off"),
        ({"percent_off": 10, "amount_off": 500, "currency": "usd"}, "percent_off"),
        ({"percent_off": 0}, "percent_off"),
        ({"percent_off": 101}, "percent_off"),
        ({"amount_off": 500}, "currency"),
    ],
)
def test_wrong_coupons_are_refused(shop: Shop, coupon: dict[str, Any], param: str) -> None:
    """A percentage or an amount in a currency, and nothing else."""
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.client.v1.coupons.create(coupon)  # type: ignore[arg-type]
    assert refused.value.param == param


@pytest.mark.parametrize("code", ["TEN%", "ten off", "<b>TEN</b>", "ZEHN€"])
def test_code_has_letters_digits_and_dashes_only(shop: Shop, code: str) -> None:
    """As Stripe's document says."""
    with pytest.raises(stripe.InvalidRequestError, match="letters"):
        _code(shop, code)
