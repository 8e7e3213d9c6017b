"""Fault injection: dropped connections, timeouts and server errors.

They are kept in memory only and forgotten with the process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from stripe_standin.http.messages import Json

HOW = ("drop", "time_out", "error")
WHEN = ("after", "before")
LONGEST_S = 300


@dataclass
class Failure:
    """A fault for the next `times` requests of a method whose path contains `path`.

    `how` is drop (the connection is cut), time_out (no answer for `seconds`, then it is cut) or
    error (Stripe's 500). `when` is after (the work was done) or before (nothing was done).
    """

    path: str = ""
    method: str = ""
    times: int = 1
    how: str = "drop"
    when: str = "after"
    seconds: float = 30.0

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is one of those."""
        return self.times > 0 and self.path in path and self.method in ("", method)

    def shown(self) -> Json:
        """The failure as JSON."""
        return dict(vars(self))


class Failures:
    """The queue of injected failures, first in, first out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Failure] = []

    def add(self, failure: Failure) -> None:
        """Queues a failure."""
        with self._lock:
            self._waiting.append(failure)

    def clear(self) -> None:
        """Removes all failures."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> list[Failure]:
        """The failures that are not used up."""
        with self._lock:
            return [one for one in self._waiting if one.times > 0]

    def take(self, method: str, path: str) -> Failure | None:
        """Takes the failure for this request, if there is one."""
        with self._lock:
            for failure in self._waiting:
                if failure.fits(method, path):
                    failure.times -= 1
                    return failure
        return None
