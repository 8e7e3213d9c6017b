"""One client that takes all it can get, and what is left for everybody else."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import requests
import socketio
import sqlalchemy as sa

from tests.channels.action_double import ActionDouble
from tests.channels.browser import Browser
from tests.channels.rasa_process import RasaProcess, tiny_model
from tests.channels.socket_client import CONNECTED_WITHIN_S, SocketClient
from tests.channels.unread_orders import open_container
from tests.conftest import LIMITS
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.settings import Settings

GREETING = "Hello, which show?"
TOO_FAST = "That was too much at once"
REST_TOKEN = "rest-token-of-the-tests"
# Beside the flood one waits for as long as a turn takes, behind it for a thousand; a machine that
# is busy with something else is slower for a moment, but not so much.
MANY_TURNS = 12
FLOOD = 1000
MESSAGES_A_SECOND = Settings.from_env({}).messages_per_sender / 60
BEARER = {"Authorization": f"Bearer {REST_TOKEN}"}


@pytest.fixture(scope="module")
def container(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """The payments' database of the server."""
    container = open_container(f"sqlite:///{tmp_path_factory.mktemp('payments')}/payments.db")
    yield container
    container.database.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, container: Container) -> Iterator[RasaProcess]:
    """A running Rasa with the default limits; each test has an address of its own."""
    double = ActionDouble(container)
    environ = {**dict.fromkeys(LIMITS, ""), "REST_TOKEN": REST_TOKEN}
    environ |= {"TRUSTED_PROXIES": "1", "SOCKETIO_ORIGINS": "https://www.example.com"}
    url = container.database.url.render_as_string(hide_password=False)
    model, var = tiny_model(tmp_path_factory), tmp_path_factory.mktemp("var")
    process = RasaProcess(model, var, url, double.url, **environ)
    process.start()
    yield process
    process.kill()
    double.close()


def at(address: str) -> dict[str, str]:
    """The header by which our proxy says where a request came from."""
    return {"X-Forwarded-For": address}


def restart(server: RasaProcess, **environ: str) -> None:
    """Start the server again with other settings."""
    server.kill()
    server._environ.update(environ)
    server.start()


def ask(server: RasaProcess, sender: str) -> float:
    """Say hello over REST; returns how many seconds the answer took."""
    began = time.monotonic()
    answer = requests.post(
        f"{server.url}/webhooks/rest/webhook",
        json={"sender": sender, "message": "hello"},
        headers=BEARER,
        timeout=300,
    )
    assert [said["text"] for said in answer.json()] == [GREETING]
    return time.monotonic() - began


@contextmanager
def flood(server: RasaProcess) -> Iterator[threading.Thread]:
    """Send a thousand messages under as many session ids over one socket, as fast as it takes them.

    Yields the thread that sends them.
    """
    client = socketio.Client(reconnection=False)
    client.connect(
        server.url,
        headers=at("192.0.2.1"),
        transports=["websocket"],
        wait_timeout=CONNECTED_WITHIN_S,
    )

    def send() -> None:
        for number in range(FLOOD):
            said = {"message": "hello", "session_id": f"flood-{number}"}
            client.emit("user_uttered", said)

    sending = threading.Thread(target=send)
    sending.start()
    time.sleep(0.2)
    yield sending
    sending.join()
    client.disconnect()


def test_a_flood_on_one_socket_delays_nobody(server: RasaProcess) -> None:
    """1,000 messages under 1,000 session ids; a program on REST does not wait behind them."""
    idle = statistics.median(ask(server, f"idle-{number}") for number in range(15))
    with flood(server):
        attacked = [ask(server, f"beside-{number}") for number in range(15)]

    print(f"idle {idle:.3f} s, beside the flood {statistics.median(attacked):.3f} s")
    assert statistics.median(attacked) < MANY_TURNS * idle


def test_who_sends_too_much_over_the_socket_reads_why(server: RasaProcess) -> None:
    """Once, however many follow; the first twenty are answered, and what time allows since."""
    texts: list[str] = []
    with SocketClient(server.url, "websocket", **at("192.0.2.2")) as client:
        client.open_session("hasty")
        began = time.monotonic()
        for _ in range(40):
            client.say("hello", "hasty")
        while texts.count(GREETING) < 20 or not any(map(_is_too_fast, texts)):
            texts.append(client.next_text())
        while not client.receives_nothing():
            texts.append("another")
        allowed_since = (time.monotonic() - began) * MESSAGES_A_SECOND

    # Who is answered again and goes on is told again.
    assert len(texts) <= 20 + 1 + 2 * allowed_since, texts


def _is_too_fast(text: str) -> bool:
    return text.startswith(TOO_FAST)


