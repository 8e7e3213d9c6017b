"""The guide's requests over HTTP: its bodies, word for word, and the answers that it promises."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.http.api import CHECKOUT, Api
from tests.servers import BEARER

GUIDE_INTENTS = {
    "direct payment": """{
  "amount": 150.00,
  "currency": "usd",
  "description": "Premium seat upgrade",
  "metadata": {
    "order_id": "ORD123",
    "ticket_type": "premium"
  }
}""",
    "create payment intent": """{
  "amount": 100.00,
  "currency": "usd",
  "description": "Ticket purchase",
  "metadata": {"order_id": "123"}
}""",
}
GUIDE_CHECKOUTS = {
    "hosted payment": """{
  "items": [
    {
      "name": "Lakers vs Warriors",
      "description": "Section 101, Row 5",
      "amount": 200.00,
      "quantity": 2
    }
  ],
  "success_url": "https://yoursite.com/success",
  "cancel_url": "https://yoursite.com/cancel",
  "customer_email": "customer@example.com"
}""",
    "create checkout session": """{
  "items": [
    {"name": "Ticket", "amount": 50.00, "quantity": 1}
  ],
  "success_url": "https://yoursite.com/success",
  "cancel_url": "https://yoursite.com/cancel"
}""",
}


def _post_as_written(api: Api, path: str, body: str) -> dict[str, Any]:
    answer = requests.post(api.url + path, data=body, headers=BEARER, timeout=60)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    result: dict[str, Any] = answer.json()
    assert result.pop("success") is True
    return result


@pytest.mark.parametrize(
    ("name", "amount"), [("direct payment", 150), ("create payment intent", 100)]
)
def test_create_payment_intent(api: Api, name: str, amount: int) -> None:
    """Field for field; the amount in major units, at Stripe in cents."""
    intent = _post_as_written(api, "/payments/intent/create", GUIDE_INTENTS[name])["payment_intent"]

    assert intent == {
        "id": intent["id"],
        "amount": amount,
        "currency": "usd",
        "status": "requires_payment_method",
        "client_secret": intent["client_secret"],
    }
    assert intent["id"].startswith("pi_")
    assert intent["client_secret"].startswith(intent["id"] + "_secret_")
    assert api.stripe(f"/v1/payment_intents/{intent['id']}")["amount"] == amount * 100


@pytest.mark.parametrize(
    ("name", "total"), [("hosted payment", 400), ("create checkout session", 50)]
)
def test_create_checkout_session(api: Api, name: str, total: int) -> None:
    """An address to send the customer to, for the sum of its items."""
    answer = _post_as_written(api, "/payments/checkout/create", GUIDE_CHECKOUTS[name])

    session = answer["checkout_session"]
    assert session == {"id": session["id"], "url": session["url"], "status": "open"}
    assert session["id"].startswith("cs_")
    assert session["id"] in session["url"]
    at_stripe = api.stripe(f"/v1/checkout/sessions/{session['id']}")
    assert at_stripe["amount_total"] == total * 100
    assert at_stripe["success_url"] == "https://yoursite.com/success"


def test_get_payment_status(api: Api) -> None:
    """Of a paid intent: amount in major units, whose it is, the caller's own metadata."""
    path = "/payments/customer/create?email=customer@example.com&name=John Doe"
    customer_id = api.post(path).json()["customer"]["id"]
    intent_id = api.intent(customer_id=customer_id)["id"]
    api.confirm(intent_id)

    answer = api.get(f"/payments/intent/{intent_id}/status")

    assert answer.json()["payment_intent"] == {
        "id": intent_id,
        "amount": 100.00,
        "currency": "usd",
        "status": "succeeded",
        "customer_id": customer_id,
        "metadata": {"order_id": "123"},
    }


def test_an_intent_that_wants_authentication_answers_with_its_client_secret(api: Api) -> None:
    """The buyer's page needs it to go on; once it isn't needed it is no longer told."""
    intent = api.intent()
    path = f"/payments/intent/{intent['id']}/status"
    assert "client_secret" not in api.get(path).json()["payment_intent"]

    api.confirm(intent["id"], "pm_card_authenticationRequired")
    status = api.get(path).json()["payment_intent"]

    assert status["status"] == "requires_action"
    assert status["client_secret"] == intent["client_secret"]


