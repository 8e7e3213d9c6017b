"""Customers, subscriptions, figures and repeated requests over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.payments.test_stripe_api import CHECKOUT, INTENT, Api
from tests.servers import is_refusal, payments_server, standin_server

JANE = "/payments/customer/create?email=jane@example.com&name=Jane"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Both servers as processes."""
    folder = tmp_path_factory.mktemp("billing")
    with standin_server(folder) as stripe_url, payments_server(folder, stripe_url) as url:
        yield Api(url, stripe_url)


@pytest.fixture(scope="module")
def season_price(api: Api) -> str:
    """A yearly price at Stripe."""
    product = api.stripe("/v1/products", name="Season ticket")
    price = api.stripe(
        "/v1/prices",
        product=product["id"],
        unit_amount="150000",
        currency="usd",
        **{"recurring[interval]": "year"},
    )
    return str(price["id"])


def _payer(api: Api) -> str:
    """A customer who has a card at Stripe."""
    customer = api.stripe("/v1/customers", email="payer@example.com")
    method = api.stripe("/v1/payment_methods/pm_card_visa/attach", customer=customer["id"])
    api.stripe(
        f"/v1/customers/{customer['id']}",
        **{"invoice_settings[default_payment_method]": method["id"]},
    )
    return str(customer["id"])


def test_one_customer_an_e_mail_however_often_it_is_given(api: Api) -> None:
    """One after the other, in another case of the domain, and four at once."""
    first = api.post(JANE).json()["customer"]
    assert first["id"].startswith("cus_")
    assert (first["email"], first["name"]) == ("jane@example.com", "Jane")

    assert api.post(JANE.replace("example.com", "EXAMPLE.com")).json()["customer"] == first
    with ThreadPoolExecutor(4) as pool:
        new = [pool.submit(api.post, JANE.replace("jane", "joan")) for _ in range(4)]
    answers = [one.result() for one in new]
    made = {one.json()["customer"]["id"] for one in answers if one.status_code == 200}
    assert len(made) == 1
    assert first["id"] not in made


def test_a_subscription_begins_and_ends_with_its_period(api: Api, season_price: str) -> None:
    """The guide's season ticket over HTTP."""
    body = {"customer_id": _payer(api), "items": [{"price": season_price}]}

    made = api.post("/payments/subscription/create", body).json()["subscription"]
    assert made["id"].startswith("sub_")
    assert made["cancel_at_period_end"] is False
    assert made["metadata"] == {}
    assert (
        api.get(f"/payments/subscription/{made['id']}").json()["subscription"]["id"] == made["id"]
    )

    path = f"/payments/subscription/{made['id']}/cancel"
    for _ in range(2):
        assert api.post(path).json()["subscription"]["cancel_at_period_end"] is True
    ended = api.post(path, {"at_period_end": False}).json()["subscription"]
    assert ended["status"] == "canceled"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_id": None}, "customer_id"),
        ({"items": []}, "items"),
        ({"items": [{}]}, "price"),
        ({"items": [{"price": "x", "quantity": 0}]}, "quantity"),
    ],
)
def test_a_wrong_subscription_is_400_and_named(
    api: Api, change: dict[str, Any], field: str
) -> None:
    """Nothing is asked of Stripe."""
    body = {"customer_id": "cus_1", "items": [{"price": "price_1"}], **change}
    answer = api.post("/payments/subscription/create", body)

    is_refusal(answer, 400, "invalid_request")
    assert field in answer.json()["error"]["message"]


def test_the_figures_count_what_went_through_the_api(api: Api) -> None:
    """Empty as long as no event came; a wrong moment names its field."""
    assert api.get("/payments/stats").json() == {"success": True, "stats": {}}
    ok = api.get("/payments/stats?since=2027-01-01T00:00:00Z&until=2027-02-01T00:00:00-08:00")
    assert ok.status_code == 200
    answer = api.get("/payments/stats?since=yesterday")
    is_refusal(answer, 400, "invalid_request")
    assert "since" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/payments/intent/create", "/payments/checkout/create"])
def test_the_same_key_one_after_the_other_and_at_once_is_one_answer(api: Api, path: str) -> None:
    """Whoever comes second waits for the first and reads the same."""
    body = INTENT if "intent" in path else CHECKOUT
    key = {"Idempotency-Key": f"once{path}"}

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(api.post, path, body, **key) for _ in range(4)]
    answers = [one.result() for one in asked] + [api.post(path, body, **key)]

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1


def test_a_key_belongs_to_one_request(api: Api) -> None:
    """Another body or another address under it is a conflict."""
    key = {"Idempotency-Key": "mine"}
    assert api.post("/payments/intent/create", INTENT, **key).status_code == 200

    other = {**INTENT, "amount": 1}
    is_refusal(api.post("/payments/intent/create", other, **key), 409, "idempotency_conflict")
    is_refusal(api.post("/payments/checkout/create", CHECKOUT, **key), 409, "idempotency_conflict")


def test_a_refund_with_a_key_is_made_once_and_one_without_again(api: Api) -> None:
    """A retry repeats; a second intended refund does not."""
    body = {"payment_intent_id": api.paid_intent(), "amount": 10}
    key = {"Idempotency-Key": "refund-1"}

    first, again = (api.post("/payments/refund", body, **key).json()["refund"] for _ in range(2))
    other = api.post("/payments/refund", body).json()["refund"]

    assert first == again
    assert other["id"] != first["id"]


def test_a_cancellation_repeated_with_its_key_is_answered_alike(api: Api) -> None:
    """Without the key the second is in the wrong state."""
    intent = api.post("/payments/intent/create", INTENT).json()["payment_intent"]
    path, key = f"/payments/intent/{intent['id']}/cancel", {"Idempotency-Key": "stop"}

    first, again = (api.post(path, **key) for _ in range(2))

    assert first.json() == again.json()
    is_refusal(api.post(path), 409, "wrong_state")


def test_a_callers_metadata_comes_back_without_ours(api: Api) -> None:
    """What marks the payment for the ledger stays between Stripe and us."""
    body = {**INTENT, "metadata": {"order_id": "ORD123", "ticket_type": "premium"}}
    intent = api.post("/payments/intent/create", body).json()["payment_intent"]

    shown = api.get(f"/payments/intent/{intent['id']}/status").json()["payment_intent"]
    at_stripe = api.stripe(f"/v1/payment_intents/{intent['id']}")
    assert shown["metadata"] == body["metadata"]
    assert at_stripe["metadata"]["service"] == "ticket-clerk-api"
