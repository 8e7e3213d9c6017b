"""Utterances without a clear intent: a show's name, a city, a number, an order number."""

from __future__ import annotations

from ticket_clerk.ticketing.domain.models import Show
from ticket_clerk.understanding.answers import is_more, is_question, says_buy, wants_cheapest
from ticket_clerk.understanding.payments.budget import parse_budget
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import section_of, shows_with_section, wants_between
from ticket_clerk.understanding.text import order_numbers

from .browse import (
    list_shows,
    names_city_or_show,
    parse_named_shows,
    ruled_out_shows,
    say_unsold_kind,
    selects_offered_show,
)
from .handoff import say_not_understood
from .orders import selects_shown_order, show_orders
from .purchase.form import FORM as PURCHASE
from .purchase.order_changes import begin_order_change
from .purchase.state import offered_shows
from .refund.form import FORM as REFUND
from .show_lists import remember
from .turn import BUY_FORM, RasaEvents, Turn, start
from .upgrade import begin_other_upgrade, begin_seat_change

# After these a yes is to the link.
_LINKS = frozenset(
    {
        "utter_checkout_link",
        "utter_checkout_link_unheld",
        "utter_seats_back",
        "utter_upgrade_link",
        "utter_season_link",
    }
)
LONGEST_FALLBACK = 4


def take_fallback(turn: Turn) -> RasaEvents:
    """Start the purchase for a show or a number, list shows for a place or a date.

    Only the form may follow by itself: after another action Rasa finds no rule and takes the turn
    back (action_default_fallback).
    """
    if say_unsold_kind(turn):
        return []
    if turn.utterance.intent == "out_of_scope":
        return _answer_outside(turn)
    for answer in (_take_up_cut_off, _take_order_reference, _take_seat_change):
        events = answer(turn)
        if events is not None:
            return events
    return _take_show_reference(turn)


def _take_up_cut_off(turn: Turn) -> RasaEvents | None:
    """Resume a confirmed step that a server crash interrupted."""
    if turn.utterance.intent == "affirm":
        for form in (REFUND, PURCHASE):
            if form.is_cut_off(turn):
                return form.execute(turn)
    return None


def _take_order_reference(turn: Turn) -> RasaEvents | None:
    """Change, show or cancel an order that the utterance refers to."""
    is_yes, asked_about = turn.utterance.intent == "affirm", turn.offered_orders
    if not asked_about and begin_order_change(turn):
        return start(BUY_FORM)
    if order_numbers(turn.text) or (is_yes and turn.last_response in _LINKS):
        return show_orders(turn)
    return show_orders(turn) if selects_shown_order(turn) else None


def _take_seat_change(turn: Turn) -> RasaEvents | None:
    return begin_other_upgrade(turn) or begin_seat_change(turn) or None


def _take_show_reference(turn: Turn) -> RasaEvents:
    """Start a purchase, list shows, or reply that nothing was understood."""
    text, intent, parsed = turn.text, turn.utterance.intent, parse_named_shows(turn)
    # "Not the cheapest and not the dearest" says what is wanted.
    if intent == "deny" and not (is_more(text) or wants_between(text)):
        turn.say("utter_deny")
        return []
    if intent == "affirm" and not parsed.has_name:
        return _agree(turn)
    has_budget = parse_budget(text) is not None
    number = None if has_budget else parse_quantity(text, asked=True)
    # "There are four of us" beside a question is what the question is about.
    is_number = intent == "inform" and number is not None and not turn.utterance.is_aside
    is_request = is_number or _names_seats(turn)
    if parsed.has_name or is_request or selects_offered_show(turn):
        return start(BUY_FORM)
    is_about_shows = has_budget or is_more(text) or wants_cheapest(text)
    is_about_shows = is_about_shows or bool(ruled_out_shows(turn))
    if is_about_shows or parsed.has_hint or names_city_or_show(turn):
        return list_shows(turn)
    return say_not_understood(turn)


def _answer_outside(turn: Turn) -> RasaEvents:
    """Reply out of scope, unless the utterance changes an order or names seats of a show."""
    parsed = parse_named_shows(turn)
    if not is_question(turn.text):
        if begin_order_change(turn):
            return start(BUY_FORM)
        has_seats = any(_section_of(turn.text, show) for show in parsed.shows)
        if parsed.has_name and (has_seats or parse_quantity(turn.text, asked=False) is not None):
            return start(BUY_FORM)
        if parsed.shows and not parsed.has_name and len(turn.text.split()) <= LONGEST_FALLBACK:
            # "Something funny": a kind, a city or a day, and nothing else.
            return list_shows(turn)
    events = say_not_understood(turn, "utter_out_of_scope")
    # The shows that were named are what "ok, one ticket" is for.
    return [*events, *remember(parsed.shows)] if parsed.shows else events


def _names_seats(turn: Turn) -> bool:
    """Return whether a section of the show mentioned last is named, or of any: "the loge"."""
    shows = _spoken_of(turn)
    if len(shows) == 1 and _section_of(turn.text, shows[0]):
        return True
    return not is_question(turn.text) and bool(shows_with_section(turn.text, turn.catalog.shows))


def _section_of(text: str, show: Show) -> bool:
    return section_of(text, show) is not None


def _agree(turn: Turn) -> RasaEvents:
    """Accept a yes for the one show mentioned last; a bare yes is not enough."""
    if len(_spoken_of(turn)) == 1 or says_buy(turn.text):
        return start(BUY_FORM)
    turn.say("utter_affirm")
    return []


def _spoken_of(turn: Turn) -> list[Show]:
    return offered_shows(turn.catalog, PURCHASE.read(turn).offered)
