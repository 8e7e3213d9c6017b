"""Real processes for the supervisor to look after, and ways to see whether they live."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.processes.service import Service

SMALL_SERVICE = Path(__file__).with_name("small_service.py")


def small_service(port: int, folder: Path) -> Service:
    """A service that is ready within a blink."""
    return Service(
        name="small",
        command=(sys.executable, "-I", "-S", str(SMALL_SERVICE), str(port), str(folder)),
        environ=dict(os.environ),
        ready_url=f"http://127.0.0.1:{port}/",
        port=port,
        port_setting="SMALL_PORT",
    )


def start_run(port: int, folder: Path) -> subprocess.Popen[str]:
    """Start a supervisor as a process of its own, and wait until it says ``ready``."""
    run = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.supervise", str(port), str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    for line in run.stdout:
        if line == "ready\n":
            return run
    raise AssertionError("The run ended before it was ready.")


def pids(folder: Path) -> list[int]:
    """The process ids of the small service and of its child."""
    return [int(pid) for pid in (folder / "pids").read_text().split()]


def is_alive(pid: int) -> bool:
    """Return whether the process runs; zombies do not count."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def command_lines() -> Iterator[str]:
    """Return every process's command line, as `ps` shows it."""
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            yield (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def until(is_so: Callable[[], bool], within_s: float = 300.0) -> None:
    """Wait for something to become true; fails the test if it does not.

    What was killed, for instance, is there until it gets a core to die on.
    """
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
