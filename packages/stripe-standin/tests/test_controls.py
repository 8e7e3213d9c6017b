"""Addresses under /_test/: the clock and failures, over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from harness.process import Process
from harness.shop import TICKETS


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """One stand-in for all of these tests."""
    directory: Path = tmp_path_factory.mktemp("controls")
    with Process(directory) as started:
        started.wait_until_it_listens()
        yield started


@pytest.fixture(autouse=True)
def _mended(process: Process) -> Iterator[None]:
    """Every test leaves a stand-in that works."""
    yield
    requests.delete(f"{process.url}/_test/failures", timeout=60)
    requests.post(f"{process.url}/_test/clock", data={"offset_s": 0}, timeout=60)


def _client(process: Process, **settings: Any) -> stripe.StripeClient:
    return stripe.StripeClient(
        "sk_test_x", base_addresses={"api": process.url}, max_network_retries=0, **settings
    )


def _ask(process: Process, **failure: Any) -> requests.Response:
    return requests.post(f"{process.url}/_test/failures", data=failure, timeout=60)


def _customers(process: Process) -> int:
    return len(_client(process).v1.customers.list({"limit": 100}).data)


@pytest.mark.parametrize(("when", "made"), [("after", 1), ("before", 0)])
@pytest.mark.parametrize("how", ["drop", "error"])
def test_failure_befalls_the_next_request(process: Process, how: str, when: str, made: int) -> None:
    """The work was done or it was not; the request after it is well, and so are other paths."""
    _ask(process, path="/v1/customers", method="POST", how=how, when=when)
    before = _customers(process)
    error = stripe.APIConnectionError if how == "drop" else stripe.APIError
    with pytest.raises(error):
        _client(process).v1.customers.create({"name": "Ann"})
    assert _customers(process) == before + made
    _client(process).v1.customers.create({"name": "Ann"})


def test_answer_that_never_comes(process: Process) -> None:
    """The client gives up; what Stripe did is found again by the same idempotency key."""
    hasty = _client(process, http_client=stripe.RequestsClient(timeout=1))
    key: Any = {"idempotency_key": "timeout-1"}
    _ask(process, path="/checkout/sessions", how="time_out", seconds=30)
    started = time.monotonic()
    with pytest.raises(stripe.APIConnectionError):
        hasty.v1.checkout.sessions.create(TICKETS, key)  # type: ignore[arg-type]
    assert time.monotonic() - started < 25
    client = _client(process)
    session = client.v1.checkout.sessions.create(TICKETS, key)  # type: ignore[arg-type]
    found = client.v1.checkout.sessions.list({"limit": 100}).data
    assert [one.id for one in found] == [session.id]


def test_failures_are_used_up_listed_and_cleared(process: Process) -> None:
    """As many times as asked for."""
    _ask(process, path="/v1/events", how="error", times=2)
    for _ in range(2):
        with pytest.raises(stripe.APIError):
            _client(process).v1.events.list()
    _client(process).v1.events.list()
    answer = _ask(process, path="/nowhere", times=3).json()
    assert answer["failures"][0]["times"] == 3
    requests.delete(f"{process.url}/_test/failures", timeout=60)
    assert requests.get(f"{process.url}/_test/failures", timeout=60).json() == {"failures": []}


def test_clock_is_moved_without_a_restart(process: Process) -> None:
    """What fell due is done before the answer."""
    client = _client(process)
    session = client.v1.checkout.sessions.create(TICKETS)  # type: ignore[arg-type]
    url = f"{process.url}/_test/clock"
    moved = requests.post(url, data={"advance_s": 25 * 3600}, timeout=60).json()
    assert moved["offset_s"] == 25 * 3600
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert requests.get(url, timeout=60).json()["offset_s"] == 25 * 3600


@pytest.mark.parametrize(
    "failure", [{"how": "gently"}, {"times": 0}, {"seconds": 1000, "how": "time_out"}, {"a": "b"}]
)
def test_wrong_failures_are_refused(process: Process, failure: dict[str, Any]) -> None:
    """With a sentence."""
    answer = _ask(process, **failure)
    assert (answer.status_code, "message" in answer.json()["error"]) == (400, True)


def test_web_pages_have_no_hand_in_it(process: Process) -> None:
    """A browser says where its page comes from, and is refused; so is an unknown control."""
    for path, headers, status in (
        ("clock", {"Origin": "https://example.com"}, 403),
        ("nothing", {}, 404),
    ):
        answer = requests.post(f"{process.url}/_test/{path}", headers=headers, timeout=60)
        assert answer.status_code == status
