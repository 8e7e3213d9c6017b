"""Discounts of Checkout Sessions: given by the merchant, or typed by the buyer."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from harness.page import GOOD, Browser
from harness.shop import TICKETS, Shop
from stripe_standin import StandIn


def _code(shop: Shop, coupon: dict[str, Any], **more: Any) -> Any:
    made = shop.client.v1.coupons.create(coupon)  # type: ignore[arg-type]
    return shop.client.v1.promotion_codes.create(
        {"code": "SUMMER10", "promotion": {"type": "coupon", "coupon": made.id}, **more}  # type: ignore[typeddict-item]
    )


def _sums(session: Any) -> tuple[int, int, int]:
    return session.amount_subtotal, session.total_details.amount_discount, session.amount_total


def test_discount_is_taken_off_the_whole_and_shared_out(shop: Shop) -> None:
    """The shares of the items are exactly the discount, which rounds half a cent up."""
    code = _code(shop, {"percent_off": 33.33})
    odd = {"price_data": {**TICKETS["line_items"][0]["price_data"], "unit_amount": 1005}}
    items = [{**odd, "quantity": 1}, {**odd, "quantity": 2}]
    session = shop.session(line_items=items, discounts=[{"promotion_code": code.id}])
    assert _sums(session) == (3015, 1005, 2010)
    lines = shop.client.v1.checkout.sessions.line_items.list(session.id).data
    assert [(one.amount_discount, one.amount_total) for one in lines] == [(335, 670), (670, 1340)]


@pytest.mark.parametrize(
    ("coupon", "left"),
    [
        ({"percent_off": 25}, 30000),
        ({"amount_off": 1500, "currency": "usd"}, 38500),
        ({"amount_off": 99999, "currency": "usd"}, 0),
    ],
)
def test_coupon_may_be_given_without_a_code(shop: Shop, coupon: dict[str, Any], left: int) -> None:
    """It never takes more than there is."""
    made = shop.client.v1.coupons.create(coupon)  # type: ignore[arg-type]
    session = shop.session(discounts=[{"coupon": made.id}])
    assert session.amount_total == left
    assert session.discounts[0].coupon == made.id


REFUSED: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"percent_off": 10}, {"active": False}, "not active"),
    ({"amount_off": 100, "currency": "eur"}, {}, "payments in EUR"),
    ({"amount_off": 39980, "currency": "usd"}, {}, "too little"),
    (
        {"percent_off": 10},
        {"restrictions": {"minimum_amount": 50000, "minimum_amount_currency": "usd"}},
        "purchase of \\$500",
    ),
    ({"percent_off": 10}, {"restrictions": {"first_time_transaction": True}}, "first purchase"),
]


@pytest.mark.parametrize(("coupon", "more", "words"), REFUSED)
def test_code_that_may_not_be_taken_is_refused(
    shop: Shop, coupon: dict[str, Any], more: dict[str, Any], words: str
) -> None:
    """Through the API and on the page alike; the session stays as it was."""
    code = _code(shop, coupon, **more)
    with pytest.raises(stripe.InvalidRequestError, match=words) as refused:
        shop.session(discounts=[{"promotion_code": code.id}])
    assert refused.value.param == "discounts[0][promotion_code]"
    session = shop.session(allow_promotion_codes=True)
    assert shop.standin.enter_code(session.id, "SUMMER10")
    assert _sums(shop.again(session)) == (40000, 0, 40000)


def test_code_of_a_customer_is_that_customers(shop: Shop) -> None:
    """Nobody else's session takes it; a customer who has paid is no first-time customer."""
    ann = shop.client.v1.customers.create({"email": "ann@example.com"})
    rules = {"first_time_transaction": True}
    code = _code(shop, {"percent_off": 10}, customer=ann.id, restrictions=rules)
    discounts = [{"promotion_code": code.id}]
    with pytest.raises(stripe.InvalidRequestError, match="somebody else"):
        shop.session(discounts=discounts)
    first = shop.session(discounts=discounts, customer=ann.id)
    shop.standin.pay(first.id)
    with pytest.raises(stripe.InvalidRequestError, match="first purchase"):
        shop.session(discounts=discounts, customer=ann.id)


