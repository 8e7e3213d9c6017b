"""Paginated lists of shows, soonest first."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import SlotSet

from ticket_clerk.ticketing.domain.models import Section, Show
from ticket_clerk.understanding.answers import is_more
from ticket_clerk.understanding.language import spoken
from ticket_clerk.understanding.shows import label

from .replies import (
    MOST_BUTTONS,
    Reply,
    amount_text,
    buttons,
    lines,
    section_values,
    short_date_text,
    show_values,
)
from .turn import RasaEvents, Turn

LONGEST_LIST = 5
# Responses that list shows: one list a reply.
LISTS = frozenset(
    {
        "utter_shows",
        "utter_shows_found",
        "utter_no_show_fits",
        "utter_closest_shows",
        "utter_cheapest_shows",
        "utter_more_shows",
        "utter_next_shows",
        "utter_dearest_shows",
        "utter_scarcest_shows",
        "utter_recommendation",
    }
)
FEW = 3


def shows_reply(
    turn: Turn,
    response: str,
    shows: Sequence[Show],
    longest: int = LONGEST_LIST,
    line: str | None = None,
) -> Reply:
    """Fill a response with a list of shows, and a button for each of the first.

    ``line`` is the response for each; without one it depends on how many there are.
    """
    shown, hidden = shows[:longest], shows[longest:]
    entry = line or ("utter_line_show" if len(shown) > FEW else "utter_line_show_in_full")
    listed = [turn.line(entry, **show_values(show)) for show in shown]
    if hidden:
        listed.append(turn.line("utter_line_more_shows", more=len(hidden), city=hidden[0].city))
    titles = [label(show, shows, short_date_text(show.starts_at)) for show in shown]
    values = {"shows": lines(listed), "buttons": buttons(titles[:MOST_BUTTONS])}
    return Reply(response, values)


def more_shows_reply(turn: Turn, shows: Sequence[Show], longest: int = LONGEST_LIST) -> Reply:
    """Return the next page of a list, or say that it is complete."""
    rest = shows[longest + (_times_more(turn) - 1) * LONGEST_LIST :]
    return shows_reply(turn, "utter_more_shows", rest) if rest else Reply("utter_no_more_shows")


def section_lines(turn: Turn, show: Show, quantity: int = 1, only: Sequence[Section] = ()) -> str:
    """List a show's sections with price and seats left, cheapest first, or ``only`` some of them.

    For several tickets their sum is told, too.
    """
    named = "utter_line_section_total" if quantity > 1 else "utter_line_section"
    return lines(
        turn.line(
            named if section.seats_left else "utter_line_section_sold_out",
            **section_values(section, show.currency),
            quantity=quantity,
            total=amount_text(section.unit_amount * quantity, show.currency),
        )
        for section in only or show.sections
    )


def remember(shows: Sequence[Show]) -> RasaEvents:
    """Remember the shows that were spoken of, so that "the later one" means one of them."""
    ids = [show.id for show in shows] if len(shows) <= LONGEST_LIST else None
    return [SlotSet("offered_shows", ids)]


def _times_more(turn: Turn) -> int:
    """Count the consecutive requests for more."""
    times = 0
    for event in reversed(turn.tracker.events):
        if event.get("event") == "user":
            if not is_more(spoken().translate(event.get("text") or "")):
                break
            times += 1
    return max(times, 1)
