"""Advice: which shows come first where a buyer asks what is next, dearest or nearly sold out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ticket_clerk.ticketing.domain.models import Show

from .turn import Turn


@dataclass(frozen=True)
class Ranking:
    """A response that lists shows, the line that a show has in it, and what sorts them."""

    response: str
    line: str | None
    key: Callable[[Show], Any]
    longest: int = 3
    is_of_offered: bool = False

    def of(self, shows: Sequence[Show]) -> list[Show]:
        """Return the first of the shows that have seats left."""
        available = [show for show in shows if show.seats_left]
        return sorted(available, key=self.key)[: self.longest]


def highest_price(show: Show) -> int:
    """Return the price of the dearest seat that is left, in minor units."""
    return max((part.unit_amount for part in show.sections if part.seats_left), default=0)


_NEXT = Ranking("utter_next_shows", None, lambda show: show.starts_at)
# By the topic that is asked about. To who waits for no news, what is on next is new.
_RANKINGS: Mapping[str, Ranking] = {
    "next_show": _NEXT,
    "news": _NEXT,
    "dearest_show": Ranking(
        "utter_dearest_shows", "utter_line_show_up_to", lambda show: -highest_price(show)
    ),
    "nearly_sold_out": Ranking(
        "utter_scarcest_shows", "utter_line_show_left", lambda show: show.seats_left
    ),
    "recommendation": Ranking(
        "utter_recommendation", None, lambda show: show.starts_at, 5, is_of_offered=True
    ),
}


def asked_ranking(turn: Turn) -> Ranking | None:
    """Return how shows are ranked in the answer to a request for advice."""
    return _RANKINGS.get(turn.topic.topic_id) if turn.topic else None