def test_unknown_code_and_two_ways_at_once_are_refused(shop: Shop) -> None:
    """One discount, known, and no field beside it."""
    code = _code(shop, {"percent_off": 10})
    one = {"promotion_code": code.id}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        shop.session(discounts=[{"promotion_code": "promo_none"}])
    assert refused.value.code == "resource_missing"
    for wrong in ({"discounts": [one, one]}, {"discounts": [one], "allow_promotion_codes": True}):
        with pytest.raises(stripe.InvalidRequestError):
            shop.session(**wrong)


def test_buyer_types_a_code_on_the_page_and_takes_it_back(shop: Shop, standin: StandIn) -> None:
    """The page says the discount and the sum, and what is wrong with a code that isn't taken."""
    _code(shop, {"percent_off": 10})
    session, browser = shop.session(allow_promotion_codes=True), Browser(standin)
    page = browser.open(session.url)
    wrong = browser.press(page, "apply", promotion_code="<b>WINTER</b>")
    assert "This code is invalid." in wrong.words
    assert "WINTER" not in wrong.words
    applied = browser.press(wrong, "apply", promotion_code="summer10")
    assert "SUMMER10 −$40.00" in " ".join(applied.words.split())
    assert "Pay $360.00" in applied.words
    back = browser.press(applied, "remove")
    assert "Pay $400.00" in back.words
    again = browser.press(back, "apply", promotion_code="SUMMER10")
    browser.press(again, "pay", **GOOD)
    paid = shop.again(session, "payment_intent")
    assert (_sums(paid), paid.payment_intent.amount_received) == ((40000, 4000, 36000), 36000)


def test_page_has_no_field_where_codes_are_not_allowed(shop: Shop, standin: StandIn) -> None:
    """And a code that is posted all the same changes nothing."""
    _code(shop, {"percent_off": 10})
    session, browser = shop.session(), Browser(standin)
    page = browser.open(session.url)
    assert "promotion_code" not in page.fields
    browser.press(page, "apply", promotion_code="SUMMER10")
    assert shop.again(session).amount_total == 40000


def test_code_after_a_decline_changes_what_the_next_card_pays(shop: Shop, standin: StandIn) -> None:
    """One PaymentIntent, over the sum that the page says; none changes while a bank is asked."""
    _code(shop, {"percent_off": 10})
    session = shop.session(allow_promotion_codes=True)
    standin.pay(session.id, "4000000000000002")
    assert standin.enter_code(session.id, "SUMMER10") == ""
    assert standin.pay(session.id, "4000002500003155").state == "requires_action"
    assert standin.enter_code(session.id, "") == "Please answer your bank first."
    standin.authenticate(session.id)
    assert shop.again(session, "payment_intent").payment_intent.amount_received == 36000


def test_session_with_nothing_left_to_pay_completes_without_a_card(
    shop: Shop, standin: StandIn
) -> None:
    """`no_payment_required`, no PaymentIntent, no charge."""
    code = _code(shop, {"percent_off": 100})
    session = shop.session(discounts=[{"promotion_code": code.id}])
    browser = Browser(standin)
    page = browser.open(session.url)
    assert "card_number" not in page.fields
    assert "Complete order" in page.words
    assert "email" in browser.press(page, "pay", email="nobody").fields
    browser.press(page, "pay", email="ann@example.com")
    free = shop.again(session)
    assert (free.status, free.payment_status) == ("complete", "no_payment_required")
    assert (free.amount_total, free.payment_intent) == (0, None)
    assert shop.told()[-1] == "checkout.session.completed"
    assert not [one for one in shop.told() if one.startswith(("charge", "payment_intent"))]
