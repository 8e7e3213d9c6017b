"""The HTTP API, running."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.http.api import Api
from tests.servers import payments_server, standin_server


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Both servers as processes, for the tests of one file."""
    folder = tmp_path_factory.mktemp("api")
    with standin_server(folder) as stripe_url, payments_server(folder, stripe_url) as url:
        yield Api(url, stripe_url)
