"""A whole clerk under measurement: stand-in Stripe, action server and Rasa, on its own ports."""

from __future__ import annotations

import os
import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import requests

from ticket_clerk.cli.demo.demo import demo_environ
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.processes.prepare import prepare
from ticket_clerk.cli.processes.service import Running
from ticket_clerk.cli.processes.services import all_services
from ticket_clerk.cli.train import ensure_model

READY_WITHIN_S = 300.0
# Buyers of a measurement write faster than people.
_LIMITS = (
    "MESSAGES_PER_SENDER MESSAGES_PER_ADDRESS MESSAGES_IN_TOTAL REST_MESSAGES_IN_TOTAL "
    "SESSIONS_PER_ADDRESS STREAMS_PER_ADDRESS UNPAID_SEATS_PER_ADDRESS"
)
UNLIMITED = dict.fromkeys(_LIMITS.split(), "0")


class Clerk:
    """A running clerk; ``environ`` are its settings."""

    def __init__(self, environ: dict[str, str]) -> None:
        """Say what it was started with."""
        self.environ = environ
        token = environ.get("REST_TOKEN", "")
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def say(self, sender: str, text: str) -> float:
        """Say something over REST; returns how long the answer took, in milliseconds."""
        begun = time.perf_counter()
        body = {"sender": sender, "message": text}
        answer = requests.post(self.rest_url, json=body, headers=self.headers, timeout=120)
        took = 1000 * (time.perf_counter() - begun)
        answer.raise_for_status()
        if not answer.json():
            raise RuntimeError(f"nothing was said to {text!r}")
        return took

    @property
    def rest_url(self) -> str:
        """Where messages are sent to."""
        return f"{self.environ['RASA_URL']}/webhooks/rest/webhook"


def new_sender() -> str:
    """Make up a buyer."""
    return f"bench-{secrets.token_hex(6)}"


@contextmanager
def settings(**changes: str) -> Iterator[tuple[dict[str, str], Path]]:
    """Give the settings of a clerk that is to be started, and its folder; the database is ready.

    BENCH_MODEL names a trained model, for those who are in the middle of changing it.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        environ = {**demo_environ(folder), **changes}
        prepare(environ)
        yield environ, folder


@contextmanager
def started(
    environ: dict[str, str], folder: Path, **rasas: str
) -> Iterator[tuple[Clerk, dict[str, Running]]]:
    """Start all services and wait for them; ``rasas`` are settings that Rasa alone is given."""
    given = os.environ.get("BENCH_MODEL")
    model = Path(given) if given else ensure_model(ROOT, folder / "log", "en")
    own = {one.name: one for one in all_services({**environ, **rasas}, model)}
    with ExitStack() as stack:
        running = {}
        for service in all_services(environ, model):
            one = Running(own["rasa"] if service.name == "rasa" else service, folder / "log")
            stack.callback(one.wait_stopped)
            stack.callback(one.ask_to_stop)
            running[service.name] = one
        for one in running.values():
            _wait(one)
        yield Clerk(environ), running


@contextmanager
def clerk(**changes: str) -> Iterator[Clerk]:
    """Start a clerk with these settings, and end it afterwards."""
    with settings(**changes) as (environ, folder), started(environ, folder) as (one, _):
        yield one


def _wait(running: Running) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not running.is_ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{running.service.name} is not ready")
        time.sleep(0.1)


def percentiles(times: list[float]) -> dict[str, float]:
    """Median, 99th percentile and slowest of times in milliseconds."""
    in_order = sorted(times)
    at = {"p50_ms": len(times) // 2, "p99_ms": len(times) * 99 // 100, "slowest_ms": -1}
    return {name: round(in_order[place], 1) for name, place in at.items()} if times else {}
