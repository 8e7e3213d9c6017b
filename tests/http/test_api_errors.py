"""Every way to get a request wrong: its status, its code, and the field that it is about."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.http.api import CHECKOUT, INTENT, Api
from tests.servers import BEARER, is_refusal, payments_server
from ticket_clerk.http.request_bodies import BODY_LIMIT

CUSTOMER = "/payments/customer/create"
SUBSCRIPTION = {"customer_id": "cus_1", "items": [{"price": "price_1"}]}
TICKET = {"name": "T", "amount": 5}
REFUND = {"payment_intent_id": "pi_1"}
POSTS = {
    "/payments/intent/create": INTENT,
    "/payments/intent/pi_unknown/cancel": None,
    "/payments/checkout/create": CHECKOUT,
    "/payments/refund": REFUND,
    f"{CUSTOMER}?email=customer@example.com&name=John Doe": None,
    "/payments/subscription/create": SUBSCRIPTION,
    "/payments/subscription/sub_unknown/cancel": None,
}
GETS = [
    "/payments/intent/pi_unknown/status",
    "/payments/customer/cus_unknown",
    "/payments/subscription/sub_unknown",
    "/payments/orders/ord_unknown",
    "/payments/orders",
    "/payments/stats",
]
ALL = [("POST", path) for path in POSTS] + [("GET", path) for path in GETS]


@pytest.mark.parametrize(("method", "path"), ALL)
@pytest.mark.parametrize(
    "given",
    [None, "Bearer wrong", "Bearer ", "Basic api-token-of-the-tests", "api-token-of-the-tests"],
)
def test_every_endpoint_wants_the_token(
    api: Api, method: str, path: str, given: str | None
) -> None:
    """Nothing is done and nothing told without it, not even whether there is such a thing."""
    headers = {"Authorization": given} if given else {}

    answer = requests.request(
        method, api.url + path, json=POSTS.get(path), headers=headers, timeout=60
    )

    is_refusal(answer, 401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


WRONG_FIELDS: list[tuple[str, dict[str, Any], dict[str, Any], str]] = [
    *(
        ("/payments/intent/create", INTENT, change, field)
        for change, field in (
            *(({"amount": amount}, "amount") for amount in (None, 0, -1, 10.001, "ten", [1], True)),
            ({"amount": 1_000_000}, "amount"),
            ({"amount": 0.01}, "amount"),
            ({"amount": 10.5, "currency": "jpy"}, "amount"),
            ({"amount": 5.125, "currency": "kwd"}, "amount"),
            ({"amount": 5.5, "currency": "isk"}, "amount"),
            *(
                ({"currency": currency}, "currency")
                for currency in ("USD", "xyz", "xxx", "", 5, None)
            ),
            *(({"metadata": wrong}, "metadata") for wrong in ("x", {"k" * 41: "v"}, {"k": 1})),
            ({"description": ""}, "description"),
            ({"description": "\ud800"}, "description"),
            ({"metadata": {"half": "\udc00"}}, "metadata"),
            ({"customer_id": "../x"}, "customer_id"),
        )
    ),
    *(
        ("/payments/checkout/create", CHECKOUT, change, field)
        for change, field in (
            *(({"items": items}, "items") for items in (None, [], "ticket")),
            ({"items": [{"amount": 5}]}, "name"),
            ({"items": [{"name": "T"}]}, "amount"),
            ({"items": [{"name": "T", "amount": 0}]}, "amount"),
            ({"items": [{"name": "T", "amount": 5, "quantity": 0}]}, "quantity"),
            ({"items": [{"name": "T", "amount": 5, "quantity": 1.5}]}, "quantity"),
            (
                {"items": [{"name": "T", "amount": 5, "currency": c} for c in ("usd", "eur")]},
                "items",
            ),
            ({"items": [{"name": "T", "amount": 999_999, "quantity": 9}]}, "amount"),
            ({"success_url": None}, "success_url"),
            ({"cancel_url": "javascript:alert(1)"}, "cancel_url"),
            ({"cancel_url": "https://[half"}, "cancel_url"),
            ({"success_url": "https:///nowhere"}, "success_url"),
            ({"customer_email": "nobody"}, "customer_email"),
        )
    ),
    *(
        ("/payments/refund", REFUND, change, field)
        for change, field in (
            ({"payment_intent_id": None}, "payment_intent_id"),
            ({"payment_intent_id": ""}, "payment_intent_id"),
            ({"amount": [1]}, "amount"),
            ({"reason": "because"}, "reason"),
            ({"quantity": -1}, "quantity"),
        )
    ),
    *(
        ("/payments/subscription/create", SUBSCRIPTION, change, field)
        for change, field in (
            ({"customer_id": None}, "customer_id"),
            ({"items": []}, "items"),
            ({"items": [{}]}, "price"),
            ({"items": [{"price": "x", "quantity": 0}]}, "quantity"),
        )
    ),
    ("/payments/subscription/sub_1/cancel", {}, {"at_period_end": "yes"}, "at_period_end"),
    (CUSTOMER, {}, {}, "email"),
    (f"{CUSTOMER}?email=", {}, {}, "email"),
    (f"{CUSTOMER}?email=nobody", {}, {}, "email"),
    (f"{CUSTOMER}?email=a@example.com&name=", {}, {}, "name"),
]


@pytest.mark.parametrize(("path", "right", "change", "field"), WRONG_FIELDS)
def test_a_wrong_field_is_400_and_named(
    api: Api, path: str, right: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    """The sentence begins with the field and does not repeat what was in it; nothing is rounded."""
    answer = api.post(path, {**right, **change})

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["code"].startswith("invalid_")
    is_refusal(answer, 400, answer.json()["error"]["code"])
    assert answer.json()["error"]["message"].split()[0] == field


@pytest.mark.parametrize("path", [path for path, body in POSTS.items() if body])
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
def test_a_body_that_is_no_json_object_is_400(api: Api, path: str, body: bytes) -> None:
    """Whatever it is instead."""
    answer = requests.post(api.url + path, data=body, headers=BEARER, timeout=60)

    is_refusal(answer, 400, "invalid_request")


@pytest.mark.parametrize("key", ["", "x" * 251, "two words", "ключ".encode()])
def test_a_key_that_is_none_is_400(api: Api, key: str | bytes) -> None:
    """Visible signs, 250 of them at most."""
    headers = {**BEARER, "Idempotency-Key": key}

    answer = requests.post(
        f"{api.url}/payments/intent/create", json=INTENT, headers=headers, timeout=60
    )

    is_refusal(answer, 400, "invalid_request")
    assert answer.json()["error"]["message"].startswith("Idempotency-Key")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *((path, None) for path in GETS[:3]),
        ("/payments/intent/pi_unknown/cancel", None),
        ("/payments/intent/create", {**INTENT, "customer_id": "cus_unknown"}),
        ("/payments/refund", {"payment_intent_id": "pi_unknown"}),
        ("/payments/refund", {"payment_intent_id": "pi_unknown", "amount": 5}),
        ("/payments/subscription/create", SUBSCRIPTION),
        ("/payments/subscription/sub_unknown/cancel", None),
        ("/payments/subscription/sub_unknown/cancel", {"at_period_end": False}),
    ],
)
def test_what_stripe_does_not_know_is_404(api: Api, path: str, body: dict[str, Any] | None) -> None:
    """In our error shape, not in Stripe's."""
    answer = api.get(path) if path in GETS else api.post(path, body)

    is_refusal(answer, 404, "not_found")


