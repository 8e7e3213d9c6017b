"""A service: its command, its readiness check, and the running process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ticket_clerk.cli.environment import ROOT

WRAPPER = Path(__file__).with_name("wrapper.py")
# The wrapper gives a program 8 s to end by itself before it is killed.
STOP_WITHIN_S = 10.0
# Never through a proxy: all addresses are this machine's.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Service:
    """Command and readiness check of a service."""

    name: str
    command: tuple[str, ...]
    environ: Mapping[str, str] = field(repr=False)
    ready_url: str = field(repr=False)
    port: int
    port_setting: str
    address: str = ""


class Running:
    """A service that was started: the head of a process group of its own."""

    def __init__(self, service: Service, log_dir: Path) -> None:
        """Start it; its output goes to ``<log_dir>/<service>.log``."""
        self.service = service
        self.log = log_dir / f"{service.name}.log"
        self.started = time.monotonic()
        log_dir.mkdir(parents=True, exist_ok=True)
        self._log_start = self.log.stat().st_size if self.log.exists() else 0
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(WRAPPER), str(self.log), *service.command],
            cwd=ROOT,
            env=dict(service.environ),
            stdin=subprocess.PIPE,  # held open: its end tells the wrapper that we are gone
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process id of the wrapper, which is the id of the whole group."""
        return self._process.pid

    def exit_code(self) -> int | None:
        """The service's exit code, or None while it runs."""
        return self._process.poll()

    def is_ready(self) -> bool:
        """Return whether it answers its question with 2xx within a second."""
        try:
            with _opener.open(self.service.ready_url, timeout=1.0) as answer:
                return bool(200 <= answer.status < 300)
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the wrapper, which ends the group; do not wait. Safe to repeat."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait_stopped(self) -> None:
        """Wait for the end, and kill what is left of the group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_WITHIN_S)
        self.sweep()
        self._process.wait()

    def sweep(self) -> None:
        """Kill whatever is left of the group."""
        kill_group(self.pid)
        if self._process.stdin is not None:
            self._process.stdin.close()

    def last_lines(self, count: int = 15) -> str:
        """The end of its output since this start."""
        with self.log.open("rb") as file:
            file.seek(min(self._log_start, self.log.stat().st_size))
            return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])


def kill_group(pgid: int) -> None:
    """Kill every process of a group; none left is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pgid, signal.SIGKILL)
