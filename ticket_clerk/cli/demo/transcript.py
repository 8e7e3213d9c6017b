"""Prints a conversation as it happens: who speaks, and what, wrapped to the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
import time
from typing import TextIO

_COLORS = {"buyer": "36", "clerk": "32", "page": "33", "check": "1"}
_NAME_WIDTH = 7


class Transcript:
    """Lines of ``time  speaker  text``; in color only for a person's eyes."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        """Start the clock that the lines show."""
        self._out = out
        self._started = time.monotonic()
        self._is_terminal = out.isatty()
        # Addresses are long: a pipe gets them whole, so that they can be copied.
        self._width = shutil.get_terminal_size().columns if self._is_terminal else 10_000

    def say(self, speaker: str, text: str) -> None:
        """Print one utterance at once; its line breaks stay."""
        seconds = f"{time.monotonic() - self._started:5.1f}s  "
        name = f"{speaker:<{_NAME_WIDTH}}"
        indent = " " * (len(seconds) + len(name))
        width = max(self._width - len(indent), 40)
        lines = [
            part
            for line in text.splitlines() or [""]
            for part in textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
            or [""]
        ]
        if self._is_terminal:
            name = f"\033[{_COLORS.get(speaker, '0')}m{name}\033[0m"
        print(seconds + name + f"\n{indent}".join(lines), file=self._out, flush=True)
