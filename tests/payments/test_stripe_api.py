"""The guide's endpoints over HTTP, verbatim, and each way to get them wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.servers import BEARER, is_refusal, payments_server, standin_server

CHECKOUT = {
    "items": [{"name": "Ticket", "amount": 50.00, "quantity": 1}],
    "success_url": "https://yoursite.com/success",
    "cancel_url": "https://yoursite.com/cancel",
}
INTENT = {
    "amount": 100.00,
    "currency": "usd",
    "description": "Ticket purchase",
    "metadata": {"order_id": "123"},
}
POSTS = {
    "/payments/intent/create": INTENT,
    "/payments/checkout/create": CHECKOUT,
    "/payments/refund": {"payment_intent_id": "pi_unknown"},
    "/payments/customer/create?email=customer@example.com&name=John Doe": None,
    "/payments/intent/pi_unknown/cancel": None,
    "/payments/subscription/create": {"customer_id": "cus_1", "items": [{"price": "price_1"}]},
    "/payments/subscription/sub_unknown/cancel": None,
}


class Api:
    """The payments server and the stand-in behind it."""

    def __init__(self, url: str, stripe_url: str) -> None:
        """Keep both addresses."""
        self.url = url
        self.stripe_url = stripe_url

    def post(self, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Post JSON with the token."""
        return requests.post(self.url + path, json=body, headers={**BEARER, **headers}, timeout=20)

    def get(self, path: str) -> requests.Response:
        """Read with the token."""
        return requests.get(self.url + path, headers=BEARER, timeout=20)

    def stripe(self, path: str, **form: str) -> dict[str, Any]:
        """Ask the stand-in directly, as the buyer's browser or the dashboard would."""
        key = {"Authorization": "Bearer sk_test_standin"}
        answer = requests.post(self.stripe_url + path, data=form, headers=key, timeout=20)
        result: dict[str, Any] = answer.json()
        return result

    def paid_intent(self, amount: float = 100.00) -> str:
        """Make an intent and have its buyer pay it; returns its id."""
        body = {**INTENT, "amount": amount}
        intent = self.post("/payments/intent/create", body).json()["payment_intent"]
        self.stripe(f"/v1/payment_intents/{intent['id']}/confirm", payment_method="pm_card_visa")
        return str(intent["id"])


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Both servers as processes."""
    folder = tmp_path_factory.mktemp("api")
    with standin_server(folder) as stripe_url, payments_server(folder, stripe_url) as url:
        yield Api(url, stripe_url)


def test_create_payment_intent(api: Api) -> None:
    """The guide's body gives the guide's answer, field for field."""
    answer = api.post("/payments/intent/create", INTENT)

    intent = answer.json()["payment_intent"]
    assert answer.json()["success"] is True
    assert intent["id"].startswith("pi_")
    assert intent["client_secret"].startswith(intent["id"] + "_secret_")
    assert {**intent, "id": "", "client_secret": ""} == {
        "id": "",
        "amount": 100.00,
        "currency": "usd",
        "status": "requires_payment_method",
        "client_secret": "",
    }


def test_get_payment_status(api: Api) -> None:
    """Status, amount in major units and metadata of a paid intent."""
    intent_id = api.paid_intent()

    intent = api.get(f"/payments/intent/{intent_id}/status").json()["payment_intent"]

    assert intent == {
        "id": intent_id,
        "amount": 100.00,
        "currency": "usd",
        "status": "succeeded",
        "customer_id": None,
        "metadata": {"order_id": "123"},
    }


def test_an_intent_that_wants_authentication_answers_with_its_client_secret(api: Api) -> None:
    """The buyer's page needs it to go on."""
    intent = api.post("/payments/intent/create", INTENT).json()["payment_intent"]
    api.stripe(
        f"/v1/payment_intents/{intent['id']}/confirm",
        payment_method="pm_card_authenticationRequired",
        return_url="https://yoursite.com/back",
    )

    status = api.get(f"/payments/intent/{intent['id']}/status").json()["payment_intent"]

    assert status["status"] == "requires_action"
    assert status["client_secret"] == intent["client_secret"]


def test_cancel_payment(api: Api) -> None:
    """Once; what is canceled or paid is in the wrong state for it."""
    intent = api.post("/payments/intent/create", INTENT).json()["payment_intent"]

    canceled = api.post(f"/payments/intent/{intent['id']}/cancel").json()

    assert canceled["payment_intent"]["status"] == "canceled"
    is_refusal(api.post(f"/payments/intent/{intent['id']}/cancel"), 409, "wrong_state")
    is_refusal(api.post(f"/payments/intent/{api.paid_intent()}/cancel"), 409, "wrong_state")


