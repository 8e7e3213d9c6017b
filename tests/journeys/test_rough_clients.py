"""Rough clients at every server of the clerk: each is refused sanely, and everybody else served."""

from __future__ import annotations

import json
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.hostile import Reply, drip, memory_kib, posted, tell
from tests.http.framings import CHUNKS, INVALID, request
from tests.journeys.buyers import RestBuyer, SocketBuyer
from tests.journeys.clerk import Clerk
from ticket_clerk.http.connections import ARRIVES_WITHIN_S

# Each server's address, and a route of its own that takes bodies.
DOORS = {
    "actions": ("ACTIONS_URL", "/webhook"),
    "rest": ("RASA_URL", "/webhooks/rest/webhook"),
    "web": ("RASA_URL", "/webhooks/web/messages"),
    "socketio": ("RASA_URL", "/socket.io/?EIO=4&transport=polling"),
    "rasa": ("RASA_URL", "/model/parse"),
}
STANDIN = "stand-in"
MOST_GROWTH_KIB = 48 * 1024

# Nothing here gets as far as a database.
pytestmark = pytest.mark.parametrize("clerk", ["sqlite"], indirect=True)


def _route(clerk: Clerk, name: str) -> tuple[str, str]:
    if name == STANDIN:
        return f"http://127.0.0.1:{clerk.environ['STRIPE_STANDIN_PORT']}", "/v1/customers"
    setting, path = DOORS[name]
    return clerk.environ[setting], path


def _lives(url: str) -> bool:
    # Rasa says hello at its root, the others at /health.
    return any(requests.get(url + path, timeout=60).ok for path in ("/", "/health"))


@pytest.mark.parametrize("name", [*DOORS, STANDIN])
def test_heads_that_are_too_large_or_lie_are_refused(clerk: Clerk, name: str) -> None:
    """50 KB of headers, a length below zero, a length that is none: 4xx, and the server goes on."""
    url, path = _route(clerk, name)
    start = f"POST {path} HTTP/1.1\r\nHost: x\r\n".encode()
    flood = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 90) for number in range(500))

    for head in (flood, b"Content-Length: -5\r\n", b"Content-Length: x\r\n"):
        (status,) = tell(url, start + head + b"\r\nhello").statuses
        assert status in {400, 413, 431}
    (status,) = tell(url, b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\nhello").statuses
    assert status == 400
    assert _lives(url)


@pytest.mark.parametrize("framing", INVALID)
@pytest.mark.parametrize("name", ["actions", "rest", "rasa"])
def test_invalid_framing_is_refused_and_leaves_no_traceback(
    clerk: Clerk, name: str, framing: str
) -> None:
    """One refusal, nothing behind it is answered, and no log has a traceback (test_framing.py)."""
    url, path = _route(clerk, name)

    (status,) = tell(url, request(framing, path)).statuses

    # Whoever shows no token is told so before the body is looked at.
    assert status in ({400, 401} if framing in CHUNKS else {400})
    assert "Traceback" not in clerk.log("actions") + clerk.log("rasa")


@pytest.mark.parametrize("name", DOORS)
def test_bytes_that_are_no_text_leave_no_traceback(clerk: Clerk, name: str) -> None:
    """In every header that something reads, in the address and in the body."""
    url, path = _route(clerk, name)
    names = ["Authorization", "Cookie", "Content-Type", "X-Forwarded-For", "Origin", "Accept"]
    names += ["Forwarded", "Content-Encoding", "Host", "Upgrade", "Expect", "Connection"]
    headers = [f"{name}: Bearer \xff=\xfe; \xc3".encode("latin-1") for name in names]
    headers += [b"X-A: b"]

    for header in headers:
        for method in (b"GET", b"POST", b"PUT", b"\x7fPOST"):
            start = b"%b %b HTTP/1.1\r\nConnection: close\r\n" % (method, path.encode())
            assert tell(url, start + header + b"\r\nContent-Length: 2\r\n\r\n\xff{").statuses
    assert "Traceback" not in clerk.log("actions") + clerk.log("rasa")
    assert "Logging error" not in clerk.log("actions") + clerk.log("rasa")


@pytest.mark.parametrize("name", [*DOORS, STANDIN])
def test_large_bodies_are_refused_without_being_kept(clerk: Clerk, name: str) -> None:
    """Twenty of 20 MB, without a token: 4xx for each, and the memory does not grow by one."""
    url, path = _route(clerk, name)
    part = {"actions": "actions", STANDIN: STANDIN}.get(name, "rasa")
    large = posted(path, b"x" * 20_000_000, "Connection: close", "Content-Type: application/json")
    pid = _program(clerk.running[part].pid)
    before = memory_kib(pid)

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _: tell(url, large), range(20)))

    statuses = {status for reply in replies for status in reply.statuses}
    assert statuses <= {401, 413}
    assert memory_kib(pid) - before < MOST_GROWTH_KIB
    assert _lives(url)


def _program(ward: int) -> int:
    with open(f"/proc/{ward}/task/{ward}/children", encoding="utf-8") as children:  # noqa: PTH123
        return int(children.read().split()[0])


def test_clients_that_drip_are_left(clerk: Clerk) -> None:
    """A body that drips into any channel or the actions is waited for ten seconds, no longer."""

    def suffer(name: str) -> Reply:
        url, path = _route(clerk, name)
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n".encode()
        return drip(url, head, b"x", for_s=3 * ARRIVES_WITHIN_S)

    with ThreadPoolExecutor(len(DOORS)) as pool:
        replies = list(pool.map(suffer, DOORS))

    assert all(reply.after_s < 2 * ARRIVES_WITHIN_S for reply in replies)
    # Without the token the actions say so, whatever became of the body.
    assert {reply.statuses[-1] for reply in replies} <= {401, 408, 503}
    assert _lives(clerk.environ["RASA_URL"])


def test_a_message_of_100_kb_is_refused_or_shortened(clerk: Clerk) -> None:
    """REST says what it takes; socket.io's message is cut; the same people go on talking."""
    rest, socket = RestBuyer(clerk), SocketBuyer(clerk)
    letters = "tickets " * 12_500

    body = {"sender": rest.sender_id, "message": letters}
    url, path = _route(clerk, "rest")
    assert requests.post(url + path, json=body, timeout=60).status_code in {400, 413}
    assert socket.say(letters)
    for buyer in (rest, socket):
        assert "Lakers" in buyer.say("what basketball games are on?")
    socket.leave()


@pytest.mark.parametrize("tail", [b"", b"\x00\x01broken"])
def test_a_call_that_unpacks_to_more_than_a_call_may_be_is_refused(
    clerk: Clerk, tail: bytes
) -> None:
    """200 MB of blanks in 200 KB, with the right token: 400, and no memory."""
    bomb = zlib.compress(b'{"next_action": "x"}' + b" " * 200_000_000, 9) + tail
    headers = {
        "Authorization": f"Bearer {clerk.environ['ACTION_SERVER_TOKEN']}",
        "Content-Type": "application/json",
        "Content-Encoding": "deflate",
    }

    answer = requests.post(
        f"{clerk.environ['ACTIONS_URL']}/webhook", bomb, headers=headers, timeout=60
    )

    assert answer.status_code == 400
    assert json.loads(answer.text)["error"]["code"] == "bad_request"
