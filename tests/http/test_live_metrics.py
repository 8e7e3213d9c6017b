"""`GET /payments/metrics` of a running server, alone and of several processes on one port."""

from __future__ import annotations

import json
from pathlib import Path

import requests

from tests.conftest import WEBHOOK_SECRET
from tests.http.api import Api
from tests.prometheus import Scrape, read_metrics
from tests.servers import BEARER, is_refusal, payments_process
from tests.stripe_wire import sign


def _scrape(url: str) -> Scrape:
    answer = requests.get(f"{url}/payments/metrics", headers=BEARER, timeout=60)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    return read_metrics(answer.content)


def _deliver(url: str, number: int, type_: str = "somebody.elses", secret: str = "") -> int:
    event = {"id": f"evt_{number}", "type": type_, "livemode": False, "created": 1}
    payload = json.dumps({**event, "data": {"object": {}}}).encode()
    signature = {"Stripe-Signature": sign(payload, secret or WEBHOOK_SECRET)}
    answer = requests.post(f"{url}/payments/webhook", payload, headers=signature, timeout=60)
    return answer.status_code


def test_nobody_reads_them_without_the_token(api: Api) -> None:
    """Sales are nobody's business."""
    is_refusal(requests.get(f"{api.url}/payments/metrics", timeout=60), 401, "unauthorized")


def test_webhooks_and_calls_to_stripe_are_counted_and_timed(api: Api) -> None:
    """One event is stored, one is forged; a call to Stripe is under its resource and status."""
    before = _scrape(api.url)
    assert _deliver(api.url, 1) == 200
    assert _deliver(api.url, 2, secret="whsec_of_somebody") == 400
    api.intent()
    after = _scrape(api.url)

    def more(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert more("ticket_clerk_webhook_seconds_count", result="stored") == 1
    assert more("ticket_clerk_webhook_seconds_count", result="refused") == 1
    assert more("ticket_clerk_webhook_events_total", type="other", outcome="ignored") == 1
    call = {"method": "POST", "resource": "payment_intents", "outcome": "200"}
    assert more("ticket_clerk_stripe_request_seconds_count", **call) == 1


def test_types_that_nobody_handles_are_one_series(api: Api) -> None:
    """Thirty types that a sender makes up leave no thirty series behind."""
    _deliver(api.url, 10, "made.up")
    before = _scrape(api.url)
    for number in range(11, 41):
        assert _deliver(api.url, number, f"made.up_{number}") == 200

    assert len(_scrape(api.url).values) == len(before.values)


def test_a_stripe_that_is_away_is_an_outcome(tmp_path: Path) -> None:
    """Nobody listens there: each try is counted."""
    with payments_process(tmp_path) as (url, _):
        requests.get(f"{url}/payments/health", timeout=60)
        away = {"resource": "checkout/sessions", "outcome": "unreachable"}

        assert _scrape(url)("ticket_clerk_stripe_request_seconds_count", **away) >= 2


def test_processes_that_share_a_folder_answer_for_each_other(tmp_path: Path) -> None:
    """What one has counted the other tells."""
    shared = tmp_path / "shared"
    shared.mkdir()
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    setting = {"PROMETHEUS_MULTIPROC_DIR": str(shared)}
    with (
        payments_process(one, **setting) as (url, _),
        payments_process(other, **setting) as (second, _),
    ):
        assert [_deliver(url, 1), _deliver(second, 2)] == [200, 200]
        for told in (_scrape(url), _scrape(second)):
            assert told("ticket_clerk_webhook_seconds_count", result="stored") == 2
            assert told("ticket_clerk_database_up") == 1