def test_create_checkout_session(api: Api) -> None:
    """The guide's items give an address to send the customer to."""
    session = api.post("/payments/checkout/create", CHECKOUT).json()["checkout_session"]

    assert session["id"].startswith("cs_")
    assert session["id"] in session["url"]
    assert session["status"] == "open"


def test_refund_payment(api: Api) -> None:
    """In part, then the rest, then there is nothing left."""
    intent_id = api.paid_intent()

    part = api.post("/payments/refund", {"payment_intent_id": intent_id, "amount": 30.50}).json()
    rest = api.post("/payments/refund", {"payment_intent_id": intent_id}).json()

    assert (part["refund"]["amount"], rest["refund"]["amount"]) == (30.5, 69.5)
    again = api.post("/payments/refund", {"payment_intent_id": intent_id})
    is_refusal(again, 409, "wrong_state")


def test_create_and_get_customer(api: Api) -> None:
    """By query, as the guide has it."""
    path = "/payments/customer/create?email=customer@example.com&name=John Doe"
    customer = api.post(path).json()["customer"]

    assert (customer["email"], customer["name"]) == ("customer@example.com", "John Doe")
    assert api.get(f"/payments/customer/{customer['id']}").json()["customer"] == customer


@pytest.mark.parametrize(("path", "body"), POSTS.items())
@pytest.mark.parametrize("token", [None, "wrong"])
def test_every_endpoint_wants_the_token(
    api: Api, path: str, body: dict[str, Any] | None, token: str | None
) -> None:
    """Nothing is done and nothing told without it."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    answer = requests.post(api.url + path, json=body, headers=headers, timeout=20)

    is_refusal(answer, 401, "unauthorized")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": 10.001}, "amount"),
        ({"amount": "ten"}, "amount"),
        ({"amount": [1]}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 10**12}, "amount"),
        ({"currency": "USD"}, "currency"),
        ({"currency": 5}, "currency"),
        ({"currency": "jpy", "amount": 10.5}, "amount"),
        ({"metadata": "x"}, "metadata"),
        ({"metadata": {"k" * 41: "v"}}, "metadata"),
        ({"metadata": {"k": 1}}, "metadata"),
        ({"description": ""}, "description"),
    ],
)
def test_a_wrong_field_is_400_and_named(api: Api, change: dict[str, Any], field: str) -> None:
    """The sentence begins with the field; nothing is rounded."""
    answer = api.post("/payments/intent/create", {**INTENT, **change})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"].startswith("invalid_")
    assert answer.json()["error"]["message"].startswith(field)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b"\xff\xfe",
        b"[" * 9999,
    ],
)
def test_a_body_that_is_no_json_object_is_400(api: Api, body: bytes) -> None:
    """Whatever it is instead."""
    url = f"{api.url}/payments/intent/create"

    is_refusal(requests.post(url, data=body, headers=BEARER, timeout=20), 400, "invalid_request")


@pytest.mark.parametrize(
    "items",
    [None, [], ["ticket"], [{}], [{"name": "T"}], [{"name": "T", "amount": 5, "quantity": 0}]]
    + [[{"name": "T", "amount": 5}, {"name": "T", "amount": 5, "currency": "eur"}]],
)
def test_wrong_items_are_400(api: Api, items: object) -> None:
    """Also mixed currencies in one checkout."""
    answer = api.post("/payments/checkout/create", {**CHECKOUT, "items": items})

    assert answer.status_code == 400
    assert answer.json()["success"] is False


def test_the_same_key_and_body_do_it_once_and_another_body_is_a_conflict(api: Api) -> None:
    """As a retry, and at the same moment."""
    key = {"Idempotency-Key": "one-and-the-same"}

    def post(_: int) -> requests.Response:
        return api.post("/payments/intent/create", INTENT, **key)

    with ThreadPoolExecutor(max_workers=2) as pool:
        answers = [*pool.map(post, range(2)), post(2)]
    made = {a.json()["payment_intent"]["id"] for a in answers if a.status_code == 200}
    other = api.post("/payments/intent/create", {**INTENT, "amount": 101}, **key)

    assert len(made) == 1
    is_refusal(other, 409, "idempotency_conflict")


@pytest.mark.parametrize(
    "path", ["/payments/intent/pi_unknown/status", "/payments/customer/cus_unknown"]
)
def test_what_stripe_does_not_know_is_404(api: Api, path: str) -> None:
    """In our error shape, not in Stripe's."""
    is_refusal(api.get(path), 404, "not_found")


def test_stripe_away_is_502(tmp_path_factory: pytest.TempPathFactory) -> None:
    """With the one error shape, and within the time that a client waits."""
    with payments_server(tmp_path_factory.mktemp("away"), "http://127.0.0.1:9") as url:
        answer = requests.post(
            f"{url}/payments/intent/create", json=INTENT, headers=BEARER, timeout=10
        )

    is_refusal(answer, 502, "stripe_unavailable")
