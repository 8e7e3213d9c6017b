"""Rasa's own commands in a checkout where nothing was set up and nothing is set."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests
import yaml
from dotenv import dotenv_values

from tests.journeys.terminal import Terminal
from tests.servers import free_port, running
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.train import ensure_model

CHECKOUT = ("actions", "data", "packages", "ticket_clerk", "integrations")
FILES = ("config.yml", "credentials.yml", "domain.yml", "endpoints.yml", "shows.yml")
WITHIN_S = 240

pytestmark = [pytest.mark.live, pytest.mark.timeout(900)]


class Checkout:
    """A checkout without .env and var/, on ports of its own, and its running programs."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        """Copy what a user would have cloned; the model is there already, and what goes with it."""
        self.folder = folder
        self._stack = stack
        self.rasa_port, self.actions_port = free_port(), free_port()
        for name in CHECKOUT:
            ignored = shutil.ignore_patterns("__pycache__", "tests")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        for name in FILES:
            shutil.copy(ROOT / name, folder)
        (folder / "models").mkdir()
        shutil.copy(ensure_model(ROOT, folder), folder / "models")
        for computed in (ROOT / "models").glob("*.npz"):
            shutil.copy(computed, folder / "models")
        self._move_to_free_ports()

    def open_terminal(self, *command: str) -> Terminal:
        """Start a command that wants a terminal."""
        terminal = Terminal([sys.executable, "-m", *command], self.folder, self._environ)
        self._stack.callback(terminal.close)
        return terminal

    def start(self, url: str, *command: str) -> None:
        """Start a command that goes on, and wait until it answers."""
        log = self.folder / "log"
        process = self._stack.enter_context(
            running([sys.executable, "-m", *command], self._environ, log, self.folder)
        )
        until = time.monotonic() + WITHIN_S
        while not _answers(url):
            is_late = process.poll() is not None or time.monotonic() > until
            assert not is_late, log.read_text(errors="replace")[-3000:]
            time.sleep(0.5)

    def say(self, text: str) -> list[str]:
        """Say something over REST."""
        url = f"http://127.0.0.1:{self.rasa_port}/webhooks/rest/webhook"
        answer = requests.post(url, json={"sender": "ann", "message": text}, timeout=120)
        return [message["text"] for message in answer.json()]

    @property
    def _environ(self) -> dict[str, str]:
        # Nothing of ours; the ports are set because others run beside these tests.
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RASA_TELEMETRY_ENABLED": "false",
            "RASA_PORT": str(self.rasa_port),
            "ACTIONS_PORT": str(self.actions_port),
        }

    def _move_to_free_ports(self) -> None:
        file = self.folder / "endpoints.yml"
        endpoints = yaml.safe_load(file.read_text())
        assert endpoints["action_endpoint"]["url"] == "http://127.0.0.1:5055/webhook"
        endpoints["action_endpoint"]["url"] = f"http://127.0.0.1:{self.actions_port}/webhook"
        file.write_text(yaml.safe_dump(endpoints))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Checkout]:
    """The checkout with `rasa run actions` and `rasa run --enable-api` running."""
    with ExitStack() as stack:
        checkout = Checkout(tmp_path_factory.mktemp("checkout"), stack)
        actions, rasa = str(checkout.actions_port), str(checkout.rasa_port)
        url = f"http://127.0.0.1:{actions}/health"
        checkout.start(url, "rasa", "run", "actions", "--port", actions)
        shutil.copy(checkout.folder / "log", checkout.folder / "actions.log")
        url = f"http://127.0.0.1:{rasa}/status"
        checkout.start(url, "rasa", "run", "--enable-api", "--port", rasa)
        yield checkout


def _answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=60).ok
    except requests.RequestException:
        return False


def test_a_conversation_reaches_the_actions(checkout: Checkout) -> None:
    """Over REST, as far as the question for the section: the database was made, shows are there."""
    (text,) = checkout.say("two tickets for the Lakers game")

    assert "Section 101: $200.00" in text
    assert (checkout.folder / "var" / "payments.db").exists()
    assert (checkout.folder / "var" / "trackers.db").exists()


def test_secrets_for_development_are_made_and_the_stand_in_is_offered(checkout: Checkout) -> None:
    """The action server says so at its first start; what only make run sets stays unset."""
    log = (checkout.folder / "actions.log").read_text()

    assert (
        "wrote RASA_TOKEN, PAYMENTS_API_TOKEN, TICKETS_SIGNING_KEY, STRIPE_WEBHOOK_SECRET to .env"
        in log
    )
    assert "python -m integrations.payments standin" in log
    assert "ACTION_SERVER_TOKEN" not in dotenv_values(checkout.folder / ".env")


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=x"}, {"Origin": "https://x.example"}],
)
def test_without_a_token_the_actions_answer_this_machines_programs_only(
    checkout: Checkout, headers: dict[str, str]
) -> None:
    """Not a proxy's clients, and not a page that a browser on this machine shows."""
    url = f"http://127.0.0.1:{checkout.actions_port}/actions"

    assert requests.get(url, timeout=60).ok
    assert requests.get(url, headers=headers, timeout=60).status_code == 401


def test_the_shell_talks(checkout: Checkout) -> None:
    """`rasa shell` beside the running action server."""
    terminal = checkout.open_terminal("rasa", "shell", "--port", str(free_port()))

    terminal.wait_for("Bot loaded", WITHIN_S)
    terminal.press("what basketball games are on?")
    terminal.wait_for("Lakers vs Warriors", WITHIN_S)
