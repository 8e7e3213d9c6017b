"""What is on, what it costs, and when and where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from integrations.payments import queries
from integrations.payments.models import Catalog, Show
from integrations.payments.shop import Shop

from .buy import FORM, purchase_of, words_of
from .hearing.answers import is_question
from .hearing.quantities import hear_quantity
from .hearing.shows import Heard, hear_shows
from .offers import pick_offered
from .purchase import find_show
from .questions import LONGEST_LIST, say_shows, section_lines
from .replies import Domain, RasaEvents, always_answers, show_values
from .with_shop import WithShop

LONGEST_PICK = 4


class ActionListShows(WithShop, Action):
    """Lists what is on, narrowed down to the city, date or kind that was named."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_list_shows"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List the shows that fit, or all when none does."""
        return await list_shows(self.shop, dispatcher, tracker, domain)


class ActionTellPrice(WithShop, Action):
    """Tells what a show costs, by section."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_tell_price"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Tell prices of the show that was named or is being bought, else the lowest of each."""
        return await _tell(self.shop, dispatcher, tracker, domain, "utter_prices")


class ActionTellShow(WithShop, Action):
    """Tells when and where a show is and how many seats are left."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_tell_show"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Tell of the show that was named or is being bought, else list what is on."""
        return await _tell(self.shop, dispatcher, tracker, domain, "utter_show_facts")


async def list_shows(
    shop: Shop, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """List the shows that fit the buyer's last sentence; a pick of those listed starts the form."""
    catalog = await asyncio.to_thread(queries.catalog, shop)
    heard = hear_catalog(tracker, catalog, shop)
    if picks_offered(tracker, catalog, shop) or _asks_for_tickets(tracker, heard):
        return [FollowupAction(FORM)]
    if not catalog.shows:
        dispatcher.utter_message(response="utter_no_shows")
    elif heard.shows:
        say_shows(dispatcher, domain, "utter_shows_found", list(heard.shows))
        return offer(heard.shows)
    else:
        names_more = heard.has_hint or names_place_or_show(tracker)
        response = "utter_no_show_fits" if names_more else "utter_shows"
        say_shows(dispatcher, domain, response, list(catalog.shows))
        return offer(catalog.shows)
    return []


async def _tell(
    shop: Shop, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain, response: str
) -> RasaEvents:
    catalog = await asyncio.to_thread(queries.catalog, shop)
    if _asks_for_tickets(tracker, hear_catalog(tracker, catalog, shop)):
        return [FollowupAction(FORM)]
    shows = _meant(tracker, catalog, shop)
    if not catalog.shows:
        dispatcher.utter_message(response="utter_no_shows")
    elif not shows:
        say_shows(dispatcher, domain, "utter_shows", list(catalog.shows))
    elif len(shows) > 2:
        say_shows(dispatcher, domain, "utter_shows_found", shows)
    for show in shows if len(shows) <= 2 else []:
        values = show_values(show)
        dispatcher.utter_message(response=response, **values, sections=section_lines(domain, show))
    return offer(shows) if shows else []


def offer(shows: Sequence[Show]) -> RasaEvents:
    """Remember the shows that were spoken of, so that "the later one" means one of them."""
    return [
        SlotSet(
            "offered_shows", [show.id for show in shows] if len(shows) <= LONGEST_LIST else None
        )
    ]


def picks_offered(tracker: Tracker, catalog: Catalog, shop: Shop) -> bool:
    """Whether a few words pick one of several shows that were just listed."""
    text = words_of(tracker).text
    offered = [show for show in catalog.shows if show.id in purchase_of(tracker).offered]
    is_short = len(text.split()) <= LONGEST_PICK and not is_question(text)
    return is_short and len(offered) > 1 and bool(pick_offered(text, offered, shop.now()))


def _asks_for_tickets(tracker: Tracker, heard: Heard) -> bool:
    """Whether the sentence, whatever its intent, names a show and a number and asks nothing."""
    text = words_of(tracker).text
    is_order = heard.has_name and hear_quantity(text, asked=False) is not None
    return is_order and not is_question(text)


def _meant(tracker: Tracker, catalog: Catalog, shop: Shop) -> list[Show]:
    """Which shows a question is about: those named, or the one that is being bought."""
    heard = hear_catalog(tracker, catalog, shop)
    current = find_show(catalog, purchase_of(tracker).show_id)
    if heard.has_name or (heard.shows and current is None):
        return list(heard.shows)
    return [current] if current else []


def hear_catalog(tracker: Tracker, catalog: Catalog, shop: Shop) -> Heard:
    """Hear which shows the buyer's last sentence means."""
    return hear_shows(words_of(tracker).text, catalog.shows, shop.now())


def names_place_or_show(tracker: Tracker) -> bool:
    """Whether the last sentence names a show or a city, be it one of ours or not."""
    entities = tracker.latest_message.get("entities") or []
    return any(entity.get("entity") in {"event", "city"} for entity in entities)