def test_cancel_payment(api: Api) -> None:
    """Nothing will be taken any more."""
    intent_id = api.intent()["id"]

    canceled = _post_as_written(api, f"/payments/intent/{intent_id}/cancel", "")

    shown = {"id": intent_id, "amount": 100, "currency": "usd", "status": "canceled"}
    assert canceled == {"payment_intent": shown}


def test_cancel_the_payment_of_a_hosted_page(api: Api) -> None:
    """Stripe cancels such an intent no other way: its page is closed, and nobody can pay there."""
    session = api.post("/payments/checkout/create", CHECKOUT).json()["checkout_session"]
    form = {"card_number": "4000000000000002", "exp_date": "12/34", "cvc": "123"}
    buyer = {"email": "a@example.com", "name": "Ann"}
    requests.post(session["url"], data={**form, **buyer}, timeout=60)
    intent_id = api.stripe(f"/v1/checkout/sessions/{session['id']}")["payment_intent"]

    canceled = _post_as_written(api, f"/payments/intent/{intent_id}/cancel", "")

    assert canceled["payment_intent"]["status"] == "canceled"
    assert api.stripe(f"/v1/checkout/sessions/{session['id']}")["status"] == "expired"


@pytest.mark.parametrize(("amount", "given_back"), [(', "amount": 100.00', 100), ("", 250)])
def test_refund_payment(api: Api, amount: str, given_back: int) -> None:
    """A part, or without an amount everything."""
    intent_id = api.paid_intent(250.00)
    body = f'{{"payment_intent_id": "{intent_id}"{amount}}}'

    refund = _post_as_written(api, "/payments/refund", body)["refund"]

    assert refund == {
        "id": refund["id"],
        "amount": given_back,
        "currency": "usd",
        "status": "succeeded",
        "payment_intent_id": intent_id,
    }
    assert refund["id"].startswith("re_")


def test_tickets_that_are_none_of_the_payments_are_400(api: Api) -> None:
    """Named as the field that is wrong; nothing goes back."""
    body = {"payment_intent_id": api.paid_intent(250.00), "tickets": ["tkt_none"]}

    response = api.post("/payments/refund", body)

    assert response.status_code == 400
    assert "tickets" in response.json()["error"]["message"]


def test_refunds_go_on_until_the_payment_is_used_up(api: Api) -> None:
    """In part, then the rest."""
    body = {"payment_intent_id": api.paid_intent()}

    part = api.post("/payments/refund", {**body, "amount": 30.50}).json()["refund"]
    rest = api.post("/payments/refund", body).json()["refund"]

    assert (part["amount"], rest["amount"]) == (30.5, 69.5)


def test_create_and_get_customer(api: Api) -> None:
    """By query, blank in the name and all."""
    path = "/payments/customer/create?email=customer@example.com&name=John Doe"

    customer = _post_as_written(api, path, "")["customer"]

    assert customer["id"].startswith("cus_")
    assert (customer["email"], customer["name"]) == ("customer@example.com", "John Doe")
    assert api.get(f"/payments/customer/{customer['id']}").json()["customer"] == customer


def test_numbers_are_read_as_they_are_written(api: Api) -> None:
    """Decimals, not binary fractions: 0.1 + 0.2 in a hundred digits is too many decimals."""
    for written, status in (("19.99", 200), ("1e2", 200), ("19.990000000000000001", 400)):
        body = f'{{"amount": {written}}}'
        url = f"{api.url}/payments/intent/create"
        assert requests.post(url, data=body, headers=BEARER, timeout=60).status_code == status


def test_amounts_of_every_kind_of_currency_come_back_as_they_went_in(api: Api) -> None:
    """No decimals, two, three, and sums that only small units have."""
    for amount, currency in ((500, "jpy"), (5, "isk"), (5.12, "kwd"), (9_999_999_999.99, "idr")):
        shown = api.intent(amount=amount, currency=currency)
        assert (shown["amount"], shown["currency"]) == (amount, currency)