@pytest.mark.parametrize(("method", "path"), ALL)
def test_another_method_is_405_and_says_which_there_is(api: Api, method: str, path: str) -> None:
    """As HTTP wants it."""
    answer = requests.put(api.url + path, headers=BEARER, timeout=60)

    is_refusal(answer, 405, "method_not_allowed")
    # Orders are listed and, for who sells at a desk, placed.
    there_is = {"GET", "POST"} if path == "/payments/orders" else {method}
    assert set(answer.headers["Allow"].split(", ")) == there_is


def test_what_can_no_longer_be_canceled_is_409_and_says_why(api: Api) -> None:
    """One that is canceled already, a paid one, one that a bank works on."""
    canceled, underway = api.intent()["id"], api.intent()["id"]
    api.post(f"/payments/intent/{canceled}/cancel")
    api.confirm(underway, "pm_usBankAccount")
    intents = {"canceled": canceled, "succeeded": api.paid_intent(), "processing": underway}

    for status, intent_id in intents.items():
        answer = api.post(f"/payments/intent/{intent_id}/cancel")
        is_refusal(answer, 409, "wrong_state")
        assert f"is {status}" in answer.json()["error"]["message"]


def test_what_can_no_longer_be_refunded_is_409(api: Api) -> None:
    """One that was given back already, and one that nobody paid."""
    used_up = api.paid_intent()
    api.post("/payments/refund", {"payment_intent_id": used_up})

    for intent_id in (used_up, api.intent()["id"]):
        is_refusal(
            api.post("/payments/refund", {"payment_intent_id": intent_id}), 409, "wrong_state"
        )


@pytest.mark.parametrize("body", [None, {"at_period_end": False}])
def test_a_subscription_that_has_ended_is_409(api: Api, body: dict[str, Any] | None) -> None:
    """There is nothing left to end."""
    path = f"/payments/subscription/{api.subscription()}/cancel"
    api.post(path, {"at_period_end": False})

    is_refusal(api.post(path, body), 409, "wrong_state")


@pytest.mark.parametrize("amount", [100.01, 0.001, "all", 10**9])
def test_a_part_that_cannot_be_given_back_is_400(api: Api, amount: object) -> None:
    """More than is left, or no sum of the payment's currency."""
    body = {"payment_intent_id": api.paid_intent(), "amount": amount}

    answer = api.post("/payments/refund", body)

    is_refusal(answer, 400, "invalid_amount")
    assert answer.json()["error"]["message"].startswith("amount")


@pytest.mark.parametrize("path", [path for path, body in POSTS.items() if body])
def test_a_body_over_the_limit_is_413(api: Api, path: str) -> None:
    """It is not even read to its end."""
    answer = requests.post(api.url + path, data=b"x" * (BODY_LIMIT + 1), headers=BEARER, timeout=60)

    is_refusal(answer, 413, "too_large")


@pytest.mark.live
def test_stripe_away_is_502(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever was asked, and within the time that a client waits."""
    with payments_server(tmp_path_factory.mktemp("away"), "http://127.0.0.1:9") as url:
        for method, path in ALL[: len(POSTS) + 3]:
            answer = requests.request(
                method, url + path, json=POSTS.get(path), headers=BEARER, timeout=60
            )
            is_refusal(answer, 502, "stripe_unavailable")
