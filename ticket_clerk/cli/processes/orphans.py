"""Lock file of a run, and clean-up of processes that an earlier run left behind.

The lock is the operating system's: it is gone when its holder is, however that ended. Wrappers end
their programs when the supervisor dies; what is here ends the rest, should a wrapper be killed too.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.errors import LaunchError

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
