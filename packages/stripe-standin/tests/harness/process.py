"""The stand-in as a real process, on a free port."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import requests

import stripe_standin

# The sources that this test imported, installed or not.
SOURCES = Path(stripe_standin.__file__).parents[1]


class Process:
    """`python -m stripe_standin` with its file in `directory`; `settings` are its environment."""

    def __init__(self, directory: Path, **settings: str) -> None:
        self.database = directory / "stripe_standin.db"
        self.log = directory / "stripe_standin.log"
        inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environ = {
            **inherited,
            "PYTHONPATH": str(SOURCES),
            "PYTHONUNBUFFERED": "1",
            "STRIPE_STANDIN_PORT": "0",
            "STRIPE_STANDIN_DB": str(self.database),
            **settings,
        }

    def __enter__(self) -> Process:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "stripe_standin"],
                cwd=self.database.parent,
                env=self.environ,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.child.stdout is not None
        ready, _, _ = select.select([self.child.stdout], [], [], 300)
        assert ready, "the stand-in said nothing"
        self.greeting = self.child.stdout.readline()
        self.url = self.greeting.split()[1] if self.greeting else ""
        return self

    def __exit__(self, *_: object) -> None:
        if self.child.poll() is None:
            self.stop(signal.SIGTERM)
        if self.child.stdout:
            self.child.stdout.close()

    def stop(self, how: signal.Signals) -> int:
        """Sends a signal and waits for the end; returns the exit status."""
        self.child.send_signal(how)
        return self.child.wait(timeout=300)

    def wait_until_it_listens(self) -> None:
        """The greeting comes a moment before the first request is answered."""
        deadline = time.monotonic() + 300
        while True:
            try:
                assert requests.get(f"{self.url}/health", timeout=60).status_code == 200
                return
            except requests.ConnectionError:
                assert time.monotonic() < deadline
                time.sleep(0.05)
