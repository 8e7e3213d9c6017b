"""Clients that drip, stall or lie about lengths keep nobody else waiting."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from tests.hostile import Reply, connect, drip, posted, tell
from tests.servers import free_port, payments_server, running, wait_for
from ticket_clerk.http.connections import ARRIVES_WITHIN_S, MOST_WAITING

pytestmark = pytest.mark.live

HEAD = b"GET /health HTTP/1.1\r\nHost: x\r\n"
BODY = b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
BELOW_ZERO = HEAD + b"Content-Length: -5\r\n\r\nhello"


@contextmanager
def sanic(folder: Path, *options: str) -> Iterator[str]:
    """Sanic as it comes, or with our limits (plain_sanic.py); gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "tests.http.plain_sanic", str(port), *options]
    with running(command, {}, folder / "sanic.log") as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url
        # One that is stuck in a loop handles no signal.
        process.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The payments server."""
    with payments_server(tmp_path_factory.mktemp("slow"), "http://127.0.0.1:9") as url:
        yield url


def test_whoever_drips_is_told_that_it_took_too_long(server: str) -> None:
    """408 after ten seconds for a head, a body and a chunked body, however they drip in."""
    webhook = b"POST /payments/webhook HTTP/1.1\r\nHost: x\r\n"
    dripping: list[tuple[bytes, bytes]] = [
        (HEAD, b"X-A: b\r\n"),
        (HEAD + b"\r\n" + HEAD, b"X-A: b\r\n"),
        (webhook + b"Content-Length: 200000\r\n\r\n", b"x"),
        (webhook + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ]

    def suffer(of: tuple[bytes, bytes]) -> Reply:
        return drip(server, *of, for_s=3 * ARRIVES_WITHIN_S)

    with ThreadPoolExecutor(len(dripping)) as pool:
        replies = list(pool.map(suffer, dripping))

    assert [reply.statuses[-1:] for reply in replies] == [[408]] * len(dripping)
    assert replies[1].statuses == [200, 408]
    assert max(reply.after_s for reply in replies) < 2 * ARRIVES_WITHIN_S


@pytest.mark.parametrize(("data", "more"), [(HEAD, b"X-A: b\r\n"), (BODY, b"x")])
def test_without_limits_a_dripping_client_is_waited_for(
    tmp_path: Path, data: bytes, more: bytes
) -> None:
    """The control: Sanic's timeout of one second begins again with every byte."""
    with sanic(tmp_path) as url:
        # On a busy machine a drip may come late, which is a silence.
        replies = (drip(url, data, more, for_s=3) for _ in range(4))
        assert any(reply.raw == b"" and reply.after_s >= 3 for reply in replies)


def test_the_longest_wait_ends_when_too_many_wait(server: str) -> None:
    """Whoever comes after many that say nothing is answered at once; the oldest have to go."""
    crowd = MOST_WAITING + 50
    with ExitStack() as stack:
        silent = [stack.enter_context(connect(server)) for _ in range(crowd)]
        for client in silent:
            client.sendall(HEAD)

        answer = requests.get(f"{server}/health", timeout=60)

        assert answer.ok
        assert answer.elapsed.total_seconds() < 15
        silent[0].settimeout(60)
        ended = silent[0].recv(100)
        # Before its first byte was read there is nothing to answer.
        assert not ended or ended.startswith(b"HTTP/1.1 408")


def test_a_length_below_zero_is_refused(server: str) -> None:
    """Whatever the method, and the server goes on."""
    webhook = b"POST /payments/webhook HTTP/1.1\r\nContent-Length: -5\r\n\r\nhello"

    for data in (BELOW_ZERO, webhook):
        assert tell(server, data).statuses == [400]
    assert requests.get(f"{server}/health", timeout=60).ok


def test_without_the_check_a_length_below_zero_stops_the_server(tmp_path: Path) -> None:
    """The control: one request, and nobody is answered any more."""
    with sanic(tmp_path) as url, connect(url) as client:
        client.sendall(BELOW_ZERO)
        assert client.recv(100).startswith(b"HTTP/1.1 200")
        with pytest.raises(requests.Timeout):
            requests.get(f"{url}/health", timeout=1)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_route_that_wants_its_body_whole_has_a_limit_too(tmp_path: Path, chunked: bool) -> None:
    """Nothing above the limit is kept, announced or not; at the limit it is taken."""

    def chunks(size: int) -> bytes:
        head = b"POST /body HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        return head + b"%x\r\n%b\r\n0\r\n\r\n" % (size, b"x" * size)

    def whole(size: int) -> bytes:
        return posted("/body", b"x" * size, "Connection: close")

    write: Callable[[int], bytes] = chunks if chunked else whole
    with sanic(tmp_path, "limited") as url:
        assert tell(url, write(1024)).statuses == [200]
        assert tell(url, write(1025)).statuses == [413]
        assert tell(url, write(5_000_000)).statuses in ([413], [])
