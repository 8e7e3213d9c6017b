"""`rasa shell` with our console channel, in a terminal of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time

from tests.journeys.clerk import Clerk
from tests.servers import free_port
from ticket_clerk.cli.environment import ROOT
from ticket_clerk.cli.processes.rasa_program import rasa_program

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\r")


class Terminal:
    """`rasa shell` with our console channel, in a terminal of its own."""

    def __init__(self, clerk: Clerk) -> None:
        """Start it beside the clerk's other parts."""
        self._screen, theirs = pty.openpty()
        files = ["--endpoints", "endpoints.yml", "--credentials", "credentials.yml"]
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            rasa_program(
                "ticket_clerk.channels.shell",
                "--model",
                str(clerk.model),
                "--port",
                str(port),
                *files,
            ),
            cwd=ROOT,
            # As wide as the longest line, so that links stay whole.
            env={**clerk.environ, "COLUMNS": "500", "TERM": "xterm"},
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

    def wait_for(self, pattern: str, within_s: float = 60) -> re.Match[str]:
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
        """End it, however it stands."""
        self.process.kill()
        self.process.wait()
        os.close(self._screen)
