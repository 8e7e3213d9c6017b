"""Operators: who may look at the shop from inside, who may act, and what they did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Without a request for so long, and after so long in any case, an operator has to log in again.
IDLE_FOR = timedelta(minutes=30)
LOGGED_IN_FOR = timedelta(hours=12)

# The outcome of an act that was done; all others are errors' codes.
DONE = "done"


class Role(str, Enum):
    """What an operator may do: read, or read and change."""

    LOOK = "look"
    ACT = "act"


@dataclass(frozen=True)
class Operator:
    """Somebody with an account at the desk."""

    name: str
    role: Role

    @property
    def may_act(self) -> bool:
        """Whether they may change anything."""
        return self.role is Role.ACT


@dataclass(frozen=True)
class OperatorSession:
    """An operator's login on one browser; ``id`` is no secret, unlike the cookie's token."""

    id: str
    operator: Operator
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Act:
    """What an operator did, and to what.

    ``subject`` is an id of ours or of Stripe's, ``detail`` a few words such as a sum, ``outcome``
    what came of it: ``done``, an error's code, or None while nobody knows.
    """

    id: str
    at: datetime
    operator: str
    kind: str
    subject: str
    detail: str
    outcome: str | None
