"""The result of one check, and the line that prints it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ticket_clerk.project import IS_INSTALLED

# What a host starts by itself goes by other names.
RESTART = "restart it" if IS_INSTALLED else "restart `make run`"
START = (
    "start it (again, if it runs)"
    if IS_INSTALLED
    else "start it with `make run` (again, if it runs)"
)


class Verdict(str, Enum):
    """Verdict of a check; only BROKEN makes the doctor end with an error."""

    OK = "ok"
    NOTE = "note"
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Result:
    """One line: subject, verdict, and what to do about it."""

    verdict: Verdict
    thing: str
    detail: str

    def __str__(self) -> str:
        return f"{self.verdict.value:<7} {self.thing:<22} {self.detail}"

    def as_json(self) -> dict[str, str]:
        """Give the same as an object; verdicts are ``ok``, ``note`` and ``broken``."""
        verdict = self.verdict.value.lower()
        return {"verdict": verdict, "thing": self.thing, "detail": self.detail}


def ok(thing: str, detail: str) -> Result:
    """Create a passed result."""
    return Result(Verdict.OK, thing, detail)


def note(thing: str, detail: str) -> Result:
    """Create a passed result with a remark."""
    return Result(Verdict.NOTE, thing, detail)


def broken(thing: str, detail: str) -> Result:
    """Create a failed result; ``detail`` says what to do."""
    return Result(Verdict.BROKEN, thing, detail)
