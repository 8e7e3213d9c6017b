"""Processes that live as in a container: the image's files, no writing but where it is allowed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).with_name("container.sh")
# A python image has its Python in /usr/local; this machine's finds its library where it was built.
BASE_PYTHON = Path(os.path.realpath(sys.executable)).parents[1]
_PYTHON = [(BASE_PYTHON, str(BASE_PYTHON), "ro"), (BASE_PYTHON, "/usr/local", "ro")]


@dataclass(frozen=True)
class Mounts:
    """What a process finds besides the system: the image's files, volumes, empty folders."""

    tree: Path
    binds: list[tuple[Path, str, str]] = field(default_factory=list)
    tmpfs: list[str] = field(default_factory=list)
    is_writable: bool = False


class Container:
    """One running process, the first of a process namespace of its own, as ``user``."""

    def __init__(
        self,
        command: list[str],
        environ: dict[str, str],
        mounts: Mounts,
        *,
        log: Path,
        user: str = "10001:10001",
        workdir: str = "/",
    ) -> None:
        """Start it; its output goes to ``log``."""
        self.log = log
        self._folder = tempfile.TemporaryDirectory(prefix="container-")
        root, lists = Path(self._folder.name, "root"), Path(self._folder.name, "lists")
        root.mkdir()
        lists.mkdir()
        binds = [*_PYTHON, *mounts.binds]
        _write(lists / "binds", [f"{source} {target} {mode}" for source, target, mode in binds])
        _write(lists / "tmpfs", mounts.tmpfs)
        if mounts.is_writable:
            (lists / "writable").touch()
        isolated = ["unshare", "--mount", "--pid", "--fork"]
        places = [str(root), str(mounts.tree), str(lists), user, workdir]
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*isolated, "sh", str(SCRIPT), *places, *command],
                env=environ,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
            )

    def wait(self, within_s: float) -> int:
        """Wait for its end; returns its exit code."""
        code = self._process.wait(within_s)
        self._folder.cleanup()
        return code

    def is_running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def signal(self, number: int) -> None:
        """Send a signal to the process itself, which is the first of its namespace."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for pid in children.read_text().split():
            os.kill(int(pid), number)

    def stop(self, within_s: float = 10.0) -> float:
        """End it as an engine does, by SIGTERM; returns how long that took, fails if too long."""
        started = time.monotonic()
        self.signal(signal.SIGTERM)
        try:
            self.wait(within_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.log.name}: SIGTERM did not end it") from None
        return time.monotonic() - started

    def kill(self) -> None:
        """End it at once, and with it all of its namespace. Safe to repeat."""
        if self.is_running():
            self.signal(signal.SIGKILL)
        self.wait(120)

    def words(self) -> str:
        """The end of what it said."""
        return self.log.read_text(errors="replace")[-3000:]


def _write(file: Path, lines: list[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines))
