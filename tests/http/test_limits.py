"""Floods: refused in constant memory, while everybody else is served; and who meets a limit."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.conftest import WEBHOOK_SECRET
from tests.hostile import memory_kib, posted, tell
from tests.servers import BEARER, is_refusal, payments_process, payments_server
from tests.stripe_wire import sign
from ticket_clerk.http.request_bodies import BODY_LIMIT
from ticket_clerk.http.token_bucket import BURST

pytestmark = pytest.mark.live

WEBHOOK = "/payments/webhook"
# Generous: what is measured on two idle cores is below a tenth of it.
SERVED_WITHIN_S = 2.0
MOST_GROWTH_KIB = 24 * 1024

Server = tuple[str, subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The payments server, which believes nobody's X-Forwarded-For."""
    with payments_server(tmp_path_factory.mktemp("limits"), "http://127.0.0.1:9") as url:
        yield url


def _event(number: int) -> bytes:
    event = {
        "id": f"evt_{number}",
        "type": "customer.created",
        "livemode": False,
        "created": int(time.time()),
        "data": {"object": {"id": "cus_1"}},
    }
    return json.dumps(event).encode()


def _signed(url: str, number: int) -> requests.Response:
    payload = _event(number)
    headers = {"Stripe-Signature": sign(payload, WEBHOOK_SECRET)}
    return requests.post(url + WEBHOOK, data=payload, headers=headers, timeout=60)


def _forge(url: str, count: int, size: int = 0) -> list[int]:
    """Send forged events over one connection; returns the statuses of the answers."""
    body = _event(1) + b" " * size
    signature = f"Stripe-Signature: {sign(body, 'whsec_wrong_one')}"
    statuses: list[int] = []
    for left in range(count, 0, -50):
        batch = [posted(WEBHOOK, body, signature)] * min(left, 50)
        batch[-1] = posted(WEBHOOK, body, signature, "Connection: close")
        statuses += tell(url, b"".join(batch)).statuses
    return statuses


def _use_up(url: str, path: str, source: str) -> bytes:
    """Ask from an address until it has used its allowance up; returns the first refusal.

    Not the last: whenever the server pauses, there is allowance for one more.
    """
    get = f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode()
    last = get + b"Connection: close\r\n\r\n"
    raw = tell(url, (get + b"\r\n") * (2 * BURST) + last, source).raw
    return next((one for one in raw.split(b"HTTP/1.1 ") if one.startswith(b"429")), b"")


