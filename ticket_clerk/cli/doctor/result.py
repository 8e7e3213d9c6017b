"""The result of one check, and the line that prints it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

START = "start it with `make run` (again, if it runs)"


class Verdict(str, Enum):
    """How a thing is; only BROKEN makes the doctor end with an error."""

    OK = "ok"
    NOTE = "note"
    BROKEN = "BROKEN"


@dataclass(frozen=True)
class Result:
    """One line: the thing, how it is, and what to do if that is not well."""

    verdict: Verdict
    thing: str
    detail: str

    def __str__(self) -> str:
        return f"{self.verdict.value:<7} {self.thing:<22} {self.detail}"


def ok(thing: str, detail: str) -> Result:
    """It works."""
    return Result(Verdict.OK, thing, detail)


def note(thing: str, detail: str) -> Result:
    """It works, and somebody should know this about it."""
    return Result(Verdict.NOTE, thing, detail)


def broken(thing: str, detail: str) -> Result:
    """It is needed and does not work; ``detail`` says what to do."""
    return Result(Verdict.BROKEN, thing, detail)
