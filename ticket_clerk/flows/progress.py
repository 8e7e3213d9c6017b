"""How far a conversation came today: somebody wrote, was given a payment link, has paid.

Counted once a conversation and day, by what the conversation itself has; nothing of it is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ticket_clerk.ticketing.reports.counts import TalkStage

_Event = Mapping[str, Any]
_SAYS: Mapping[TalkStage, frozenset[str]] = {
    TalkStage.LINKED: frozenset(
        {
            "utter_checkout_link",
            "utter_checkout_link_unheld",
            "utter_seats_back",
            "utter_upgrade_link",
            "utter_season_link",
        }
    ),
    TalkStage.PAID: frozenset(
        {
            "utter_payment_confirmed",
            "utter_upgrade_confirmed",
            "utter_season_confirmed",
        }
    ),
}


def new_stages(
    events: Sequence[_Event],
    said: Collection[str | None],
    *,
    is_answer: bool,
    is_ours: Callable[[str], bool],
) -> list[TalkStage]:
    """List the stages that a conversation came to with what is said now, and not before today.

    ``is_answer`` is whether somebody wrote, rather than was told of something; ``is_ours`` whether
    an action of that name is one of the clerk's.
    """
    today = _of_last_day(events)
    stages = []
    if is_answer and not any(e.get("event") == "action" and is_ours(_name(e)) for e in today):
        stages.append(TalkStage.TALKED)
    before = {_response(event) for event in today if event.get("event") == "bot"}
    for stage, responses in _SAYS.items():
        if responses.intersection(said) and not responses & before:
            stages.append(stage)
    return stages


def _of_last_day(events: Sequence[_Event]) -> list[_Event]:
    """Those of the day (UTC) on which the newest happened, by the conversation's own clock."""
    last = _day(events[-1]) if events else None
    return [event for event in events if _day(event) == last]


def _day(event: _Event) -> object:
    at = event.get("timestamp")
    if not isinstance(at, int | float):
        return None
    return datetime.fromtimestamp(at, timezone.utc).date()


def _name(event: _Event) -> str:
    return str(event.get("name") or "")


def _response(event: _Event) -> str:
    return str((event.get("metadata") or {}).get("utter_action") or "")
