"""The address of a worker that runs alone, for Prometheus."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from tests.prometheus import read_metrics
from tests.servers import free_port, running, wait_for
from ticket_clerk.http.metrics_server import HEALTH, PATH, serve_metrics
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import ConfigError
from ticket_clerk.ticketing.settings import Settings
from ticket_clerk.ticketing.worker import Worker

pytestmark = pytest.mark.sqlite_only


def listening_at(container: Container, port: int, **settings: str) -> Container:
    """A container whose worker answers there."""
    changed = replace(container.settings, worker_metrics_port=port, **settings)
    return replace(container, settings=changed)


@contextmanager
def served(container: Container) -> Iterator[str]:
    """Serve for a while; gives the address."""
    port = free_port()
    server = serve_metrics(listening_at(container, port))
    assert server is not None
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()


def test_without_the_setting_there_is_no_port(container: Container) -> None:
    """As it is by default."""
    assert container.settings.worker_metrics_port == 0
    assert serve_metrics(container) is None


def test_prometheus_reads_what_the_worker_did(container: Container) -> None:
    """The same as on the action server, with the same token."""
    token = {"Authorization": f"Bearer {container.settings.payments_api_token}"}
    with served(container) as address:
        answer = requests.get(address + PATH, headers=token, timeout=60)

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    told = read_metrics(answer.text)
    assert told("ticket_clerk_database_up") == 1
    assert "ticket_clerk_worker_failures_total" in told.names


@pytest.mark.parametrize("given", [{}, {"Authorization": "Bearer no"}, {"Authorization": ""}])
def test_nobody_else_reads_anything(container: Container, given: dict[str, str]) -> None:
    """No token, a wrong one, an empty one; and no other address, no other method."""
    with served(container) as address:
        refused = requests.get(address + PATH, headers=given, timeout=60)
        elsewhere = requests.get(address + "/payments/orders", headers=given, timeout=60)
        posted = requests.post(address + PATH, headers=given, timeout=60)

    assert (refused.status_code, refused.text) == (401, "")
    assert (elsewhere.status_code, elsewhere.text) == (404, "")
    assert posted.status_code == 501


def test_a_worker_whose_loops_are_gone_says_so(container: Container) -> None:
    """200 while they go round, 503 before and after, to whoever asks without a token."""
    port = free_port()
    worker = Worker(container)
    server = serve_metrics(listening_at(container, port), worker.is_working)
    assert server is not None
    url = f"http://127.0.0.1:{port}{HEALTH}"
    try:
        before = requests.get(url, timeout=60).status_code
        worker.start()
        during = requests.get(url, timeout=60).status_code
        worker.stop()
        after = requests.get(url, timeout=60).status_code
    finally:
        server.shutdown()
        server.server_close()

    assert (before, during, after) == (503, 200, 503)


@pytest.mark.live
def test_a_worker_ends_by_itself_on_sigterm(sqlite_database: str, tmp_path: Path) -> None:
    """With exit code 0, so that no engine takes it for a failure."""
    port = free_port()
    environ = {"DATABASE_URL": sqlite_database, "RASA_TOKEN": "rasa-token-of-the-tests"}
    environ |= {"PAYMENTS_API_TOKEN": "api-token-of-the-tests", "WORKER_METRICS_PORT": str(port)}
    environ |= {"STRIPE_API_BASE": "http://127.0.0.1:9", "RASA_URL": "http://127.0.0.1:9"}
    command = [sys.executable, "-m", "integrations.payments", "worker"]
    with running(command, environ, tmp_path / "worker.log") as process:
        wait_for(f"http://127.0.0.1:{port}")
        process.terminate()

        assert process.wait(300) == 0


def test_a_port_that_is_taken_and_a_missing_token_are_sentences(container: Container) -> None:
    """That name the setting."""
    with served(container) as address:
        port = int(address.rsplit(":", 1)[1])
        with pytest.raises(ConfigError, match="WORKER_METRICS_PORT .* is taken"):
            serve_metrics(listening_at(container, port))
    with pytest.raises(ConfigError, match="PAYMENTS_API_TOKEN is not set"):
        serve_metrics(listening_at(container, free_port(), payments_api_tokens=()))
    with pytest.raises(ConfigError, match="WORKER_METRICS_PORT is not a number"):
        Settings.from_env({"WORKER_METRICS_PORT": "yes"})
