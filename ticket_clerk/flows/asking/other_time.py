"""Another day or time than that of the show being bought, which goes on meanwhile."""

from __future__ import annotations

from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding.asking.kinds import asked_between, looks_for_others
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import parse_shows

from ..form import LIKELY_TOPIC
from ..purchase.show_selection import select_other_show, siblings
from ..purchase.state import Purchase, find_show, offered_shows
from ..replies import date_text
from ..show_lists import shows_reply
from ..turn import Turn

# Where the show itself is asked for, a day is an answer.
_CHOSEN = frozenset({"section", "quantity", "confirm_order"})
_OF_SHOWS = frozenset({"browse_events", "ask_show", "buy_tickets", "inform"})


def tell_other_time(turn: Turn, purchase: Purchase) -> bool:
    """Say when the show being bought is, and what is on at the time that is wanted instead.

    That is the same show at another time, or else a few others. False where no other time is
    wanted, or where it tells which of the shows that were offered is meant.
    """
    show, catalog = find_show(turn.catalog, purchase.show_id), turn.catalog
    if show is None or purchase.asked not in _CHOSEN or not _wants_other_time(turn, show):
        return False
    fitting = parse_shows(turn.text, catalog.shows, turn.now).shows
    if set(fitting) & set(offered_shows(catalog, purchase.offered)):
        return False
    is_taken = select_other_show(purchase, turn.text, catalog, turn.now) is not None
    if is_taken and not turn.clauses.questions:
        return False
    same = [one for one in siblings(show, catalog) if one in fitting]
    turn.say("utter_fact_of_place", place=show.name, fact=date_text(show.starts_at))
    if fitting:
        turn.say(shows_reply(turn, "utter_shows_found", same or fitting))
    else:
        turn.say("utter_nothing_then")
    return True


def _wants_other_time(turn: Turn, show: Show) -> bool:
    """Return whether a sentence speaks of a time that is not the show's, and of nothing else."""
    if turn.utterance.is_command or turn.utterance.selected or looks_for_others(turn.text):
        return False
    if asked_between(turn.text):
        # "Is it a matinee or in the evening?" asks when it is.
        return False
    scores = turn.intent_scores
    is_of_shows = max(scores, key=lambda intent: scores[intent]) in _OF_SHOWS
    if not is_of_shows or (turn.topic is not None and turn.topic.score >= LIKELY_TOPIC):
        return False
    hints = parse_hints(turn.text, turn.catalog.shows, turn.now)
    is_only_time = not (hints.cities or hints.venues or hints.categories or hints.unwanted)
    is_named = parse_shows(turn.text, turn.catalog.shows, turn.now).has_name
    return bool(hints.when) and is_only_time and not is_named and not hints.fits(show)
