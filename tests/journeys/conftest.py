"""One running clerk for all journeys; those that kill parts start them again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.buyers import RestBuyer, SocketBuyer
from tests.journeys.clerk import Clerk


@pytest.fixture(scope="session")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clerk]:
    """Rasa, action server and stand-in as processes."""
    clerk = Clerk(tmp_path_factory.mktemp("clerk"))
    try:
        clerk.start()
        yield clerk
    finally:
        clerk.stop()


@pytest.fixture
def rest_buyer(clerk: Clerk) -> RestBuyer:
    """Somebody new, over REST."""
    return RestBuyer(clerk)


@pytest.fixture
def socket_buyer(clerk: Clerk) -> Iterator[SocketBuyer]:
    """Somebody new, with an open chat."""
    buyer = SocketBuyer(clerk)
    yield buyer
    buyer.leave()
