"""Words without a clear wish: a show's name, a city, a number, an order number."""

from __future__ import annotations

import asyncio
import re

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.answers import is_more, is_question, wants_cheapest
from ticket_clerk.understanding.budget import parse_budget
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.sections import parse_section
from ticket_clerk.understanding.text import normalize, order_numbers

from .browse.browse import list_shows, names_place_or_show, parse_named_shows, selects_offered_show
from .browse.lists import offered_shows, remember
from .handoff.handoff import say_all, say_not_understood
from .orders.orders import cancel_orders, show_orders
from .orders.selected import offered_orders, selects_order_to_cancel, selects_shown_order
from .purchase.form import FORM, is_cut_off, make_order, purchase_of, utterance_of
from .purchase.order_changes import begin_order_change
from .refund.form import give_back, is_refund_cut_off
from .replies import Domain, RasaEvents, always_answers, last_response
from .upgrade.form import wants_other_upgrade
from .upgrade.seat_change import begin_seat_change
from .utterance import Reply
from .with_container import WithContainer

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
_BUY = re.compile(r"(?:(?:ok|okay|yes|please)[ ,]+)?(?:buy|book|order|purchase)\b.*")


class ActionTakeHint(WithContainer, Action):
    """Makes sense of words that no rule knows; the catalog knows more than the training."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_take_hint"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Start the purchase for a show or a number, list shows for a place or a date.

        Only the form may follow by itself: after another action Rasa finds no rule and takes the
        turn back (action_default_fallback).
        """
        container, words = self.container, utterance_of(tracker)
        if words.intent == "out_of_scope":
            return await _answer_outside(container, dispatcher, tracker, domain)
        is_answer = words.intent == "inform"
        if words.intent == "affirm" and is_refund_cut_off(tracker):
            return await give_back(container, dispatcher, tracker)
        if words.intent == "affirm" and is_cut_off(purchase_of(tracker)):
            return await make_order(container, dispatcher, tracker, domain)
        was_link = words.intent == "affirm" and last_response(tracker) in _LINKS
        asked_about = offered_orders(tracker)
        earlier = await asyncio.to_thread(begin_order_change, container, tracker, words)
        if earlier and not asked_about:
            return [FollowupAction(FORM)]
        if order_numbers(words.text) or was_link:
            return await show_orders(container, dispatcher, tracker, domain)
        # "Ok" after a cancellation cancels nothing more, and a yes does not say which of two.
        is_pick = await asyncio.to_thread(selects_order_to_cancel, container, tracker)
        if is_pick or words.intent == "affirm" and len(asked_about) == 1:
            return await cancel_orders(container, dispatcher, tracker, domain)
        if await asyncio.to_thread(selects_shown_order, container, tracker):
            return await show_orders(container, dispatcher, tracker, domain)
        for wants in (wants_other_upgrade, begin_seat_change):
            upgrade = await asyncio.to_thread(wants, container, tracker)
            if upgrade:
                return upgrade
        catalog = await asyncio.to_thread(queries.catalog, container)
        parsed = parse_named_shows(tracker, catalog, container)
        if words.intent == "deny" and not is_more(words.text):
            dispatcher.utter_message(response="utter_deny")
            return []
        if words.intent == "affirm" and not parsed.has_name:
            return _agree(dispatcher, tracker, catalog, words.text)
        has_budget = parse_budget(words.text) is not None
        number = None if has_budget else parse_quantity(words.text, asked=True)
        is_number = is_answer and number is not None
        is_wish = is_number or _names_seats(tracker, catalog, words.text)
        if parsed.has_name or is_wish or selects_offered_show(tracker, catalog, container):
            return [FollowupAction(FORM)]
        is_about_shows = has_budget or is_more(words.text) or wants_cheapest(words.text)
        if is_about_shows or parsed.has_hint or names_place_or_show(tracker):
            return await list_shows(container, dispatcher, tracker, domain)
        return await say_not_understood(container, dispatcher, tracker)


async def _answer_outside(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """Say what the clerk is for, unless an order is changed, or a show and seats of it named."""
    words = utterance_of(tracker)
    if await asyncio.to_thread(selects_order_to_cancel, container, tracker):
        return await cancel_orders(container, dispatcher, tracker, domain)
    if not is_question(words.text):
        if await asyncio.to_thread(begin_order_change, container, tracker, words):
            return [FollowupAction(FORM)]
        catalog = await asyncio.to_thread(queries.catalog, container)
        parsed = parse_named_shows(tracker, catalog, container)
        places = [
            parse_section(words.text, s, asked=False, quantity=1).section for s in parsed.shows
        ]
        has_seats = any(places) or parse_quantity(words.text, asked=False) is not None
        if parsed.has_name and has_seats:
            return [FollowupAction(FORM)]
        if parsed.shows and not parsed.has_name and len(words.text.split()) <= LONGEST_FALLBACK:
            # "Something funny": a kind, a city or a day, and nothing else.
            return await list_shows(container, dispatcher, tracker, domain)
    say_all(dispatcher, tracker, [Reply("utter_out_of_scope")])
    spoken_of = await asyncio.to_thread(_named_shows, container, tracker)
    return remember(spoken_of) if spoken_of else []


def _named_shows(container: Container, tracker: Tracker) -> list[Show]:
    """Which shows a sentence names, so that "ok, one ticket" is for them."""
    parsed = parse_named_shows(tracker, queries.catalog(container), container)
    return list(parsed.shows) if parsed.has_name else []


def _names_seats(tracker: Tracker, catalog: Catalog, text: str) -> bool:
    """Whether a section of the one show that was just spoken of is named: "the $70 seats"."""
    shows = offered_shows(catalog, purchase_of(tracker).offered)
    return len(shows) == 1 and bool(parse_section(text, shows[0], asked=False, quantity=1).section)


def _agree(
    dispatcher: CollectingDispatcher, tracker: Tracker, catalog: Catalog, text: str
) -> RasaEvents:
    """Take a yes for the one show that was just spoken of; alone it needs to hear of what."""
    is_one = len(offered_shows(catalog, purchase_of(tracker).offered)) == 1
    if is_one or _BUY.fullmatch(normalize(text)):
        return [FollowupAction(FORM)]
    dispatcher.utter_message(response="utter_affirm")
    return []
