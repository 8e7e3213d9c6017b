"""The action server with ``/payments/*`` and the worker, as a process that may be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import requests

from tests.crashes.server_process import serve
from tests.servers import free_port
from ticket_clerk.ticketing.failpoints import Failpoint

ACTION_TOKEN = "action-token-of-the-tests"
READY_WITHIN_S = 240.0
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.crashes.server_process"])


class Died(Exception):
    """The server went away in the middle of something."""


class ActionServer:
    """One address and one database for any number of processes, one after the other."""

    def __init__(self, environ: dict[str, str], folder: Path, mutant: str = "") -> None:
        """Nothing runs yet. ``mutant`` is a name in mutants.py: a protection that is taken out."""
        self._port = free_port()
        self._environ = {"PATH": os.environ["PATH"], **environ}
        self._folder, self._mutant = folder, mutant

    def start(self, *, clock_offset_s: float = 0, crash_at: Failpoint | None = None) -> None:
        """Start a process; returns when it listens, or has ended already."""
        environ = {
            **self._environ,
            "PAYMENTS_CLOCK_OFFSET_S": str(clock_offset_s),
            "PAYMENTS_CRASH_AT": crash_at.value if crash_at else "",
        }
        arguments = (environ, self._folder, self._port, self._mutant)
        self._process = _processes.Process(target=serve, args=arguments, daemon=True)
        self._process.start()
        deadline = time.monotonic() + READY_WITHIN_S
        while self.is_alive() and not self._listens():
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.02)

    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def was_killed(self) -> bool:
        """Whether it ended by SIGKILL, and not by itself."""
        return self._process.exitcode == -signal.SIGKILL

    def kill(self) -> None:
        """End it as a power cut would. Safe to repeat."""
        self._process.kill()
        self._process.join()

    def post(self, path: str, **request: Any) -> requests.Response:
        """Ask it something; raises Died when it did not live to answer."""
        url = f"http://127.0.0.1:{self._port}{path}"
        try:
            answer = requests.post(url, **request, timeout=60)
        except requests.ConnectionError:
            raise Died from None
        assert answer.status_code == 200, answer.text
        return answer

    def log(self) -> str:
        """Read what all its processes have logged."""
        lines = (self._folder / "actions.log").read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if "Registered function" not in line)

    def _listens(self) -> bool:
        # A bare connection: asking for a page so often would take the time of whoever starts.
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
