"""Payment pages over the API, PaymentMethods of tokens and IBANs, and the page of a debit."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import stripe

from harness.page import Browser
from harness.shop import Shop
from stripe_standin import StandIn
from stripe_standin.http.messages import Json

PAYS = "AT611904300234573201"
EUROS = [
    {
        "price_data": {"currency": "eur", "unit_amount": 1500, "product_data": {"name": "Ticket"}},
        "quantity": 2,
    }
]


def _confirm(standin: StandIn, session_id: str, **params: Any) -> tuple[int, Json]:
    """What Stripe's own programs send; its document has no such address."""
    headers = {"Authorization": "Bearer sk_test_x"}
    path = f"/v1/payment_pages/{session_id}/confirm"
    status, _, body = standin.handle("POST", path, headers, urlencode(params).encode())
    return status, json.loads(body)


def _card(shop: Shop, token: str) -> str:
    params: Any = {"type": "card", "card": {"token": token}, "billing_details": {"name": "Ann"}}
    return shop.client.v1.payment_methods.create(params).id


def _debit(shop: Shop, **params: Any) -> Any:
    types = params.pop("types", ["sepa_debit"])
    return shop.session(line_items=EUROS, payment_method_types=types, **params)


def test_declined_card_leaves_the_session_open(shop: Shop, standin: StandIn) -> None:
    """The card error of the API, and another card may pay."""
    session = shop.session()
    declined = _card(shop, "tok_chargeDeclinedInsufficientFunds")
    status, answer = _confirm(standin, session.id, payment_method=declined)
    assert (status, answer["error"]["decline_code"]) == (402, "insufficient_funds")
    assert shop.again(session).status == "open"
    status, answer = _confirm(standin, session.id, payment_method=_card(shop, "tok_visa"))
    assert (status, answer["state"]) == (200, "succeeded")


def test_wrong_amount_charges_nothing(shop: Shop, standin: StandIn) -> None:
    """The buyer agreed to another sum."""
    session = shop.session()
    method = _card(shop, "tok_visa")
    status, answer = _confirm(standin, session.id, payment_method=method, expected_amount=1)
    assert (status, answer["error"]["code"]) == (400, "checkout_amount_mismatch")
    assert shop.told() == []


def test_paid_session_is_not_paid_again(shop: Shop, standin: StandIn) -> None:
    """One charge, whoever comes second."""
    session = shop.sold()
    status, answer = _confirm(standin, session.id, payment_method=_card(shop, "tok_visa"))
    assert (status, answer["error"]["code"]) == (400, "checkout_not_active_session")
    assert shop.told().count("charge.succeeded") == 1


def test_session_refuses_a_type_that_it_does_not_take(shop: Shop, standin: StandIn) -> None:
    """A card is no bank account."""
    status, answer = _confirm(standin, _debit(shop).id, payment_method=_card(shop, "tok_visa"))
    assert (status, answer["error"]["param"]) == (400, "payment_method")


def test_card_that_needs_3d_secure_goes_on_at_the_bank(shop: Shop, standin: StandIn) -> None:
    """The PaymentIntent says where; then the session is paid."""
    session = shop.session()
    method = _card(shop, "tok_threeDSecure2Required")
    status, answer = _confirm(standin, session.id, payment_method=method)
    assert (status, answer["state"]) == (200, "active")
    assert answer["payment_intent"]["status"] == "requires_action"
    assert standin.authenticate(session.id).state == "paid"


def test_payment_method_of_a_token(shop: Shop) -> None:
    """Brand and digits of the test card, and the details that were sent."""
    params: Any = {
        "type": "card",
        "card": {"token": "tok_mastercard"},
        "billing_details": {"email": "ann@example.com", "address": {"city": "Berlin"}},
        "metadata": {"buyer": "7"},
    }
    method = shop.client.v1.payment_methods.create(params)
    assert method.card
    assert (method.card.brand, method.card.last4) == ("mastercard", "4444")
    assert method.billing_details.address
    assert method.billing_details.address.city == "Berlin"
    assert method.metadata
    assert method.metadata["buyer"] == "7"
    assert shop.client.v1.payment_methods.retrieve(method.id).metadata == method.metadata


@pytest.mark.parametrize(
    "params",
    [
        {"type": "card", "card": {"token": "tok_of_nobody"}},
        {"type": "card"},
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2034}},
        {"type": "sepa_debit", "sepa_debit": {"iban": "DE00000000000000000000"}},
    ],
)
def test_payment_method_that_cannot_be_made(shop: Shop, params: Any) -> None:
    """Unknown tokens and accounts, and card numbers, which belong on Stripe's pages."""
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.payment_methods.create(params)


def test_debit_is_paid_on_the_page(shop: Shop, standin: StandIn) -> None:
    """A field for the IBAN and none for a card; a moment later the money is there."""
    session, browser = _debit(shop), Browser(standin)
    page = browser.open(session.url)
    assert {"iban", "email", "name"} <= set(page.fields)
    assert "card_number" not in page.fields
    after = browser.press(page, "pay", iban="AT61 1904 3002 3457 3201", email="ann@example.com")
    assert after.status == 303
    assert shop.again(session).payment_status == "unpaid"
    standin.clock.offset_s += 5
    assert shop.again(session).payment_status == "paid"
    charge = shop.client.v1.charges.list().data[0]
    assert charge.payment_method_details
    assert charge.payment_method_details.type == "sepa_debit"


def test_wrong_iban_is_told_at_its_field(shop: Shop, standin: StandIn) -> None:
    """Nothing is charged."""
    browser = Browser(standin)
    page = browser.open(_debit(shop).url)
    after = browser.press(page, "pay", iban="DE00", email="ann@example.com")
    assert "one of Stripe's test IBANs" in after.words
    assert shop.told() == []


def test_page_may_take_both(shop: Shop, standin: StandIn) -> None:
    """With an IBAN it is a debit, without one a card."""
    session = _debit(shop, types=["card", "sepa_debit"])
    assert standin.pay(session.id, "4242424242424242").state == "paid"
    browser = Browser(standin)
    page = browser.open(_debit(shop, types=["card", "sepa_debit"]).url)
    assert browser.press(page, "pay", iban=PAYS, email="ann@example.com").status == 303


@pytest.mark.parametrize(
    "params",
    [
        {"payment_method_types": ["sepa_debit"]},
        {"payment_method_types": ["sepa_debit"], "mode": "subscription"},
    ],
)
def test_debit_takes_euros_and_no_subscription(shop: Shop, params: Any) -> None:
    """The first is Stripe's rule, the second the stand-in's."""
    with pytest.raises(stripe.InvalidRequestError):
        shop.session(**params)
