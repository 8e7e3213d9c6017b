"""Lists of shows: so many lines at a time, soonest first, and the rest for a "more"."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.language import LANGUAGE
from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    buttons,
    line,
    lines,
    short_date_text,
    show_values,
)
from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.understanding.answers import is_more
from ticket_clerk.understanding.shows import label

LONGEST_LIST = 10
# Who has to choose reads less, and a messenger shows no more buttons.
LONGEST_CHOICE = 5
FEW = 3


def say_shows(
    dispatcher: CollectingDispatcher,
    domain: Domain,
    response: str,
    shows: Sequence[Show],
    longest: int = LONGEST_LIST,
) -> None:
    """Say a response with a list of shows, and a button for each of the first."""
    shown, hidden = shows[:longest], shows[longest:]
    entry = "utter_line_show" if len(shown) > FEW else "utter_line_show_in_full"
    listed = [line(domain, entry, **show_values(show)) for show in shown]
    if hidden:
        more = {"more": len(hidden), "city": hidden[0].city}
        listed.append(line(domain, "utter_line_more_shows", **more))
    titles = [label(show, shows, short_date_text(show.starts_at)) for show in shown]
    dispatcher.utter_message(
        response=response, shows=lines(listed), buttons=buttons(titles[:LONGEST_CHOICE])
    )


def say_more_shows(
    dispatcher: CollectingDispatcher,
    domain: Domain,
    tracker: Tracker,
    shows: Sequence[Show],
    longest: int = LONGEST_LIST,
) -> None:
    """Go on with a list of which ``longest`` lines were said, or say that it was all."""
    rest = shows[longest + (_times_more(tracker) - 1) * LONGEST_LIST :]
    if rest:
        say_shows(dispatcher, domain, "utter_more_shows", rest)
    else:
        dispatcher.utter_message(response="utter_no_more_shows")


def offered_shows(catalog: Catalog, ids: Sequence[str]) -> list[Show]:
    """Find the offered shows that are still for sale, in the order of the offer."""
    by_id = {show.id: show for show in catalog.shows}
    return [by_id[wanted] for wanted in ids if wanted in by_id]


def remember(shows: Sequence[Show]) -> RasaEvents:
    """Remember the shows that were spoken of, so that "the later one" means one of them."""
    ids = [show.id for show in shows] if len(shows) <= LONGEST_LIST else None
    return [SlotSet("offered_shows", ids)]


def _times_more(tracker: Tracker) -> int:
    """How often in a row the buyer has asked for more by now."""
    times = 0
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            if not is_more(LANGUAGE.translate(event.get("text") or "")):
                break
            times += 1
    return max(times, 1)
