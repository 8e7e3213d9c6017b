"""Who writes to the database takes turns: so many at a time, and who waited longest is next."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.waiting import wait_until
from ticket_clerk.ticketing.database.engine import WRITERS, Database
from ticket_clerk.ticketing.database.turns import Turns
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable

LONG_S = 300.0


def _begin(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@pytest.mark.unit
def test_who_waited_longest_is_next() -> None:
    """Three wait for the only place, and come in the order in which they began to wait."""
    turns, served = Turns(LONG_S), []

    def wait_as(name: str) -> None:
        with turns.turn():
            served.append(name)

    waiters = []
    with turns.turn():
        for name in "abc":
            waiters.append(_begin(lambda name=name: wait_as(name)))
            wait_until(lambda: len(turns._gates) == len(waiters), f"{name} to wait")
    for waiter in waiters:
        waiter.join(LONG_S)

    assert served == ["a", "b", "c"]


@pytest.mark.unit
def test_so_many_come_in_at_a_time_as_there_are_places() -> None:
    """The next one is refused when its time is over; a place that is given back is taken again."""
    turns = Turns(0.0, places=2)
    with turns.turn():
        with turns.turn(), pytest.raises(DatabaseUnavailable), turns.turn():
            raise AssertionError("a third came in")
        with turns.turn():
            pass


def test_who_reads_finds_a_connection_while_all_writers_wait(database_url: str) -> None:
    """Of PostgreSQL's pool the writers take eight, of SQLite's one; the next writer comes later."""
    database, written = Database(database_url), threading.Event()
    most = 1 if database.has_one_writer else WRITERS

    def write() -> None:
        with database.begin():
            written.set()

    with ExitStack() as writers:
        for _ in range(most):
            writers.enter_context(database.begin())
        waiter = _begin(write)
        wait_until(lambda: len(database._turns._gates) == 1, "the next writer to wait")
        with database.read() as conn:
            assert conn.exec_driver_sql("SELECT 1").scalar_one() == 1
        assert not written.is_set()
    waiter.join(LONG_S)

    assert written.is_set()
    database.close()
