"""What a buyer said and what is said to him, as the plain functions of a turn see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Utterance:
    """A buyer's sentence, its intent, and what the NLU tagged as an event."""

    text: str
    intent: str
    named_event: bool = False


@dataclass(frozen=True)
class Reply:
    """A response of the domain and its values."""

    response: str
    values: Mapping[str, object] = field(default_factory=dict)
