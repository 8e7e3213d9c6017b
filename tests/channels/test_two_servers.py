"""Two Rasa servers behind one address, with one Redis and one PostgreSQL: a push finds its client,
and a dead server takes nothing with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from redis import Redis

from tests.channels.action_double import ActionDouble
from tests.channels.balancer import Balancer
from tests.channels.browser import Browser, as_said
from tests.channels.rasa_process import RasaProcess, push, tiny_model
from tests.channels.socket_client import SocketClient
from tests.channels.unread_orders import insert_unread_order, open_container
from tests.databases import create_database
from tests.redis_server import RedisServer
from tests.waiting import wait_until
from ticket_clerk.channels.conversations.locks import _PREFIX, LEASE_S
from ticket_clerk.channels.socketio.channel import PING_INTERVAL_S
from ticket_clerk.channels.web.streams import POLL_S
from ticket_clerk.http.connections import ARRIVES_WITHIN_S
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.settings import Settings

pytestmark = pytest.mark.live

GREETING = "Hello, which show?"
REPORT = "action_report_payment"
# Whoever waits for a dead server's turn is answered when its lease ends and a turn has passed;
# twelve turns at once take many seconds on a busy machine.
ANSWERED_WITHIN_S = LEASE_S + 80
Pair = tuple[RasaProcess, RasaProcess]


@pytest.fixture(scope="module")
def container(postgresql_url: str) -> Iterator[Container]:
    """The payments' database, on PostgreSQL."""
    url = create_database(postgresql_url, "two_servers_payments")
    container = open_container(Settings.from_env({"DATABASE_URL": url}).database_url)
    yield container
    container.database.close()


@pytest.fixture(scope="module")
def double(container: Container) -> Iterator[ActionDouble]:
    """The action server of both."""
    double = ActionDouble(container)
    yield double
    double.close()


@pytest.fixture(scope="module")
def pair(
    tmp_path_factory: pytest.TempPathFactory,
    postgresql_url: str,
    redis_server: RedisServer,
    container: Container,
    double: ActionDouble,
) -> Iterator[Pair]:
    """Two running servers that share everything but their process."""
    model = tiny_model(tmp_path_factory)
    shared = {
        "TRACKER_DB": create_database(postgresql_url, "two_servers_trackers"),
        "REDIS_URL": redis_server.url,
    }
    url = container.database.url.render_as_string(hide_password=False)
    one, other = (
        RasaProcess(model, tmp_path_factory.mktemp("var"), url, double.url, **shared)
        for _ in range(2)
    )
    for server in (one, other):
        server.begin()
    for server in (one, other):
        server.wait_ready()
    yield one, other
    for server in (one, other):
        server.kill()


@pytest.fixture(scope="module")
def address(pair: Pair) -> Iterator[Balancer]:
    """The one address of both."""
    balancer = Balancer(server.port for server in pair)
    yield balancer
    balancer.close()


@contextmanager
def _connected(
    server: RasaProcess | Balancer, session_id: str, transport: str = "polling"
) -> Iterator[SocketClient]:
    with SocketClient(server.url, transport) as client:
        client.open_session(session_id)
        yield client


def _greet(server: RasaProcess, session_id: str) -> None:
    with _connected(server, session_id) as client:
        _say_hello(server, client, session_id)


def _say_hello(server: RasaProcess, client: SocketClient, session_id: str) -> None:
    client.say("hello", session_id)
    assert client.next_text() == GREETING
    # The client receives it before the turn is stored, and Rasa pushes into stored ones only.
    wait_until(lambda: server.said(session_id) == [GREETING], "the turn to be stored")


def test_a_push_reaches_the_socket_wherever_it_is(pair: Pair) -> None:
    """Either server takes it; the conversation has it once."""
    one, other = pair
    with _connected(one, "anywhere") as client:
        _say_hello(one, client, "anywhere")
        for server in pair:
            assert server.push("anywhere", "socketio") == 200
            assert client.next_text() == "Said unasked."
        assert client.receives_nothing()
    assert other.said("anywhere") == [GREETING, "Said unasked.", "Said unasked."]


def test_a_push_to_the_one_address_reaches_the_socket(pair: Pair, address: Balancer) -> None:
    """Whichever server gets the push and whichever has the client, which knows of neither."""
    with _connected(address, "balanced", "websocket") as client:
        _say_hello(pair[0], client, "balanced")
        for _ in range(4):
            assert push(address.url, "balanced", "socketio") == 200
            assert client.next_text() == "Said unasked."
        assert client.receives_nothing(0.5)


def test_a_page_behind_the_one_address_misses_nothing(address: Balancer) -> None:
    """Each of its requests goes to the other server; what one was told the other has."""
    browser = Browser(address.url)
    # A connection a request: the balancer takes turns with connections.
    browser.http.headers["Connection"] = "close"
    for _ in range(4):
        browser.send("hello")

    assert [said.text for said in browser.history()] == ["hello", GREETING] * 4


def test_a_push_to_a_client_of_no_server_is_an_error(pair: Pair) -> None:
    """And leaves no trace, so the worker tries again; who comes back to either is told at once."""
    one, other = pair
    _greet(one, "nowhere")
    before = one.tracker("nowhere")["events"]

    assert other.push("nowhere", "socketio") == 500
    assert other.tracker("nowhere")["events"] == before


