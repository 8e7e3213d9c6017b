"""The project's servers as processes of their own, each on a free port, ended with the test."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests.conftest import SHOWS, WEBHOOK_SECRET
from ticket_clerk.cli.processes.ports import free_ports

ROOT = Path(__file__).parents[1]
TOKEN = "api-token-of-the-tests"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@contextmanager
def payments_server(folder: Path, stripe_api_base: str) -> Iterator[str]:
    """``python -m integrations.payments serve`` with a new database; gives its address."""
    with payments_process(folder, stripe_api_base) as (url, _):
        yield url


@contextmanager
def payments_process(
    folder: Path, stripe_api_base: str = "http://127.0.0.1:9", **changes: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The same with other settings, and the process itself."""
    environ = {
        "DATABASE_URL": f"sqlite:///{folder}/payments.db",
        "SHOWS_FILE": str(SHOWS),
        "STRIPE_API_BASE": stripe_api_base,
        "RASA_URL": "http://127.0.0.1:9",
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "RASA_TOKEN": "rasa-token-of-the-tests",
        "PAYMENTS_API_TOKEN": TOKEN,
        "TICKETS_SIGNING_KEY": "signing-key-of-the-tests-0123456789",
        **changes,
    }
    command = [sys.executable, "-m", "integrations.payments"]
    subprocess.run([*command, "migrate"], env=_with_path(environ), cwd=ROOT, check=True)
    port = free_port()
    command += ["serve", "--port", str(port)]
    with running(command, environ, folder / "server.log") as process:
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url, process


@contextmanager
def standin_server(folder: Path) -> Iterator[str]:
    """``python -m stripe_standin`` that delivers no webhooks; gives its address."""
    port = free_port()
    environ = {
        "STRIPE_STANDIN_PORT": str(port),
        "STRIPE_STANDIN_DB": str(folder / "stripe.db"),
        "STRIPE_STANDIN_WEBHOOK_URL": "",
    }
    with running([sys.executable, "-m", "stripe_standin"], environ, folder / "standin.log"):
        url = f"http://127.0.0.1:{port}"
        wait_for(url)
        yield url


def free_port() -> int:
    """Find a port that no other test or connection is given while this test process lives."""
    [port] = free_ports(1)
    return port


@contextmanager
def dead_port() -> Iterator[int]:
    """A port that nobody listens on and, while it is held, nobody else is given."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def is_refusal(answer: requests.Response, status: int, code: str) -> None:
    """Hold a refusal against the one error shape."""
    body = answer.json()
    assert answer.status_code == status, body
    assert body["success"] is False
    assert body["error"]["code"] == code
    assert re.fullmatch(r"req_[0-9a-f]{32}", body["error"]["request_id"])
    assert body["error"]["message"].endswith(".")


@contextmanager
def running(
    command: list[str], environ: dict[str, str], log: Path, cwd: Path = ROOT
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is asked to end with the test, and killed if it does not."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=_with_path(environ),
            cwd=cwd,
            stdout=output,
            stderr=output,
            # Later Sanics end their whole process group when they are told to stop.
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(300)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def _with_path(environ: dict[str, str]) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], **environ}


def wait_for(url: str) -> None:
    """Wait until a server says that it lives."""
    until = time.monotonic() + 300
    while time.monotonic() < until:
        with suppress(requests.ConnectionError, requests.Timeout):
            if requests.get(f"{url}/health", timeout=5).ok:
                return
        time.sleep(0.1)
    raise AssertionError(f"{url} never answered")
