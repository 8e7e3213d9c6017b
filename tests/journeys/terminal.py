"""Programs in a terminal, `rasa shell` above all."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.journeys.clerk import Clerk
from tests.servers import free_port
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.processes.rasa_program import rasa_program
from ticket_clerk.cli.processes.rasa_server import write_endpoints

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class Terminal:
    """A program in a terminal of its own: what it shows, and keys for it."""

    def __init__(self, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> None:
        """Start it."""
        self._screen, theirs = pty.openpty()
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            # As wide as the longest line, so that links stay whole.
            env={**environ, "COLUMNS": "500", "TERM": "xterm"},
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs)
        self.shown = ""

    def press(self, keys: str) -> None:
        """Type, and press Enter."""
        self.shown = ""
        os.write(self._screen, keys.encode() + b"\r")

    def wait_for(self, pattern: str, within_s: float = 180) -> re.Match[str]:
        """Wait until it is on the screen."""
        until = time.monotonic() + within_s
        while not (found := re.search(pattern, self.shown)):
            assert time.monotonic() < until, f"never shown: {pattern}\n{self.shown}"
            if select.select([self._screen], [], [], 0.2)[0]:
                text = os.read(self._screen, 65536).decode(errors="replace")
                # The prompt asks where the cursor is and waits for the answer.
                if "\x1b[6n" in text:
                    os.write(self._screen, b"\x1b[1;1R")
                self.shown += ESCAPES.sub("", text)
        return found

    def close(self) -> None:
        """End it, however it stands. Safe to repeat: a number that is closed twice is another's."""
        self.process.kill()
        self.process.wait()
        if self._screen >= 0:
            os.close(self._screen)
            self._screen = -1


class Shell(Terminal):
    """`rasa shell` with our console channel, beside a clerk's other services."""

    def __init__(self, clerk: Clerk) -> None:
        """Start it on a port of its own."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        arguments = ["--model", str(clerk.model), "--port", str(port)]
        arguments += ["--endpoints", str(write_endpoints(clerk.folder))]
        arguments += ["--credentials", "credentials.yml"]
        command = rasa_program("ticket_clerk.channels.shell", *arguments)
        super().__init__(command, ROOT, clerk.environ)
