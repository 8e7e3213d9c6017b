"""Five hundred buyers, a hundred seats: exactly a hundred orders, whoever runs how many servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.servers import ROOT, standin_server
from tests.ticketing.crowd import SECTION, SHOW, crowd
from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.settings import Settings

pytestmark = pytest.mark.live

BUYERS, SEATS = 500, 100
_TABLE = schema.sections
_IS_IT = (_TABLE.c.show_id == SHOW) & (_TABLE.c.id == SECTION)


@pytest.fixture(scope="module")
def stripe_api_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A stand-in that every process of the crowd can reach."""
    with standin_server(tmp_path_factory.mktemp("crowd")) as url:
        yield url


@pytest.fixture
def full_house(container: Container, settings: Settings, stripe_api_base: str) -> Container:
    """A shop whose section has a hundred seats, and which talks to Stripe over HTTP."""
    with container.database.begin() as conn:
        conn.execute(sa.update(_TABLE).where(_IS_IT).values(seats=SEATS))
    stripe = StripePaymentManager(replace(settings, stripe_api_base=stripe_api_base))
    return replace(container, stripe=stripe)


def _sold_exactly_all(container: Container, outcomes: Counter[str]) -> None:
    assert outcomes == {"open": SEATS, "sold_out": BUYERS - SEATS}
    with container.database.read() as conn:
        row = conn.execute(sa.select(_TABLE).where(_IS_IT)).one()
        holds = conn.execute(sa.select(sa.func.sum(schema.holds.c.quantity))).scalar_one()
    assert (row.held, row.sold, holds) == (SEATS, 0, SEATS)


def test_500_buyers_in_32_threads_get_the_100_seats_that_there_are(full_house: Container) -> None:
    """Each gets an order with its seat, or is told that it is sold out."""
    _sold_exactly_all(full_house, crowd(full_house, "thread", BUYERS, threads=32))


def test_500_buyers_in_4_processes_get_the_100_seats_that_there_are(
    full_house: Container, database_url: str, stripe_api_base: str
) -> None:
    """Four servers on one database, eight threads each."""
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "STRIPE_API_BASE": stripe_api_base,
    }
    command = [sys.executable, "-m", "tests.ticketing.crowd"]
    processes = [
        subprocess.Popen(
            [*command, f"process-{number}", str(BUYERS // 4), "8"],
            env=environ,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    outcomes: Counter[str] = Counter()
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    with ThreadPoolExecutor(max_workers=4) as pool:
        for said, _ in pool.map(lambda process: process.communicate("go\n", 900), processes):
            outcomes.update(json.loads(said))

    _sold_exactly_all(full_house, outcomes)


def test_without_the_condition_a_crowd_of_32_sells_more_than_there_are(
    container: Container,
) -> None:
    """The control: all read that ten are left, and each then takes one."""
    seats, threads = 10, 32
    all_have_read = threading.Barrier(threads, timeout=60)
    with container.database.begin() as conn:
        conn.execute(sa.update(_TABLE).where(_IS_IT).values(seats=seats))

    def take_one(_: int) -> None:
        with container.database.read() as conn:
            left = conn.execute(sa.select(_TABLE.c.seats - _TABLE.c.held).where(_IS_IT)).scalar()
        all_have_read.wait()
        if left and left >= 1:
            with container.database.begin() as conn:
                conn.execute(sa.update(_TABLE).where(_IS_IT).values(held=_TABLE.c.held + 1))

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(take_one, range(threads)))

    with container.database.read() as conn:
        held = conn.execute(sa.select(_TABLE.c.held).where(_IS_IT)).scalar_one()
    assert held == threads > seats, "22 buyers more than seats"
