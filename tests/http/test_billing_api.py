"""Customers, subscriptions, figures and repeated requests over HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.http.api import CHECKOUT, INTENT, Api
from tests.servers import is_refusal

JANE = "/payments/customer/create?email=jane@example.com&name=Jane"


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


def test_a_subscription_begins_and_ends_with_its_period(api: Api) -> None:
    """The guide's season ticket over HTTP."""
    body = {"customer_id": api.payer(), "items": [{"price": api.season_price()}]}

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


def test_the_figures_count_what_went_through_the_api(api: Api) -> None:
    """Empty as long as no event came; a wrong moment names its field."""
    assert api.get("/payments/stats").json() == {
        "success": True,
        "stats": {
            "usd": {
                "total_revenue": 0.0,
                "refunded": 0.0,
                "successful_payments": 0,
                "failed_payments": 0,
                "refund_rate": 0.0,
                "refund_fees": 0.0,
                "paid_elsewhere": 0.0,
            }
        },
    }
    ok = api.get("/payments/stats?since=2027-01-01T00:00:00Z&until=2027-02-01T00:00:00-08:00")
    assert ok.status_code == 200
    answer = api.get("/payments/stats?since=yesterday")
    is_refusal(answer, 400, "invalid_request")
    assert "since" in answer.json()["error"]["message"]


def test_a_key_belongs_to_one_request(api: Api) -> None:
    """Another body or another address under it is a conflict."""
    key = {"Idempotency-Key": "mine"}
    assert api.post("/payments/intent/create", INTENT, **key).status_code == 200

    other = {**INTENT, "amount": 1}
    is_refusal(api.post("/payments/intent/create", other, **key), 409, "idempotency_conflict")
    is_refusal(api.post("/payments/checkout/create", CHECKOUT, **key), 409, "idempotency_conflict")


def test_a_callers_metadata_comes_back_without_ours(api: Api) -> None:
    """What marks the payment for the ledger stays between Stripe and us."""
    body = {**INTENT, "metadata": {"order_id": "ORD123", "ticket_type": "premium"}}
    intent = api.post("/payments/intent/create", body).json()["payment_intent"]

    shown = api.get(f"/payments/intent/{intent['id']}/status").json()["payment_intent"]
    at_stripe = api.stripe(f"/v1/payment_intents/{intent['id']}")
    assert shown["metadata"] == body["metadata"]
    assert at_stripe["metadata"]["service"] == "ticket-clerk-api"
