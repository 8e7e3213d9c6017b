"""A real `rasa run` with this repository's endpoints.yml, credentials.yml and channels."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.servers import free_port
from ticket_clerk.cli.processes.rasa_server import write_endpoints

ROOT = Path(__file__).parents[2]
TOKEN = "rasa-token-of-the-tests"
# As while a token is rolled.
OLDER_TOKEN = "rasa-token-of-earlier-tests"
ACTION_TOKEN = "action-token-of-the-tests"
READY_S = 300
# How long Sanic waits for open connections when it stops: far longer than stopping takes on the
# busiest machine, so that a connection which holds it up is not taken for a slow stop.
GRACE_S = 90


class RasaProcess:
    """One Rasa server; all that it writes is under `var`, its log too, at the most talkative."""

    def __init__(
        self, model: Path, var: Path, database_url: str, actions_url: str, **environ: str
    ) -> None:
        """Start nothing yet."""
        self.var = var
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._model = model
        self._environ = {
            **environ_with_bytecode(),
            "ACTIONS_URL": actions_url,
            "ACTION_SERVER_TOKEN": ACTION_TOKEN,
            "TRACKER_DB": str(var / "trackers.db"),
            "DATABASE_URL": database_url,
            "RASA_TOKEN": f"{TOKEN},{OLDER_TOKEN}",
            "RASA_TELEMETRY_ENABLED": "false",
            "SANIC_GRACEFUL_SHUTDOWN_TIMEOUT": str(GRACE_S),
            **environ,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers with a model."""
        self.begin()
        self.wait_ready()

    def begin(self) -> None:
        """Start it and wait for nothing."""
        arguments = ["run", "--debug", "--enable-api", "--auth-token", TOKEN]
        arguments += ["--interface", "127.0.0.1", "--port", str(self.port)]
        endpoints = write_endpoints(self.var)
        arguments += ["--endpoints", str(endpoints), "--credentials", "credentials.yml"]
        with (self.var / "rasa.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rasa", *arguments, "--model", str(self._model)],
                cwd=ROOT,
                env=self._environ,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_ready(self) -> None:
        """Wait until it answers with a model."""
        assert self._process is not None
        until = time.monotonic() + READY_S
        while not self._is_ready():
            assert self._process.poll() is None, (self.var / "rasa.log").read_text()[-3000:]
            assert time.monotonic() < until, "Rasa did not become ready"
            time.sleep(0.2)

    def stop(self) -> float:
        """Ask it to end; returns how many seconds it took."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(GRACE_S + 30)
        return time.monotonic() - began

    def kill(self) -> None:
        """End it without a chance to write anything."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def say(self, sender: object, message: object, **fields: object) -> list[str]:
        """Say something over REST; the texts of the answer."""
        answer = self.post({"sender": sender, "message": message, **fields})
        assert answer.status_code == 200, answer.text
        return [said["text"] for said in answer.json()]

    def post(self, body: object, query: str = "") -> requests.Response:
        """POST a body to the REST channel."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        address = f"{self.url}/webhooks/rest/webhook{query}"
        return requests.post(address, data=data, headers=headers, timeout=60)

    def tracker(self, sender: str) -> dict[str, Any]:
        """The conversation as Rasa's API gives it."""
        params = {"token": TOKEN, "include_events": "ALL"}
        address = f"{self.url}/conversations/{sender}/tracker"
        return dict(requests.get(address, params=params, timeout=60).json())

    def append(self, sender: str, events: list[dict[str, Any]]) -> None:
        """Add events to a conversation, as if they had happened."""
        address = f"{self.url}/conversations/{sender}/tracker/events"
        requests.post(address, params={"token": TOKEN}, json=events, timeout=60).raise_for_status()

    def said(self, sender: str) -> list[str]:
        """Return the bot's messages in a conversation."""
        events = self.tracker(sender)["events"]
        return [event["text"] for event in events if event["event"] == "bot"]

    def push(self, sender: str, channel: str, action: str = "utter_push") -> int:
        """Have the bot say something unasked, as the worker does; the status of the answer."""
        return push(self.url, sender, channel, action)

    def _is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/status", {"token": TOKEN}, timeout=60).ok
        except requests.RequestException:
            return False


def push(url: str, sender: str, channel: str, action: str = "utter_push") -> int:
    """Have the bot at an address say something unasked; the status of the answer."""
    params = {"token": TOKEN, "output_channel": channel}
    address = f"{url}/conversations/{sender}/execute"
    return requests.post(address, params=params, json={"name": action}, timeout=60).status_code


def tiny_model(factory: pytest.TempPathFactory) -> Path:
    """The model of the bot of these tests, trained once for all workers.

    Rasa's trainings share a cache in the bot's folder, and the first two at once both create it.
    """
    run = factory.getbasetemp()
    shared = run.parent if os.environ.get("PYTEST_XDIST_WORKER") else run
    with (shared / "tiny.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        model = shared / "tiny.tar.gz"
        return model if model.exists() else _train(shared)


def _train(target: Path) -> Path:
    bot = Path(__file__).parent / "tiny_bot"
    arguments = ["--domain", "domain.yml", "--config", "config.yml", "--data", "data"]
    subprocess.run(
        [sys.executable, "-m", "rasa", "train", *arguments, "--out", str(target), "--quiet"]
        + ["--fixed-model-name", "tiny"],
        cwd=bot,
        env={**environ_with_bytecode(), "RASA_TELEMETRY_ENABLED": "false"},
        check=True,
        capture_output=True,
    )
    return target / "tiny.tar.gz"


def environ_with_bytecode() -> dict[str, str]:
    """This environment, with compiled imports kept: Rasa starts three times faster."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
