"""One running clerk for all journeys; those that kill parts start them again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.databases import create_database
from tests.journeys.books import balanced
from tests.journeys.buyers import RestBuyer, SocketBuyer
from tests.journeys.clerk import Clerk


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def clerk(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    slack: SlackDouble,
    telegram: TelegramDouble,
) -> Iterator[Clerk]:
    """Rasa, action server and stand-in as processes, on both databases one after the other."""
    changes = {**slack.settings, **telegram.settings}
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_url")
        changes["DATABASE_URL"] = create_database(server, f"journeys_{worker_id}")
    clerk = Clerk(tmp_path_factory.mktemp("clerk"), **changes)
    try:
        clerk.start()
        yield clerk
    finally:
        clerk.stop()


@pytest.fixture(autouse=True)
def _books(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every journey our ledger is what Stripe's balance transactions add up to."""
    yield
    if "clerk" in request.fixturenames:
        balanced(request.getfixturevalue("clerk"))


@pytest.fixture
def rest_buyer(clerk: Clerk) -> RestBuyer:
    """A new buyer, over REST."""
    return RestBuyer(clerk)


@pytest.fixture
def socket_buyer(clerk: Clerk) -> Iterator[SocketBuyer]:
    """A new buyer, on socket.io."""
    buyer = SocketBuyer(clerk)
    yield buyer
    buyer.leave()
