"""Waiting for what another process does: by asking, and with what it said where it never comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_until(
    look: Callable[[], T], what: str, within_s: float = 120.0, words: Callable[[], str] = str
) -> T:
    """Ask again and again until the answer is true, and return it.

    Fails with what was waited for and, where ``words`` are given, what the program said.
    """
    deadline = time.monotonic() + within_s
    while not (answer := look()):
        assert time.monotonic() < deadline, f"waited {within_s:.0f} s for {what}\n{words()}"
        time.sleep(0.1)
    return answer
