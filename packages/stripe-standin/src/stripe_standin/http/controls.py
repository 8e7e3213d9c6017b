"""Test controls under /_test/: clock and injected failures. Stripe has no such addresses.

Failures are kept in memory only and forgotten with the process.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any, Protocol

from stripe_standin.api import errors, params
from stripe_standin.api import params as forms
from stripe_standin.api.errors import ApiError
from stripe_standin.api.params import integer, text
from stripe_standin.http.messages import Json, Request, Response
from stripe_standin.storage.schedule import Clock

HOW = ("drop", "time_out", "error")
WHEN = ("after", "before")
LONGEST_S = 300
PREFIX = "/_test/"
_FAILURE = {
    "how": text(*HOW),
    "method": text("DELETE", "GET", "POST"),
    "path": text(),
    "seconds": integer(0),
    "times": integer(1),
    "when": text(*WHEN),
}
_CLOCK = {"advance_s": integer(), "offset_s": integer()}


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


class Machine(Protocol):
    """What the controls need of the stand-in."""

    clock: Clock
    failures: Failures

    def expire_overdue(self) -> None:
        """A pass of the clock."""


def answer(machine: Machine, request: Request) -> Response:
    """Answers one of the addresses; never raises what a request may cause."""
    # A web page that is open in a visitor's browser sends its origin; nobody else does.
    if "origin" in request.headers:
        return Response(403, b"Not for web pages.\n")
    try:
        body = _do(machine, request)
    except ApiError as error:
        return Response.json(error.status, error.body("req_test"))
    return Response.json(200, body)


def _do(machine: Machine, request: Request) -> Json:
    asked = (request.method, request.path.rstrip("/"))
    if asked == ("POST", PREFIX + "failures"):
        _ask_for_failure(machine, params.check(forms.decode(request.body), _FAILURE))
    elif asked == ("DELETE", PREFIX + "failures"):
        machine.failures.clear()
    elif asked == ("POST", PREFIX + "clock"):
        _set_clock(machine, params.check(forms.decode(request.body), _CLOCK))
    elif asked not in (("GET", PREFIX + "failures"), ("GET", PREFIX + "clock")):
        raise ApiError(404, "There is no such control; see the README of stripe-standin.")
    if asked[1] == PREFIX + "clock":
        return {"now": machine.clock.now(), "offset_s": machine.clock.offset_s}
    return {"failures": [one.shown() for one in machine.failures.waiting()]}


def _ask_for_failure(machine: Machine, sent: dict[str, Any]) -> None:
    if sent.get("seconds", 0) > LONGEST_S:
        raise errors.invalid_parameter("seconds", f"At most {LONGEST_S} seconds.")
    machine.failures.add(Failure(**{name: value for name, value in sent.items() if value}))


def _set_clock(machine: Machine, sent: dict[str, Any]) -> None:
    if "offset_s" in sent:
        machine.clock.offset_s = float(sent["offset_s"])
    machine.clock.offset_s += sent.get("advance_s", 0)
    machine.expire_overdue()
