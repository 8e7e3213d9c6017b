"""The HTTP API, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.api import Api
from tests.http.desk import operators_desk
from tests.http.ticket_desk import TicketDesk
from tests.rasa_double import RasaDouble
from tests.servers import payments_server, standin_server


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Both servers as processes, for the tests of one file."""
    folder = tmp_path_factory.mktemp("api")
    with standin_server(folder) as stripe_url, payments_server(folder, stripe_url) as url:
        yield Api(url, stripe_url)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, rasa: RasaDouble) -> Iterator[TicketDesk]:
    """A server with the desk beside a file's ``rasa``, and a stand-in without webhooks."""
    folder = tmp_path_factory.mktemp("desk")
    with (
        standin_server(tmp_path_factory.mktemp("standin")) as stripe_url,
        operators_desk(folder, stripe_url, RASA_URL=rasa.url) as desk,
    ):
        yield desk