def test_an_address_begins_a_few_chats_at_once(server: RasaProcess) -> None:
    """Whatever it claims further left in X-Forwarded-For, which nobody believes."""
    answers = [
        requests.get(
            f"{server.url}/webhooks/web/",
            headers=at(f"198.51.100.{number}, 192.0.2.3"),
            timeout=60,
        )
        for number in range(40)
    ]
    refused = [answer for answer in answers if answer.status_code == 429]

    assert [answer.status_code for answer in answers[:15]] == [200] * 15
    assert len(refused) > 10
    assert int(refused[-1].headers["Retry-After"]) <= 2
    assert "clerk_session" not in refused[-1].cookies


def test_an_address_opens_a_few_streams_at_once(server: RasaProcess) -> None:
    """Of 60 streams of 15 visitors forty are open; one that ends makes room for another."""
    visitors = [Browser(server.url, **at("192.0.2.4")) for _ in range(15)]
    with ExitStack() as opened:
        statuses = []
        for number in range(60):
            http = visitors[number // 4].http
            answer = http.get(f"{visitors[0].url}events", stream=True, timeout=60)
            opened.callback(answer.close)
            statuses.append(answer.status_code)
        assert statuses == [200] * 40 + [429] * 20
        socket = f"{server.url}/socket.io/?EIO=4&transport=polling"
        assert requests.get(socket, headers=at("192.0.2.4"), timeout=60).status_code == 401
        assert requests.get(socket, headers=at("192.0.2.5"), timeout=60).status_code == 200


def test_a_visitor_who_sends_too_fast_is_asked_to_wait(server: RasaProcess) -> None:
    """The answer says for how long."""
    browser = Browser(server.url, **at("192.0.2.6"))
    answers = [browser.send("hello", id=f"{number:032x}") for number in range(40)]
    refused = [answer for answer in answers if answer.status_code == 429]

    assert [answer.status_code for answer in answers[:20]] == [200] * 20
    assert refused
    assert 1 <= int(refused[0].headers["Retry-After"]) <= 2


def test_rest_wants_its_token_where_it_is_set(server: RasaProcess) -> None:
    """None, another one, and bytes that are none."""
    address, body = f"{server.url}/webhooks/rest/webhook", {"sender": "ann", "message": "hello"}
    for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": b"Bearer \xff"}):
        assert requests.post(address, json=body, headers=headers, timeout=60).status_code == 401
    assert ask(server, "ann") > 0


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://evil.example", 400),
        ("null", 400),
        ("http://[::1", 400),
        ("https://www.example.com.evil.example", 400),
        ("https://www.example.com", 200),
        ("own", 200),
    ],
)
def test_a_foreign_page_opens_no_socket(server: RasaProcess, origin: str, status: int) -> None:
    """Only our own pages, and those of SOCKETIO_ORIGINS."""
    headers = {"Origin": server.url if origin == "own" else origin}
    address = f"{server.url}/socket.io/?EIO=4&transport=polling"

    assert requests.get(address, headers=headers, timeout=60).status_code == status


def test_the_address_of_a_visitor_reaches_their_order(
    server: RasaProcess, container: Container
) -> None:
    """As a keyed hash, whatever a client sends as metadata; a program's buyers have none."""
    browser = Browser(server.url, **at("192.0.2.7"))
    browser.send("hello")
    claimed = {"network_address": "203.0.113.9"}
    with SocketClient(server.url, **at("192.0.2.7")) as client:
        client.open_session("mallory")
        client.say("hello", "mallory", metadata=claimed)
        assert client.next_text() == GREETING
    requests.post(
        f"{server.url}/webhooks/rest/webhook",
        json={"sender": "eve", "message": "hello", "metadata": claimed},
        headers=BEARER,
        timeout=60,
    )

    with container.database.read() as conn:
        rows = conn.execute(sa.select(schema.buyer_addresses)).all()
    keys = {row.sender_id: row.address_key for row in rows}
    assert keys["mallory"] == keys[browser.sender_id]
    assert "eve" not in keys
    assert "192.0.2.7" not in str(rows)


def test_without_limits_the_same_flood_delays_everybody(server: RasaProcess) -> None:
    """The control: they wait behind a thousand. The last test here: it restarts the server."""
    restart(server, **dict.fromkeys(LIMITS, "0"))
    # The least of them: others use the machine, too.
    idle = min(ask(server, f"calm-{number}") for number in range(5))
    with flood(server) as sending:
        # Not in the middle of it: a busy machine may have sent but a few by then.
        sending.join()
        # The first may come before most of what was sent has.
        attacked = max(ask(server, f"late-{number}") for number in range(3))
    print(f"idle {idle:.3f} s, beside the flood without limits {attacked:.3f} s")
    assert attacked > MANY_TURNS * idle