def test_an_answer_is_received_by_the_session_s_clients_on_both(pair: Pair) -> None:
    """Two tabs that were connected to two servers."""
    one, other = pair
    with _connected(one, "tabs") as here, _connected(other, "tabs") as there:
        here.say("hello", "tabs")

        assert here.next_text() == there.next_text() == GREETING
        assert here.receives_nothing(0.5)
        assert there.receives_nothing(0.5)


def test_an_open_page_is_woken_by_the_other_server(pair: Pair) -> None:
    """At once, not when it looks by itself the next time."""
    one, other = pair
    browser = Browser(one.url)
    browser.send("hello")
    last = browser.history()[-1].position
    waited = []
    for number in range(6):
        with browser.stream(last) as events:
            while next(events)["event"] != "ready":
                pass
            assert other.push(browser.sender_id, "web") == 200
            pushed = time.monotonic()
            assert as_said(next(events)).text == "Said unasked.", number
            waited.append(time.monotonic() - pushed)
    # The least of them: others use the machine, too.
    assert min(waited) < 0.4 * POLL_S, waited


def test_a_page_s_message_that_goes_to_both_servers_is_one_message(pair: Pair) -> None:
    """A page whose connection broke does not know which of them has it."""
    browsers = [Browser(server.url) for server in pair]
    browsers[1].http.cookies = browsers[0].http.cookies

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one.send("hello", id="12" * 16), browsers))

    assert [answer.status_code for answer in answers] == [200, 200]
    assert [said.text for said in browsers[0].history()] == ["hello", GREETING]


def test_messages_to_both_servers_at_once_are_all_kept(pair: Pair) -> None:
    """One conversation is written by one server at a time."""
    with ThreadPoolExecutor(6) as pool:
        said = list(pool.map(lambda n: pair[n % 2].say("busy", "hello"), range(6)))

    assert said == [[GREETING]] * 6
    events = pair[0].tracker("busy")["events"]
    assert [e["text"] for e in events if e["event"] in {"user", "bot"}] == ["hello", GREETING] * 6


def test_a_notice_pushed_through_both_is_told_once(pair: Pair, container: Container) -> None:
    """Two workers, or one that lost an answer and tried the other server."""
    _greet(pair[0], "doubled")
    order = insert_unread_order(container, Buyer("socketio", "doubled"))
    with _connected(pair[0], "doubled") as client, ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: pair[n % 2].push("doubled", "socketio", REPORT), range(4)))

        assert client.next_text() == f"{order.id} is confirmed."
        assert client.receives_nothing()
    assert pair[1].said("doubled") == [GREETING, f"{order.id} is confirmed."]


@pytest.mark.parametrize("victim", [0, 1])
def test_a_killed_server_takes_nothing_with_it(
    pair: Pair, address: Balancer, container: Container, double: ActionDouble, victim: int
) -> None:
    """It dies while it tells a notice; the client connects to the one address again and is told,
    once and before the lease of the dead server's turn is long over.
    """
    dead, alive = pair[victim], pair[1 - victim]
    name = f"orphan-{victim}"
    buyer = Buyer("socketio", name)
    _greet(dead, name)
    order = insert_unread_order(container, buyer)
    double.may_answer.clear()
    double.is_asked.clear()
    with ThreadPoolExecutor(1) as pool:
        pushing = pool.submit(dead.push, name, "socketio", REPORT)
        assert double.is_asked.wait(300)
        dead.kill()
        double.may_answer.set()
        assert pushing.exception(120) is not None
    try:
        assert alive.said(name) == [GREETING]
        with _connected(address, name, "websocket") as client:
            assert client.next_text(ANSWERED_WITHIN_S) == f"{order.id} is confirmed."
            client.say("hello", name)
            assert client.next_text() == GREETING
            assert client.receives_nothing(0.5)
        assert queries.unread_messages(container, buyer) == []
    finally:
        dead.start()
    assert dead.said(name) == [GREETING, f"{order.id} is confirmed.", GREETING]


def test_everybody_who_waits_for_a_dead_servers_turn_is_told_when_its_lease_ends(
    pair: Pair, container: Container, redis_server: RedisServer
) -> None:
    """Also twelve who poll: no idle connection of theirs is closed under the poll that has it."""
    names = [f"waiting-{number}" for number in range(12)]
    redis = Redis.from_url(redis_server.url)
    for name in names:
        _greet(pair[0], name)
        insert_unread_order(container, Buyer("socketio", name))
    for name in names:
        redis.set(f"{_PREFIX}{name}", "of a dead server", ex=LEASE_S)

    def receive(name: str) -> str:
        with _connected(pair[1], name) as client:
            return client.next_text(ANSWERED_WITHIN_S)

    with ThreadPoolExecutor(len(names)) as pool:
        assert all("is confirmed" in text for text in pool.map(receive, names))
    assert PING_INTERVAL_S + 2 < ARRIVES_WITHIN_S


def test_redis_away_and_back_costs_only_the_time_between(
    pair: Pair, redis_server: RedisServer
) -> None:
    """Nothing is said that two servers could say at once; then all is as before."""
    _greet(pair[0], "patient")
    redis_server.kill()
    try:
        assert pair[1].say("patient-too", "hello") != [GREETING]
    finally:
        redis_server.start()
    with _connected(pair[0], "patient") as client:
        _until_pushed(pair[1], "patient")
        assert client.next_text() == "Said unasked."
    assert pair[1].say("patient-too", "hello") == [GREETING]


def _until_pushed(server: RasaProcess, sender: str) -> None:
    wait_until(
        lambda: server.push(sender, "socketio") == 200, "the servers to find each other again"
    )
