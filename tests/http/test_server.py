"""The payments server as a process of its own: what it answers, and what it never gives away."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.conftest import WEBHOOK_SECRET
from tests.servers import BEARER, TOKEN, is_refusal, payments_server
from tests.stripe_wire import sign
from ticket_clerk.http.request_bodies import BODY_LIMIT


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """``python -m integrations.payments``, alone, with neither Rasa nor Stripe to be reached."""
    with payments_server(tmp_path_factory.mktemp("server"), "http://127.0.0.1:9") as url:
        yield url


def test_the_catalog_is_public_and_in_major_units(server: str) -> None:
    """Prices as people write them, holds subtracted."""
    answer = requests.get(f"{server}/payments/shows", timeout=60).json()

    show = answer["shows"][0]
    assert show["id"] == "lakers-warriors"
    assert show["sections"][0] == {
        "id": "101",
        "name": "Section 101",
        "price": 200,
        "seats": 40,
        "seats_left": 40,
    }
    assert answer["season_tickets"][0]["price"] == 1500


@pytest.mark.parametrize("path", ["/payments/orders", "/payments/orders/ord_0123456789abcdef"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": b"Bearer \xff\xfe"},
        {"Authorization": f"Basic {TOKEN}"},
    ],
)
def test_orders_want_the_token(server: str, path: str, headers: dict[str, str]) -> None:
    """No token, a wrong one, another scheme: the same 401, order or none."""
    is_refusal(requests.get(server + path, headers=headers, timeout=60), 401, "unauthorized")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=unpaid", "status"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=" + "9" * 5000, "limit"),
    ],
)
def test_a_wrong_question_names_the_field(server: str, query: str, field: str) -> None:
    """400 with what may be written, and not with what was."""
    answer = requests.get(f"{server}/payments/orders?{query}", headers=BEARER, timeout=60)

    is_refusal(answer, 400, "invalid_request")
    assert answer.json()["error"]["message"].startswith(field)


def test_open_questions_are_for_operators(server: str) -> None:
    """Counts by topic and place, behind the token."""
    is_refusal(requests.get(f"{server}/payments/questions", timeout=60), 401, "unauthorized")
    answer = requests.get(f"{server}/payments/questions", headers=BEARER, timeout=60)

    assert (answer.status_code, answer.json()) == (200, {"success": True, "questions": []})


def test_an_unknown_order_is_404(server: str) -> None:
    """Also as a cursor."""
    for path in ("/payments/orders/ord_nope", "/payments/orders?cursor=ord_nope"):
        is_refusal(requests.get(server + path, headers=BEARER, timeout=60), 404, "order_not_found")


def test_unknown_addresses_and_methods_have_the_same_shape(server: str) -> None:
    """One error shape everywhere."""
    is_refusal(requests.get(f"{server}/payments/nothing", timeout=60), 404, "not_found")
    is_refusal(requests.get(f"{server}/nothing", timeout=60), 404, "not_found")
    is_refusal(requests.delete(f"{server}/payments/webhook", timeout=60), 405, "method_not_allowed")


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_over_the_limit_is_refused(server: str, is_chunked: bool) -> None:
    """With its length announced, or found out on the way."""
    body = b"x" * (BODY_LIMIT + 1)
    data = iter([body[:100_000], body[100_000:]]) if is_chunked else body

    answer = requests.post(f"{server}/payments/webhook", data=data, timeout=60)

    is_refusal(answer, 413, "too_large")


def test_an_unsigned_webhook_is_refused_without_an_echo(server: str) -> None:
    """Neither the body nor a secret comes back."""
    body = b'{"card": "secret-marker"}'

    answer = requests.post(f"{server}/payments/webhook", data=body, timeout=60)

    is_refusal(answer, 400, "invalid_signature")
    assert "secret-marker" not in answer.text


def test_a_signed_webhook_is_taken_once_and_fast(server: str) -> None:
    """2xx means that it is on disk; the median of fifty is within a second on a busy machine."""
    took = []
    for number in range(50):
        payload = (
            f'{{"id": "evt_{number}", "type": "customer.created", "livemode": false, '
            f'"created": {int(time.time())}, "data": {{"object": {{"id": "cus_1"}}}}}}'
        ).encode()
        headers = {"Stripe-Signature": sign(payload, WEBHOOK_SECRET)}
        started = time.perf_counter()
        answer = requests.post(
            f"{server}/payments/webhook", data=payload, headers=headers, timeout=60
        )
        took.append(time.perf_counter() - started)
        assert answer.json() == {"received": True, "outcome": "ignored"}
    again = requests.post(f"{server}/payments/webhook", data=payload, headers=headers, timeout=60)

    assert again.json()["outcome"] == "duplicate"
    assert sorted(took)[25] < 1


def test_a_flood_of_forgeries_does_not_keep_real_events_out(server: str) -> None:
    """Two hundred forged events at once, and a real one among them is taken."""
    payload = (
        b'{"id": "evt_real", "type": "x", "livemode": false, "created": 1, "data": {"object": {}}}'
    )

    def forge(_: int) -> int:
        headers = {"Stripe-Signature": sign(payload, "whsec_wrong_one")}
        url = f"{server}/payments/webhook"
        return requests.post(url, data=payload, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(max_workers=8) as pool:
        forged = pool.map(forge, range(200))
        real = requests.post(
            f"{server}/payments/webhook",
            data=payload,
            headers={"Stripe-Signature": sign(payload, WEBHOOK_SECRET)},
            timeout=60,
        )
        assert set(forged) == {400}
    assert real.status_code == 200


def test_the_pages_after_checkout_run_no_script_and_prove_nothing(server: str) -> None:
    """Anybody can open them, so they thank and promise nothing."""
    for name in ("success", "cancel"):
        answer = requests.get(f"{server}/payments/{name}", timeout=60)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "<script" not in answer.text
        assert "confirmed" not in answer.text.lower()


def test_health_tells_the_process_from_its_parts(server: str) -> None:
    """The process is well; that Stripe and Rasa are away is said part by part."""
    assert requests.get(f"{server}/health", timeout=60).status_code == 200

    answer = requests.get(f"{server}/payments/health", timeout=60)

    assert answer.status_code == 503
    body = answer.json()
    assert body["status"] == "degraded"
    assert (body["database"], body["stripe"], body["rasa"]) == (
        "ok",
        "stripe_unavailable",
        "rasa_unavailable",
    )


@pytest.mark.live
def test_a_start_without_a_token_ends_with_one_sentence(tmp_path: Path) -> None:
    """It names the variable and says what to write; no traceback."""
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": f"sqlite:///{tmp_path}/payments.db",
        # Empty beats what a .env in this folder may say.
        "RASA_TOKEN": "",
    }

    ended = subprocess.run(
        [sys.executable, "-m", "integrations.payments"],
        env=environ,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr.startswith("RASA_TOKEN is not set")
    assert ended.stderr.count("\n") == 1


def test_a_signed_event_of_api_v2_is_recorded_and_ignored(server: str) -> None:
    """Such an event is thin; refused, Stripe would send it for days and then end the endpoint."""
    event = {
        "id": "evt_test_65R9Ijk8dKEYZcXeRWn16R9A7j1FSQ3w3TGDPLLGSM4CW0",
        "object": "v2.core.event",
        "type": "v1.billing.meter.error_report_triggered",
        "created": "2026-11-28T06:20:52.246Z",
        "livemode": False,
        "related_object": {"id": "mtr_1", "type": "billing.meter", "url": "/v1/billing/meters/1"},
    }
    payload = json.dumps(event).encode()

    outcomes = []
    for _ in range(2):
        headers = {"Stripe-Signature": sign(payload, WEBHOOK_SECRET)}
        answer = requests.post(
            f"{server}/payments/webhook", data=payload, headers=headers, timeout=60
        )
        assert answer.status_code == 200
        outcomes.append(answer.json()["outcome"])

    assert outcomes == ["ignored", "duplicate"]
