"""What operators changed of the catalog at the desk, beside what its owner wrote."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from .facts import Place


class CatalogChangeKind(str, Enum):
    """A show, a fact or an own question that is added or another, a sale that is closed."""

    SHOW = "show"
    FACT = "fact"
    QUESTION = "question"
    SALE = "sale"


@dataclass(frozen=True)
class CatalogChange:
    """One change: there is one at most for a kind, place and key.

    The key is a fact's, or an own question's topic. ``content`` is what the catalog's document
    would say: the show's entry, the fact's text or its texts by language, the question's examples
    and answer; nothing for a closed sale. ``is_applied`` is whether the catalog that was
    loaded last could take it.
    """

    kind: CatalogChangeKind
    place: Place
    key: str
    content: Any
    operator: str
    made_at: datetime
    is_applied: bool = True

    @property
    def subject(self) -> tuple[CatalogChangeKind, Place, str]:
        """What it changes."""
        return self.kind, self.place, self.key
