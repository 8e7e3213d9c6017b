"""Turns: a semaphore that is given to whoever has waited longest.

SQLite keeps no queue in front of its one writer: whoever finds it locked sleeps and tries again,
and under load the unlucky sleep for seconds. A pool of connections keeps one that newcomers
overtake, with the same end. Here the writers of this process take turns; those of other processes
still meet at the database's own locks. Waiting for a turn takes no connection.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable


class Turns:
    """First come, first served."""

    def __init__(self, timeout_s: float, places: int = 1) -> None:
        """Let ``places`` in at a time; nobody waits for longer than ``timeout_s``."""
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._free = places
        self._gates: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one's turn and keep it; raises DatabaseUnavailable after waiting in vain."""
        self._take()
        try:
            yield
        finally:
            self._pass_on()

    def _take(self) -> None:
        gate = threading.Lock()
        with self._lock:
            if self._free:
                self._free -= 1
                return
            gate.acquire()
            self._gates.append(gate)
        if gate.acquire(timeout=self._timeout_s):
            return
        with self._lock:
            if gate in self._gates:
                self._gates.remove(gate)
                raise DatabaseUnavailable("The database is busy right now.")
            # The turn came in this very moment.

    def _pass_on(self) -> None:
        with self._lock:
            if self._gates:
                self._gates.popleft().release()
            else:
                self._free += 1