def test_ten_thousand_forged_events_cost_no_memory_and_keep_nobody_out(tmp_path: Path) -> None:
    """All are refused; meanwhile signed events, the operator and the health are served."""
    with payments_process(tmp_path) as (url, process), ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: _forge(url, 250), range(4)))
        before = memory_kib(process.pid)

        forging = [pool.submit(_forge, url, 2500) for _ in range(4)]
        took = []
        for number in range(20):
            answers = [
                _signed(url, number),
                requests.get(f"{url}/payments/orders", headers=BEARER, timeout=60),
                requests.get(f"{url}/health", timeout=60),
            ]
            assert [answer.status_code for answer in answers] == [200, 200, 200]
            took += [answer.elapsed.total_seconds() for answer in answers]
        statuses = [status for each in forging for status in each.result()]
        after = memory_kib(process.pid)

    assert len(statuses) == 10_000
    assert set(statuses) <= {400, 429}
    assert sorted(took)[len(took) // 2] < SERVED_WITHIN_S
    assert after - before < MOST_GROWTH_KIB


def test_large_bodies_cost_no_memory(tmp_path: Path) -> None:
    """Two hundred of 4 MB to open and guarded addresses: each is refused, none is kept."""
    large = b"x" * 4_000_000
    paths = (WEBHOOK, "/payments/refund", "/payments/nothing", "/payments/shows")
    with payments_process(tmp_path) as (url, process), ThreadPoolExecutor(8) as pool:
        _forge(url, 50, size=200_000)
        before = memory_kib(process.pid)

        requested = [posted(path, large, "Connection: close") for path in paths]
        replies = list(pool.map(lambda n: tell(url, requested[n % len(paths)]), range(200)))
        after = memory_kib(process.pid)

    statuses = {status for reply in replies for status in reply.statuses}
    assert statuses <= {413, 401, 404, 405, 429}
    assert 413 in statuses
    assert after - before < MOST_GROWTH_KIB


@pytest.mark.parametrize("path", ["shows", "docs", "openapi.json", "success", "cancel", "health"])
def test_what_is_open_to_everybody_is_limited_by_address(server: str, path: str) -> None:
    """429 in the shape of every error, with the seconds to wait; other addresses are served."""
    source = f"127.0.1.{1 + len(path)}"

    refusal = _use_up(server, f"/payments/{path}", source)

    assert b"retry-after: 1\r\n" in refusal.lower()
    error = json.loads(refusal.partition(b"\r\n\r\n")[2])["error"]
    assert error["code"] == "rate_limited"
    get = f"GET /payments/{path} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
    assert tell(server, get, "127.0.2.1").statuses in ([200], [503])


@pytest.mark.parametrize("kind", ["", ".pdf"])
def test_guessing_tickets_is_limited_by_address(server: str, kind: str) -> None:
    """Each guess is 404 until it is 429; at this pace 131 bits last for ever."""
    refusal = _use_up(server, f"/payments/tickets/tkt_{'a' * 22}{kind}", f"127.0.3.{1 + len(kind)}")

    assert json.loads(refusal.partition(b"\r\n\r\n")[2])["error"]["code"] == "rate_limited"


def test_guessing_tokens_is_limited_and_the_token_is_not(server: str) -> None:
    """From the same address: 401 until it is 429, and the right token gets in all the time."""
    guess = b"GET /payments/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer guess\r\n"
    last = guess + b"Connection: close\r\n\r\n"

    statuses = tell(server, (guess + b"\r\n") * (2 * BURST) + last).statuses

    assert set(statuses) == {401, 429}
    assert requests.get(f"{server}/payments/orders", headers=BEARER, timeout=60).ok
    answer = requests.get(f"{server}/payments/orders", timeout=60)
    is_refusal(answer, answer.status_code, answer.json()["error"]["code"])
    assert answer.status_code in {401, 429}


def test_a_signed_event_meets_no_limit(server: str) -> None:
    """The address has used everything up with forgeries; what Stripe signed is taken at once."""
    assert 429 in _forge(server, 2 * BURST)

    for number in range(100, 130):
        assert _signed(server, number).status_code == 200
    assert requests.get(f"{server}/health", timeout=60).status_code == 200


def test_a_made_up_x_forwarded_for_helps_nobody(server: str) -> None:
    """With no trusted proxy the header is anybody's, and each request counts for its sender."""
    asks = [
        f"GET /payments/success HTTP/1.1\r\nX-Forwarded-For: 10.0.{n // 250}.{n % 250}\r\n\r\n"
        for n in range(2 * BURST)
    ]
    asks.append("GET /payments/success HTTP/1.1\r\nConnection: close\r\n\r\n")

    statuses = tell(server, "".join(asks).encode(), "127.0.3.1").statuses

    assert 429 in statuses


def test_behind_a_proxy_its_word_counts_and_not_the_clients(tmp_path: Path) -> None:
    """TRUSTED_PROXIES=1: buyers are told apart by what the proxy adds at the right."""

    def asks(left: str, right: str, count: int) -> list[int]:
        get = f"GET /payments/success HTTP/1.1\r\nX-Forwarded-For: {left}, {right}\r\n".encode()
        return tell(url, (get + b"\r\n") * count + get + b"Connection: close\r\n\r\n").statuses

    with payments_process(tmp_path, TRUSTED_PROXIES="1") as (url, _):
        assert 429 in asks("203.0.113.1", "198.51.100.7", 2 * BURST)
        assert 429 in asks("203.0.113.2", "198.51.100.7", BURST // 2)
        assert set(asks("203.0.113.1", "198.51.100.8", BURST // 2)) == {200}


HEADERS = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 90) for number in range(500))
LONG = b"x" * 20_000


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /payments/shows HTTP/1.1\r\n" + HEADERS + b"\r\n", 431),
        (b"GET /payments/orders HTTP/1.1\r\n" + HEADERS + b"\r\n", 431),
        (b"POST /webhook HTTP/1.1\r\nX: " + LONG + b"\r\n\r\n", 431),
        (b"GET /payments/shows?" + LONG + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET /payments/success HTTP/1.1\r\n" + b"a:b\r\n" * 1500 + b"\r\n", 200),
        (b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"POST " + WEBHOOK.encode() + b" HTTP/1.1\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST " + WEBHOOK.encode() + b" HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        (
            b"POST "
            + WEBHOOK.encode()
            + b" HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxyz",
            400,
        ),
    ],
)
def test_a_head_that_is_too_large_or_none_is_refused(
    server: str, request_: bytes, status: int
) -> None:
    """431 above 8 KiB whatever it asks for, 400 for what is no HTTP/1.1; the server goes on."""
    if status == 200:
        request_ = request_.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)

    reply = tell(server, request_, "127.0.4.1")

    assert reply.statuses == [status]
    assert requests.get(f"{server}/health", timeout=60).ok


def test_requests_in_one_go_are_answered_in_their_order(server: str) -> None:
    """Pipelining: a hundred at once over one connection, each with its own answer."""
    pair = b"GET /payments/success HTTP/1.1\r\n\r\nGET /payments/nothing HTTP/1.1\r\n\r\n"
    last = b"GET /payments/cancel HTTP/1.1\r\nConnection: close\r\n\r\n"

    assert tell(server, pair * 50 + last, "127.0.5.1").statuses == [200, 404] * 50 + [200]


def test_a_body_at_the_limit_is_read(server: str) -> None:
    """256 KiB to the byte; what was signed is taken."""
    payload = _event(1000)
    payload += b" " * (BODY_LIMIT - len(payload))
    headers = {"Stripe-Signature": sign(payload, WEBHOOK_SECRET)}

    assert requests.post(server + WEBHOOK, data=payload, headers=headers, timeout=60).ok
