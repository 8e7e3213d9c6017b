"""Troubles as callers of the API see them: a Stripe that refuses or hangs, a locked database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests

from tests.http.api import INTENT, Api
from tests.servers import BEARER, is_refusal, payments_server, standin_server

pytestmark = pytest.mark.live

DECLINE = {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"}
EXPIRED = {"type": "card_error", "code": "expired_card"}
REUSED = {"type": "idempotency_error"}
NOT_OURS = {"type": "invalid_request_error", "param": "mode"}
CREATE = "/payments/intent/create"


class Grumpy:
    """A Stripe that gives every request the same answer."""

    def __init__(self) -> None:
        """Answer nothing in particular yet."""
        self.status, self.error = 500, {"type": "api_error"}
        self.url = ""

    @contextmanager
    def running(self) -> Iterator[None]:
        """Listen on a free port."""

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler) -> None:  # noqa: N805  "self" is the Stripe around it
                error = {**self.error, "message": "secret-marker of Stripe's"}
                body = json.dumps({"error": error}).encode()
                handler.rfile.read(int(handler.headers.get("Content-Length", 0)))
                handler.send_response(self.status)
                handler.send_header("Request-Id", "req_of_stripe")
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(handler, *_: object) -> None:  # noqa: N805
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def grumpy() -> Iterator[Grumpy]:
    """A Stripe that says no."""
    stripe = Grumpy()
    with stripe.running():
        yield stripe


@pytest.fixture(scope="module")
def url(grumpy: Grumpy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The payments server in front of it."""
    with payments_server(tmp_path_factory.mktemp("grumpy"), grumpy.url) as address:
        yield address


@pytest.mark.parametrize(
    ("stripes", "error", "status", "code"),
    [
        (402, DECLINE, 402, "insufficient_funds"),
        (402, EXPIRED, 402, "expired_card"),
        (400, REUSED, 409, "idempotency_conflict"),
        (400, NOT_OURS, 502, "stripe_rejected"),
        (401, {"type": "invalid_request_error"}, 502, "stripe_unavailable"),
        (403, {"type": "invalid_request_error"}, 502, "stripe_unavailable"),
        (429, {"type": "invalid_request_error", "code": "rate_limit"}, 502, "stripe_unavailable"),
        (409, {"type": "idempotency_error"}, 502, "stripe_unavailable"),
        (500, {"type": "api_error"}, 502, "stripe_unavailable"),
        (503, {"type": "api_error"}, 502, "stripe_unavailable"),
    ],
)
def test_what_stripe_says_is_said_in_our_words(
    url: str, grumpy: Grumpy, stripes: int, error: dict[str, str], status: int, code: str
) -> None:
    """A decline is 402 with the bank's reason, what nobody here can mend is 502."""
    grumpy.status, grumpy.error = stripes, error

    answer = requests.post(url + CREATE, json=INTENT, headers=BEARER, timeout=60)

    is_refusal(answer, status, code)
    assert "secret-marker" not in answer.text


def test_while_stripe_hangs_everything_else_is_answered(tmp_path: Path) -> None:
    """More callers wait for it than Python itself has threads; each is told in the end."""
    callers = 20
    with standin_server(tmp_path) as stripe_url, payments_server(tmp_path, stripe_url) as address:
        api = Api(address, stripe_url)
        key = {"Idempotency-Key": "patience"}
        api.break_stripe("time_out", "POST", "/v1/payment_intents", times=2 * callers)
        with ThreadPoolExecutor(callers) as pool:
            waiting = [pool.submit(api.post, CREATE, INTENT, **key)]
            waiting += [pool.submit(api.post, CREATE, INTENT) for _ in range(callers - 1)]
            api.wait_until_broken(left=callers)
            for path in ("/health", "/payments/shows", "/payments/orders", "/payments/stats"):
                assert requests.get(address + path, headers=BEARER, timeout=60).ok
            # The first may have been told by now; behind them in a queue, these had been answered
            # after most of them.
            assert len(wait(waiting, timeout=0).done) < callers / 2
            answers = [each.result() for each in waiting]
        api.mend_stripe()

        for answer in answers:
            is_refusal(answer, 502, "stripe_unavailable")
            assert answer.elapsed.total_seconds() < 20
        # What was done behind the first one's back is found again.
        made = api.count("/v1/payment_intents")
        assert api.post(CREATE, INTENT, **key).status_code == 200
        assert api.count("/v1/payment_intents") == made


def test_a_locked_database_is_503(tmp_path: Path) -> None:
    """Nothing was asked of Stripe; the same request may be made again."""
    with standin_server(tmp_path) as stripe_url, payments_server(tmp_path, stripe_url) as address:
        api = Api(address, stripe_url)
        lock = sqlite3.connect(tmp_path / "payments.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")

        answer = api.post(CREATE, INTENT, **{"Idempotency-Key": "later"})

        is_refusal(answer, 503, "database_unavailable")
        assert api.count("/v1/payment_intents") == 0
        lock.execute("ROLLBACK")
        lock.close()
        assert api.post(CREATE, INTENT, **{"Idempotency-Key": "later"}).status_code == 200
