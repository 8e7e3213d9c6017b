"""A preference that is kept over turns: lists keep to it, and say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from rasa_sdk.events import SlotSet

from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding.answers import is_more
from ticket_clerk.understanding.asking.preferences import (
    Preference,
    parse_preference,
    points_at_place,
    preference_dropped,
)
from ticket_clerk.understanding.payments.budget import parse_budget
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import parse_shows
from ticket_clerk.understanding.vocabulary import kind_name

from .purchase.show_selection import within
from .purchase.state import offered_shows
from .replies import format_budget
from .turn import RasaEvents, Turn

# A preference of another day is asked for again.
KEPT_FOR = timedelta(hours=12)
# Who drops one and says more than this asks for something besides.
LONGEST_DROP = 6


def keep_preference(turn: Turn) -> RasaEvents:
    """Keep what the message says of place, kind or price for the lists to come, or drop it.

    Nothing where the catalog can't be read: what follows meets the same trouble and says so.
    """
    if turn.message.is_command or turn.message.selected:
        return []
    try:
        return _noted(turn)
    except PaymentError:
        return []


def _noted(turn: Turn) -> RasaEvents:
    before = _kept(turn)
    said = parse_preference(turn.message.text, turn.catalog.shows, turn.now)
    left = preference_dropped(turn.message.text, before) if before else before
    # "Anything outside of Boston? We live there."
    outside = parse_hints(turn.message.text, turn.catalog.shows, turn.now).outside
    now = Preference(
        (said.cities or left.cities) - outside,
        said.kinds or left.kinds,
        left.budget if said.budget is None else said.budget,
    )
    return [SlotSet("preference", _written(now, turn.now))] if now != before else []


def drops_preference(turn: Turn) -> bool:
    """Return whether a few words drop a preference and say little else: "and anywhere else?"."""
    before, shows = _kept(turn), turn.catalog.shows
    is_less = preference_dropped(turn.message.text, before) != before
    is_short = len(turn.message.text.split()) <= LONGEST_DROP
    return is_less and is_short and not parse_shows(turn.message.text, shows, turn.now).has_name


def with_preference(turn: Turn) -> Turn:
    """Return the turn with no shows but those that are preferred, and say so where some are not.

    What the message itself says of a place, a kind or a price goes before. Where nothing is left
    that is said, and the turn is as it was. A place that is pointed at, "there", is kept to.
    """
    shows, preference = turn.catalog.shows, _not_said(turn)
    parsed = parse_shows(turn.text, shows, turn.now)
    if not parsed.has_name and (there := _pointed_at(turn)):
        turn.say("utter_as_preferred", preference=_text(turn, Preference(frozenset({there}))))
        return turn.among(show for show in shows if show.city == there)
    among = parsed.shows or shows
    left = preferred(turn, among, preference)
    if parsed.has_name or len(left) == len(among):
        return turn
    if not is_more(turn.text):
        turn.say(
            "utter_as_preferred" if left else "utter_none_preferred",
            preference=_text(turn, preference),
        )
    if not left:
        return turn
    return turn.among(preferred(turn, shows, preference))


def _pointed_at(turn: Turn) -> str | None:
    """Return the city that "there" means: of the shows that were listed, or the one preferred."""
    if not points_at_place(turn.text):
        return None
    said = parse_hints(turn.text, turn.catalog.shows, turn.now)
    if said.cities or said.venues:
        return None
    offered = offered_shows(turn.catalog, tuple(turn.slot("offered_shows") or ()))
    cities = {show.city for show in offered} or _kept(turn).cities
    return next(iter(cities)) if len(cities) == 1 else None


def preferred(
    turn: Turn, shows: Sequence[Show], preference: Preference | None = None
) -> list[Show]:
    """Keep the shows that fit what is preferred."""
    preference = _kept(turn) if preference is None else preference
    fitting = [
        show
        for show in shows
        if (not preference.cities or show.city in preference.cities)
        and (not preference.kinds or show.category in preference.kinds)
    ]
    return fitting if preference.budget is None else within(preference.budget, fitting)


def _not_said(turn: Turn) -> Preference:
    """Return what is kept of that of which the message says nothing."""
    kept, hints = _kept(turn), parse_hints(turn.text, turn.catalog.shows, turn.now)
    nothing: frozenset[str] = frozenset()
    return Preference(
        nothing if hints.cities or hints.venues else kept.cities,
        nothing if hints.categories else kept.kinds,
        None if parse_budget(turn.text) is not None else kept.budget,
    )


def _text(turn: Turn, preference: Preference) -> str:
    """Name a preference: "in New York, opera, up to $60.00 each"."""
    parts = [turn.line("utter_line_preferred_place", places=", ".join(sorted(preference.cities)))]
    parts = parts if preference.cities else []
    parts += map(kind_name, sorted(preference.kinds))
    if preference.budget is not None:
        price = format_budget(preference.budget, turn.catalog.currency)
        parts.append(turn.line("utter_line_preferred_price", price=price))
    return ", ".join(parts)


def _written(preference: Preference, at: datetime) -> dict[str, Any] | None:
    if not preference:
        return None
    return {
        "cities": sorted(preference.cities),
        "kinds": sorted(preference.kinds),
        "budget": None if preference.budget is None else str(preference.budget),
        "at": at.isoformat(),
    }


def _kept(turn: Turn) -> Preference:
    """Read the slot, whose value may be anything; what is of another day is none."""
    value = turn.slot("preference")
    if not isinstance(value, Mapping):
        return Preference()
    try:
        is_old = turn.now - datetime.fromisoformat(str(value.get("at"))) > KEPT_FOR
        budget = value.get("budget")
        amount = None if budget is None else Decimal(str(budget))
    except (ValueError, TypeError, InvalidOperation):
        return Preference()
    shows = turn.catalog.shows
    cities = _known(value.get("cities"), {show.city for show in shows})
    kinds = _known(value.get("kinds"), {show.category or "" for show in shows})
    return Preference() if is_old else Preference(cities, kinds, amount)


def _known(value: object, names: set[str]) -> frozenset[str]:
    return frozenset(map(str, value if isinstance(value, list) else ())) & names
