"""Starts all services at once, restarts one that dies, and ends every process it started."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import TextIO

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.errors import LaunchError

from .ports import require_free
from .service import Running, Service

# Rasa takes minutes on a small machine that is busy; a service that ends is told at once.
READY_WITHIN_S = 600.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0
POLL_S = 0.1


class Stopped(BaseException):
    """The launcher was asked to stop."""


def stop_on_signals() -> None:
    """Make SIGINT, SIGTERM and SIGHUP raise Stopped in the main thread."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # A second Ctrl-C must not interrupt the cleaning up.
        _ignore_signals()
        raise Stopped

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)


class Supervisor:
    """The services of one run, as a context: leaving it leaves no process behind."""

    def __init__(
        self, services: Sequence[Service], var_dir: Path, host: str, say: Callable[[str], None]
    ) -> None:
        """``say`` is called with each line that a person should read."""
        self._services = services
        self._var_dir = var_dir
        self._host = host
        self._say = say
        self._lock: TextIO | None = None
        self._running: dict[str, Running] = {}
        self._failures: dict[str, int] = {}
        self._again_at: dict[str, float] = {}
        self._unready: set[str] = set()
        self._parent = os.getppid()

    def __enter__(self) -> Supervisor:
        self._lock = take_lock(self._var_dir)
        if ended := end_orphans(self._var_dir):
            self._say(f"start: ended {ended} processes that an earlier run had left behind")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start all services side by side; returns when each is ready.

        Raises LaunchError when a port is taken, a service ends, or one is not ready in time; the
        message has the service's last words.
        """
        for service in self._services:
            require_free(self._host, service.port, service.port_setting)
        for service in self._services:
            self._begin(service)
        deadline = time.monotonic() + READY_WITHIN_S
        while self._unready:
            for name in sorted(self._unready):
                self._check_start(self._running[name], deadline)
            time.sleep(POLL_S)

    def watch(self) -> None:
        """Keep the services running until Stopped is raised or the ``make`` above us is gone."""
        while not self._is_orphan():
            self.tend()
            time.sleep(POLL_S)

    def tend(self) -> None:
        """Check each service once: restart the ended, report the ready."""
        for name, running in list(self._running.items()):
            if running.exit_code() is not None:
                self._revive(running)
            elif name in self._unready and running.is_ready():
                self._unready.discard(name)
                self._say(f"run: {name} is ready again")

    def stop(self) -> None:
        """End every process that was started, all at once. Safe to repeat."""
        for running in self._running.values():
            running.ask_to_stop()
        for running in self._running.values():
            running.wait_stopped()
        self._running.clear()
        if self._lock is not None:
            remember(self._var_dir, ())
            self._lock.close()
            self._lock = None

    def _begin(self, service: Service) -> None:
        self._running[service.name] = Running(service, self._var_dir / "log")
        self._unready.add(service.name)
        remember(self._var_dir, (each.pid for each in self._running.values()))

    def _check_start(self, running: Running, deadline: float) -> None:
        name = running.service.name
        if (code := running.exit_code()) is not None:
            trouble = f"{name} ended with exit code {code} instead of starting"
        elif running.is_ready():
            self._unready.discard(name)
            self._say(f"start: {name} is ready ({time.monotonic() - running.started:.1f} s)")
            return
        elif time.monotonic() > deadline:
            trouble = f"{name} was not ready within {READY_WITHIN_S:.0f} s"
        else:
            return
        raise LaunchError(
            f"{trouble}; the end of {running.log}:\n{running.last_lines() or '(nothing)'}"
        )

    def _revive(self, running: Running) -> None:
        name, now = running.service.name, time.monotonic()
        if name not in self._again_at:
            running.sweep()
            steady = now - running.started > STEADY_AFTER_S
            failures = self._failures[name] = 0 if steady else self._failures.get(name, -1) + 1
            pause = min(FIRST_PAUSE_S * 2**failures, LONGEST_PAUSE_S)
            self._again_at[name] = now + pause
            self._say(
                f"run: {name} ended with exit code {running.exit_code()} (see {running.log}); "
                f"starting it again in {pause:g} s"
            )
        elif now >= self._again_at[name]:
            del self._again_at[name]
            self._begin(running.service)

    def _is_orphan(self) -> bool:
        # `make` killed outright takes nobody with it; started by hand, a shell may go (nohup).
        return "MAKELEVEL" in os.environ and os.getppid() != self._parent


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


GONE_WITHIN_S = 5.0


def take_lock(var_dir: Path) -> TextIO:
    """Lock ``var_dir`` for this run until the returned file is closed.

    Raises LaunchError, naming the other's process id, when there is one already.
    """
    # Conversations, orders and logs are nobody else's business.
    var_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = (var_dir / "run.lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        other = lock.read().strip() or "unknown"
        lock.close()
        raise LaunchError(
            f"It runs already (process {other}): stop that one first, "
            "or set VAR_DIR and the ports to run a second one beside it."
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def remember(var_dir: Path, sessions: Iterable[int]) -> None:
    """Note the sessions (a wrapper's process id each) that the next run has to find ended."""
    (var_dir / "run.pids").write_text("\n".join(map(str, sessions)))


def end_orphans(var_dir: Path) -> int:
    """Kill what an earlier run of this checkout left behind; returns how many processes."""
    note = var_dir / "run.pids"
    if not note.exists():
        return 0
    sessions = {int(line) for line in note.read_text().split() if line.isdecimal()}
    found = set()
    deadline = time.monotonic() + GONE_WITHIN_S
    # Asked again until none is left: a killed process keeps its port for another moment.
    while (left := set(_processes_of(sessions))) and time.monotonic() < deadline:
        found |= left
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
    note.unlink()
    return len(found)


def _processes_of(sessions: set[int]) -> Iterator[int]:
    """Processes of these sessions that work in this checkout: ids are given anew after a while."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            # "pid (name) state ppid pgrp session …"; the name may hold anything, even ") ".
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            is_ours = int(fields[3]) in sessions and (entry / "cwd").readlink() == ROOT
            if is_ours and fields[0] != "Z":
                yield int(entry.name)
        except (OSError, ValueError, IndexError):
            continue
