"""What a shop changes about a show that it has sold tickets for, and how far that is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# A show that was broken off can still be called off on the days after it.
CHANGEABLE_FOR = timedelta(days=7)


class ChangeKind(str, Enum):
    """What became of a show; the words of the API."""

    CALLED_OFF = "called_off"
    MOVED = "moved"


@dataclass(frozen=True)
class ShowChange:
    """One change of a show; ``number`` counts them, from 1.

    Of one that moves it ``refund_until`` is until when tickets go back without a fee.
    """

    show_id: str
    number: int
    kind: ChangeKind
    made_at: datetime
    refund_until: datetime | None = None


@dataclass(frozen=True)
class Move:
    """Where a show is moved to; ``starts_at`` has the offset of the place."""

    starts_at: datetime
    venue: str
    city: str
    refund_until: datetime


@dataclass(frozen=True)
class ShowState:
    """A show as the shop manages it; ``change`` is the newest, None before the first."""

    id: str
    name: str
    venue: str
    city: str
    starts_at: datetime
    currency: str
    is_on_sale: bool
    change: ShowChange | None


@dataclass(frozen=True)
class ChangeProgress:
    """How far a show's newest change is done; amounts are minor units.

    ``waiting`` orders were not looked at yet and ``closing`` ones wait for Stripe to close their
    page. Of the ``payments`` that go back (``amount`` in all) some are refunded and some failed,
    which somebody has to see to, as to those in dispute; the others are under way. ``notices`` were
    written, of which ``delivered`` are in their conversations.
    """

    waiting: int
    closing: int
    payments: int
    refunded: int
    failed: int
    disputed: int
    amount: int
    amount_refunded: int
    notices: int
    delivered: int

    @property
    def underway(self) -> int:
        """Payments that are neither back nor failed."""
        return self.payments - self.refunded - self.failed

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do but what somebody has to see to."""
        return not (self.waiting or self.closing or self.underway)
