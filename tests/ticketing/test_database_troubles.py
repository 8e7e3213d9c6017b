"""A database that is full, locked or away: 503, nothing half done, and well again by itself."""

from __future__ import annotations

import resource
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import kill
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from tests.conftest import SHOWS, WEBHOOK_SECRET
from tests.http.api import INTENT, Api
from tests.servers import is_refusal, payments_process, standin_server
from tests.stripe_wire import StripeWire, sign
from tests.ticketing.purchases import buy, receive_all
from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database.engine import LOCK_TIMEOUT_S
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.settings import Settings

BOB = Buyer("rest", "bob")
# Room for the log and for the file's first page, not for a transaction.
FULL = 8 * 1024


def _seats_left(container: Container) -> int:
    return queries.catalog(container).shows[0].sections[0].seats_left


def _start(container: Container, quantity: int = 2) -> str:
    order = start_checkout(
        container, BOB, show_id="lakers-warriors", section_id="101", quantity=quantity
    )
    return order.id


@contextmanager
def _no_room(pid: int) -> Iterator[None]:
    """No file of the process may grow, as on a full disk."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL, before[1]))
    yield
    resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.live
def test_a_full_disk_is_503_until_there_is_room_again(tmp_path: Path) -> None:
    """Reading goes on; what was refused is taken when it comes again, without a restart."""
    payload = (
        b'{"id": "evt_1", "type": "x", "livemode": false, "created": 1, "data": {"object": {}}}'
    )

    def deliver() -> requests.Response:
        signature = {"Stripe-Signature": sign(payload, WEBHOOK_SECRET)}
        return requests.post(f"{url}/payments/webhook", payload, headers=signature, timeout=60)

    with (
        standin_server(tmp_path) as stripe_url,
        # What Python compiles meanwhile would be cut off, and stay so for everybody.
        payments_process(tmp_path, stripe_url, PYTHONDONTWRITEBYTECODE="1") as (url, process),
    ):
        api = Api(url, stripe_url)
        # SQLite's first connection makes the log and its index, for which there must be room.
        assert api.get("/payments/shows").ok
        with _no_room(process.pid):
            for _ in range(3):
                is_refusal(deliver(), 503, "database_unavailable")
                answer = api.post("/payments/intent/create", INTENT, **{"Idempotency-Key": "room"})
                is_refusal(answer, 503, "database_unavailable")
            assert api.get("/payments/shows").ok
            assert api.count("/v1/payment_intents") == 0

        assert deliver().json()["outcome"] == "ignored"
        assert deliver().json()["outcome"] == "duplicate"
        assert api.post("/payments/intent/create", INTENT, **{"Idempotency-Key": "room"}).ok
        with sqlite3.connect(tmp_path / "payments.db") as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@contextmanager
def _only_to_be_read(container: Container) -> Iterator[None]:
    """As a PostgreSQL that has become a standby, or a SQLite file that has become the admin's."""
    is_postgresql = container.database.url.get_backend_name() == "postgresql"
    statement = (
        "SET default_transaction_read_only = {}" if is_postgresql else "PRAGMA query_only={}"
    )

    def say(connection: Any, word: str) -> None:
        cursor = connection.cursor()
        cursor.execute(statement.format(word))
        if is_postgresql:
            connection.commit()

    def shut(connection: Any, *_: object) -> None:
        say(connection, "on")

    def open_again(connection: Any, *_: object) -> None:
        say(connection, "off")

    pool = container.database.engine.pool
    sa.event.listen(pool, "checkout", shut)
    sa.event.listen(pool, "checkin", open_again)
    yield
    sa.event.remove(pool, "checkout", shut)
    sa.event.remove(pool, "checkin", open_again)


def test_a_database_that_may_only_be_read_is_refused_like_one_that_is_away(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Looking goes on; buying and Stripe's events wait until it may be written again."""
    order = start_checkout(container, BOB, show_id="lakers-warriors", section_id="101", quantity=2)
    stripe_wire.standin.pay(order.checkout_session_id)
    left = _seats_left(container)

    with _only_to_be_read(container):
        for deed in (lambda: receive_all(container, stripe_wire), lambda: _start(container, 1)):
            with pytest.raises(DatabaseUnavailable):
                deed()
        assert _seats_left(container) == left

    receive_all(container, stripe_wire)
    assert queries.any_order(container, order.id).status is OrderStatus.PAID
    assert queries.any_order(container, _start(container, 1)).status is OrderStatus.OPEN


@contextmanager
def _locked(container: Container) -> Iterator[None]:
    """Somebody else writes and does not come to an end."""
    with container.database.engine.connect() as conn:
        writing = conn.execution_options(write=True).begin()
        if conn.dialect.name == "postgresql":
            conn.execute(sa.text("LOCK TABLE orders, webhook_events IN ACCESS EXCLUSIVE MODE"))
        yield
        writing.rollback()


def test_a_lock_that_lasts_too_long_is_refused_and_repaired_by_the_next_delivery(
    container: Container, stripe_wire: StripeWire, make_container: Callable[[], Container]
) -> None:
    """The payment's events and another buyer are refused in time; then all is as it should be."""
    order = start_checkout(container, BOB, show_id="lakers-warriors", section_id="101", quantity=2)
    stripe_wire.standin.pay(order.checkout_session_id, card="4242424242424242")
    left = _seats_left(container)
    refused = []

    def attempt(deed: Callable[[], object]) -> None:
        with pytest.raises(DatabaseUnavailable):
            deed()
        refused.append(deed)

    ann = Buyer("rest", "ann")
    deeds: list[Callable[[], object]] = [
        lambda: receive_all(container, stripe_wire),
        lambda: start_checkout(
            container, ann, show_id="lakers-warriors", section_id="101", quantity=1
        ),
    ]
    with _locked(make_container()):
        threads = [threading.Thread(target=attempt, args=(deed,)) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(4 * LOCK_TIMEOUT_S)

    assert len(refused) == len(deeds)
    assert _seats_left(container) == left
    assert queries.any_order(container, order.id).status is OrderStatus.OPEN
    receive_all(container, stripe_wire)
    assert queries.any_order(container, order.id).status is OrderStatus.PAID


def test_postgresql_killed_and_back(own_server: object, stripe_wire: StripeWire) -> None:
    """Everything is refused while it is away; afterwards the same process goes on."""
    server = own_server
    url = server.get_uri()  # type: ignore[attr-defined]
    settings = Settings.from_env({"DATABASE_URL": url, "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET})
    stripe = StripePaymentManager(settings, http_client=stripe_wire)
    container = build_container(settings, stripe=stripe)
    container.database.migrate()
    with container.database.begin() as conn:
        load_catalog(conn, read_shows_file(SHOWS), now=container.now())
    paid = buy(container, stripe_wire, quantity=1)
    left = _seats_left(container)

    kill(server.get_pid(), signal.SIGQUIT)  # type: ignore[attr-defined]
    server.get_postmaster_info().process.wait(300)  # type: ignore[attr-defined]

    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            _start(container)
        with pytest.raises(DatabaseUnavailable):
            receive_all(container, stripe_wire)
    server.ensure_postgres_running()  # type: ignore[attr-defined]
    assert server.get_uri() == url  # type: ignore[attr-defined]
    assert _seats_left(container) == left
    assert set(receive_all(container, stripe_wire)) <= {"duplicate", "ignored"}
    assert queries.any_order(container, paid.id).status is OrderStatus.PAID
    assert queries.any_order(container, _start(container)).status is OrderStatus.OPEN
    assert _seats_left(container) == left - 2
    container.database.close()
