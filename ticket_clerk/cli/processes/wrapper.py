"""Runs one program, keeps its output in a log of bounded size, and never outlives its starter.

``python wrapper.py LOG COMMAND…``: the leader of a process group of its own. Its standard
input is a pipe whose other end the supervisor holds: when that closes, because the supervisor
stopped or was killed by a signal that nobody can catch, the whole group is ended. A script of
its own on the standard library alone, because it starts once per service and must be cheap.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import BinaryIO

GRACE_S = 8.0
LOG_LIMIT_BYTES = 5 * 1024 * 1024


def main(log: Path, command: list[str]) -> int:
    """Run ``command`` to its end; returns its exit code (128 + signal if a signal ended it)."""
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )

    def end_group(_signal: int = signal.SIGTERM, _frame: FrameType | None = None) -> None:
        # Once is enough; the signal below reaches this process as well.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
        killer = threading.Timer(GRACE_S, os.killpg, (0, signal.SIGKILL))
        killer.daemon = True
        killer.start()

    starter_ended = threading.Event()

    def watch_starter() -> None:
        while os.read(0, 1):
            pass
        starter_ended.set()
        # Signals belong to the main thread: this one asks it, like anybody else.
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGTERM, end_group)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    assert child.stdout is not None  # noqa: S101 - asked for above
    copier = threading.Thread(target=_copy, args=(child.stdout, log), daemon=True)
    copier.start()
    threading.Thread(target=watch_starter, daemon=True).start()
    code = child.wait()
    # The last lines say why it ended; a grandchild that keeps the pipe open must not hold us up.
    copier.join(1.0)
    if starter_ended.is_set():
        # Nobody is left to look after grandchildren that did not listen.
        os.killpg(0, signal.SIGKILL)
    return code if code >= 0 else 128 - code


def _copy(source: BinaryIO, log: Path) -> None:
    """Append the program's output; rotate the log to ``<log>.1`` at the limit."""
    file = log.open("ab", buffering=0)
    size = file.tell()
    for line in iter(lambda: source.readline(65536), b""):
        if size + len(line) > LOG_LIMIT_BYTES:
            file.close()
            log.replace(log.with_name(f"{log.name}.1"))
            file, size = log.open("ab", buffering=0), 0
        file.write(line)
        size += len(line)
    file.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
