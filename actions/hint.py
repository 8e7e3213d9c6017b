"""Words without a clear wish: a show's name, a city, a number, an order number."""

from __future__ import annotations

import asyncio

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from integrations.payments import queries

from .browse import hear_catalog, list_shows, names_place_or_show, picks_offered
from .buy import FORM, words_of
from .hearing.answers import is_more, wants_cheapest
from .hearing.quantities import hear_quantity
from .hearing.words import order_numbers
from .order import cancel_orders, show_orders
from .replies import Domain, RasaEvents, always_answers
from .with_shop import WithShop


class ActionTakeHint(WithShop, Action):
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
        shop, words = self.shop, words_of(tracker)
        is_answer = words.intent == "inform"
        if order_numbers(words.text):
            return await show_orders(shop, dispatcher, tracker, domain)
        if is_answer and _was_asked_which_order(tracker):
            return await cancel_orders(shop, dispatcher, tracker, domain)
        catalog = await asyncio.to_thread(queries.catalog, shop)
        heard = hear_catalog(tracker, catalog, shop)
        is_number = is_answer and hear_quantity(words.text, asked=True) is not None
        if heard.has_name or is_number or picks_offered(tracker, catalog, shop):
            return [FollowupAction(FORM)]
        is_about_shows = is_more(words.text) or wants_cheapest(words.text)
        if is_about_shows or heard.has_hint or names_place_or_show(tracker):
            return await list_shows(shop, dispatcher, tracker, domain)
        dispatcher.utter_message(response="utter_not_understood")
        return []


def _was_asked_which_order(tracker: Tracker) -> bool:
    """Whether the action before the buyer's last words was the one that cancels."""
    spoken = [event for event in tracker.events if event.get("event") in {"action", "user"}]
    names = [event.get("name") for event in spoken if event.get("name") != "action_listen"]
    return names[-2:-1] == ["action_cancel_order"]
