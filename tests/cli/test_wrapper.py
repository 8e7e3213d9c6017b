"""The wrapper: the log's size and the exit code, seen from outside."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ticket_clerk.cli.processes.service import WRAPPER

pytestmark = pytest.mark.live


def run_wrapped(log: Path, code: str) -> int:
    """Run a piece of Python under a wrapper whose starter stays; returns the exit code."""
    command = [sys.executable, str(WRAPPER), str(log), sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True) as wrapper:
        return wrapper.wait(300)


def test_a_log_stays_within_its_bounds(tmp_path: Path) -> None:
    """A service that talks without end fills two files of five megabytes, not the disk."""
    log = tmp_path / "service.log"

    run_wrapped(log, "for n in range(130_000): print(f'{n:0100}')")

    sizes = [log.stat().st_size, (tmp_path / "service.log.1").stat().st_size]
    assert max(sizes) <= 5 * 1024 * 1024
    assert log.read_text().splitlines()[-1] == f"{129_999:0100}"


def test_the_wards_exit_code_is_the_programs(tmp_path: Path) -> None:
    """The code goes through; a signal shows as 128 and its number, as in a shell."""
    assert run_wrapped(tmp_path / "a.log", "raise SystemExit(7)") == 7
    assert run_wrapped(tmp_path / "b.log", "import os; os.kill(os.getpid(), 9)") == 137
