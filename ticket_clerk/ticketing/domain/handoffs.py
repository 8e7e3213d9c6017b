"""Conversations that people lead, and what those say in them, as frozen dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .models import Buyer


class HandoffReason(str, Enum):
    """Why people lead a conversation."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class Handoff:
    """A conversation that people lead, until it is closed."""

    id: str
    buyer: Buyer
    reason: HandoffReason
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class OperatorMessage:
    """What an operator says in a conversation, in their own name."""

    id: str
    handoff_id: str
    operator: str
    text: str
    created_at: datetime
