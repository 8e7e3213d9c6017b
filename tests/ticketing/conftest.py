"""What the tests of payments share: a paid order, and the HTTP API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import SHOWS, WEBHOOK_SECRET
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.stripe_client import StripePaymentManager
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.settings import Settings


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets of $200, paid and confirmed."""
    return buy(container, stripe_wire)


@pytest.fixture
def own_server() -> Iterator[object]:
    """A PostgreSQL of this test's own, to be killed or frozen."""
    from tests.postgresql_server import shared_server

    with shared_server() as server:
        yield server


@pytest.fixture
def own_shop(own_server: Any, stripe_wire: StripeWire) -> Iterator[Container]:
    """A shop on that server, with the catalog of the tests on sale."""
    url = own_server.get_uri()
    settings = Settings.from_env({"DATABASE_URL": url, "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET})
    container = build_container(
        settings, stripe=StripePaymentManager(settings, http_client=stripe_wire)
    )
    container.database.migrate()
    with container.database.begin() as conn:
        load_catalog(conn, read_shows_file(SHOWS), now=container.now())
    yield container
    container.database.close()
