"""A PostgreSQL that is frozen, or behind a network that swallows all: given up, and well again."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg2
import pytest
import requests
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.conftest import WEBHOOK_SECRET
from tests.http.api import INTENT, Api
from tests.servers import is_refusal, payments_process
from tests.stripe_wire import sign
from tests.ticketing.purchases import ANN, seats
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.timeouts import PatientConnection
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import place_order, start_checkout

pytestmark = pytest.mark.live

BOB = Buyer("rest", "bob")
WISH = {"show_id": "lakers-warriors", "section_id": "101", "quantity": 2}
# Twelve, and some for a machine that is busy with other tests; without the guard it is for ever.
AT_MOST_S = 30
MORE_THAN_CONNECTIONS = 30
EVENT = b'{"id": "evt_1", "type": "x", "livemode": false, "created": 1, "data": {"object": {}}}'


@pytest.fixture(autouse=True)
def _silence_is_forgotten() -> Iterator[None]:
    """The process is short with every server after a silent one, also with that of other tests."""
    yield
    PatientConnection.silent_at = -math.inf


@contextmanager
def _frozen(pid: int) -> Iterator[None]:
    """Stop the server and all that work for it; the connections stay."""
    server = psutil.Process(pid)
    server.suspend()
    processes = [server, *server.children(recursive=True)]
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            process.resume()


class _Attempts:
    """Deeds at the same time, each in a thread: which were refused, and after how many seconds."""

    def __init__(self) -> None:
        self.refused_after: dict[str, float] = {}
        self.done: list[str] = []
        self._threads: dict[str, threading.Thread] = {}

    def begin(self, name: str, deed: Callable[[], object]) -> None:
        self._threads[name] = threading.Thread(target=self._try, args=(name, deed), daemon=True)
        self._threads[name].start()

    def wait_for(self, *names: str) -> None:
        for name in names:
            self._threads[name].join(300)
            assert not self._threads[name].is_alive(), name

    def is_waiting(self, name: str) -> bool:
        return self._threads[name].is_alive()

    def _try(self, name: str, deed: Callable[[], object]) -> None:
        began = time.monotonic()
        try:
            deed()
        except DatabaseUnavailable:
            self.refused_after[name] = time.monotonic() - began
        else:
            self.done.append(name)


class _Midway:
    """Transactions that have written, and go on when they are told to."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self.have_written = threading.Barrier(3)
        self.go_on = threading.Event()

    def write_more(self) -> None:
        with self._container.database.begin() as conn:
            self._order(conn, ANN)
            conn.execute(sa.text("SELECT 1"))

    def commit(self) -> None:
        with self._container.database.begin() as conn:
            self._order(conn, BOB)

    def _order(self, conn: Connection, buyer: Buyer) -> None:
        # Of two sections: the first holds its row until it ends.
        section_id = "101" if buyer is BOB else "201"
        place_order(conn, self._container, buyer, **{**WISH, "section_id": section_id})
        self.have_written.wait(120)
        self.go_on.wait(120)


def _without_the_guard(dsn: str) -> Callable[[], object]:
    """What psycopg2 does by itself, on a connection that was there before."""
    connection = psycopg2.connect(dsn)

    def ask() -> None:
        with closing(connection), connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    return ask


def test_a_silent_server_is_given_up_in_time_and_nothing_is_half_done(
    own_server: Any, own_shop: Container, tmp_path: Path
) -> None:
    """Before a transaction, in it and at its commit, also for those who wait for a connection of
    others; over HTTP it is 503. The control, a connection without the guard, waits until the server
    goes on. Then all goes on without a restart.
    """
    container, attempts = own_shop, _Attempts()
    url = str(container.database.url.render_as_string(hide_password=False))
    midway = _Midway(container)
    control = _without_the_guard(own_server.get_uri())
    with payments_process(tmp_path, DATABASE_URL=url) as (address, _):
        api = Api(address, "")
        attempts.begin("midway", midway.write_more)
        attempts.begin("commit", midway.commit)
        midway.have_written.wait(120)
        with _frozen(own_server.get_pid()):
            attempts.begin("control", control)
            midway.go_on.set()
            crowd = [f"fresh {number}" for number in range(MORE_THAN_CONNECTIONS)]
            for name in crowd:
                attempts.begin(name, lambda: queries.catalog(container))
            asked: list[Callable[[], requests.Response]] = [
                lambda: api.get("/payments/shows"),
                lambda: api.post("/payments/intent/create", INTENT, **{"Idempotency-Key": "k"}),
                lambda: _deliver(address),
            ]
            for number, ask in enumerate(asked):
                attempts.begin(f"http {number}", lambda ask=ask: _expect_503(ask()))
            attempts.wait_for(*(f"http {number}" for number in range(len(asked))))
            attempts.wait_for("midway", "commit", *crowd)
            assert attempts.is_waiting("control")
        attempts.wait_for("control")

        assert api.get("/payments/shows").ok
        assert _deliver(address).json()["outcome"] == "ignored"

    assert attempts.done == ["control"]
    assert len(attempts.refused_after) == 5 + MORE_THAN_CONNECTIONS
    assert max(attempts.refused_after.values()) < AT_MOST_S, attempts.refused_after
    bobs = start_checkout(container, BOB, **WISH)
    assert [order.id for order in queries.orders_of(container, BOB)] == [bobs.id]
    assert bobs.status is OrderStatus.OPEN
    assert not queries.orders_of(container, ANN)
    assert (seats(container, "101"), seats(container, "201")) == ((2, 0), (0, 0))


def _deliver(address: str) -> requests.Response:
    signature = {"Stripe-Signature": sign(EVENT, WEBHOOK_SECRET)}
    return requests.post(f"{address}/payments/webhook", EVENT, headers=signature, timeout=60)


def _expect_503(answer: requests.Response) -> None:
    is_refusal(answer, 503, "database_unavailable")
    raise DatabaseUnavailable("as was to be expected")
