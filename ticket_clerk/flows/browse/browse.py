"""What is on, what it costs, and when and where it is."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.orders.orders import cancel_orders
from ticket_clerk.flows.orders.selected import selects_order_to_cancel
from ticket_clerk.flows.purchase.form import FORM, purchase_of, utterance_of
from ticket_clerk.flows.purchase.offers import cheapest_of, select_offered, within
from ticket_clerk.flows.purchase.order_changes import LINKS, begin_order_change
from ticket_clerk.flows.purchase.questions import section_lines
from ticket_clerk.flows.purchase.state import find_show
from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    always_answers,
    buyer_of,
    last_response,
    show_values,
)
from ticket_clerk.flows.upgrade.seat_change import begin_seat_change
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Catalog, Show
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.answers import is_more, is_question, wants_cheapest
from ticket_clerk.understanding.budget import parse_budget
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.show_hints import parse_hints
from ticket_clerk.understanding.shows import (
    ParsedShows,
    names_stranger,
    parse_discontinued,
    parse_shows,
)
from ticket_clerk.understanding.text import normalize

from .lists import LONGEST_CHOICE, offered_shows, remember, say_more_shows, say_shows

LONGEST_SELECTION = 4
MOST_TOLD = 2
_ABOUT_IT = re.compile(
    r"\b(?:it|that|there|sections?|seats?|show|game|match|concert|play|doors?|venue|starts?)\b"
)


class ActionListShows(WithContainer, Action):
    """Lists what is on, narrowed down to the city, date or kind that was named."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_list_shows"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List the shows that fit, or all when none does; "the ballet" may pick an order, too."""
        if await asyncio.to_thread(selects_order_to_cancel, self.container, tracker):
            return await cancel_orders(self.container, dispatcher, tracker, domain)
        if await asyncio.to_thread(wants_order_change, self.container, tracker):
            return [FollowupAction(FORM)]
        return await list_shows(self.container, dispatcher, tracker, domain)


class ActionTellPrice(WithContainer, Action):
    """Tells what a show costs, by section."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_tell_price"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Tell prices of the show that was named or is being bought, else the lowest of each.

        Who has seats and asks what others cost instead reads what an upgrade would.
        """
        if purchase_of(tracker).asked is None:
            move = await asyncio.to_thread(begin_seat_change, self.container, tracker)
            if move:
                return move
        return await _tell(self.container, dispatcher, tracker, domain, "utter_prices")


class ActionTellShow(WithContainer, Action):
    """Tells when and where a show is and how many seats are left."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_tell_show"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Tell of the show that was named or is being bought, else list what is on."""
        return await _tell(self.container, dispatcher, tracker, domain, "utter_show_facts")


class ActionSayGoodbye(WithContainer, Action):
    """Says goodbye, unless "got The Night Owls?" only sounded like one."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_say_goodbye"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """A show of the catalog that is named counts more than what the sentence resembles."""
        catalog = await asyncio.to_thread(queries.catalog, self.container)
        if parse_named_shows(tracker, catalog, self.container).has_name:
            return await list_shows(self.container, dispatcher, tracker, domain)
        dispatcher.utter_message(response="utter_goodbye")
        return []


async def list_shows(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """List the shows that fit the buyer's last sentence; a pick of those listed starts the form."""
    catalog = await asyncio.to_thread(queries.catalog, container)
    parsed, text = parse_named_shows(tracker, catalog, container), utterance_of(tracker).text
    if selects_offered_show(tracker, catalog, container) or _asks_for_tickets(tracker, parsed):
        return [FollowupAction(FORM)]
    if not catalog.shows:
        dispatcher.utter_message(response="utter_no_shows")
        return []
    if is_more(text):
        offered = offered_shows(catalog, purchase_of(tracker).offered)
        say_more_shows(dispatcher, domain, tracker, offered or catalog.shows)
        return []
    budget = parse_budget(text)
    if budget is not None and not parsed.has_name:
        return say_within(dispatcher, domain, budget, parsed.shows or catalog.shows)
    if wants_cheapest(text) and not parsed.has_name:
        return say_cheapest(dispatcher, domain, parsed.shows or catalog.shows)
    gone = parse_discontinued(text, catalog.gone, catalog.shows)
    if gone:
        dispatcher.utter_message(response="utter_show_not_on_sale", show=gone)
        say_shows(dispatcher, domain, "utter_shows", catalog.shows)
        return remember(catalog.shows)
    if parsed.shows:
        say_shows(dispatcher, domain, "utter_shows_found", parsed.shows)
        return remember(parsed.shows)
    if not parsed.has_hint and names_stranger(text):
        dispatcher.utter_message(response="utter_no_such_show")
        say_shows(dispatcher, domain, "utter_shows", catalog.shows)
    else:
        closest = parse_hints(text, catalog.shows, container.now()).closest(catalog.shows)
        if closest:
            say_shows(dispatcher, domain, "utter_closest_shows", closest)
            return remember(closest)
        names_more = parsed.has_hint or names_place_or_show(tracker)
        response = "utter_no_show_fits" if names_more else "utter_shows"
        say_shows(dispatcher, domain, response, catalog.shows)
    return remember(catalog.shows)


def say_within(
    dispatcher: CollectingDispatcher, domain: Domain, budget: Decimal, shows: Sequence[Show]
) -> RasaEvents:
    """List the shows that cost no more, or say that there are none and what there is."""
    fitting = within(budget, shows)
    say_shows(
        dispatcher,
        domain,
        "utter_shows_found" if fitting else "utter_no_show_fits",
        fitting or shows,
    )
    return remember(fitting or shows)


def say_cheapest(
    dispatcher: CollectingDispatcher, domain: Domain, shows: Sequence[Show]
) -> RasaEvents:
    """List the few shows with the lowest prices, and remember them."""
    cheapest = cheapest_of(shows)[:LONGEST_CHOICE]
    say_shows(dispatcher, domain, "utter_cheapest_shows", cheapest)
    return remember(cheapest)


async def _tell(
    container: Container,
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    domain: Domain,
    response: str,
) -> RasaEvents:
    if await asyncio.to_thread(wants_order_change, container, tracker):
        return [FollowupAction(FORM)]
    catalog = await asyncio.to_thread(queries.catalog, container)
    if _asks_for_tickets(tracker, parse_named_shows(tracker, catalog, container)):
        return [FollowupAction(FORM)]
    shows = await asyncio.to_thread(_meant, tracker, catalog, container)
    if not shows or len(shows) > MOST_TOLD:
        return await list_shows(container, dispatcher, tracker, domain)
    for show in shows:
        values = show_values(show)
        dispatcher.utter_message(response=response, **values, sections=section_lines(domain, show))
    return remember(shows)


def wants_order_change(container: Container, tracker: Tracker) -> bool:
    """Whether what sounds like a question wants an unpaid order to be another one.

    Only outside of a form, and not where something is asked and nothing wanted.
    """
    words = utterance_of(tracker)
    if tracker.active_loop.get("name") or is_question(words.text):
        return False
    return begin_order_change(container, tracker, words) is not None


def selects_offered_show(tracker: Tracker, catalog: Catalog, container: Container) -> bool:
    """Whether a few words pick one of several shows that were just listed."""
    text = utterance_of(tracker).text
    offered = offered_shows(catalog, purchase_of(tracker).offered)
    is_short = len(text.split()) <= LONGEST_SELECTION and not is_question(text)
    return is_short and len(offered) > 1 and bool(select_offered(text, offered, container.now()))


def _asks_for_tickets(tracker: Tracker, parsed: ParsedShows) -> bool:
    """Whether the sentence, whatever its intent, names a show and a number and asks nothing."""
    text = utterance_of(tracker).text
    is_order = parsed.has_name and parse_quantity(text, asked=False) is not None
    return is_order and not is_question(text)


def _meant(tracker: Tracker, catalog: Catalog, container: Container) -> list[Show]:
    """Which shows a question is about: those named, being bought or just spoken of."""
    parsed, purchase = parse_named_shows(tracker, catalog, container), purchase_of(tracker)
    current = find_show(catalog, purchase.show_id)
    offered = offered_shows(catalog, purchase.offered)
    if current is None and len(offered) == 1:
        current = offered[0]
    if parsed.has_name or (parsed.shows and current is None):
        return list(parsed.shows)
    is_other = names_stranger(utterance_of(tracker).text) and utterance_of(tracker).named_event
    if is_other:
        return []
    return [current] if current else _ordered(tracker, catalog, container)


def _ordered(tracker: Tracker, catalog: Catalog, container: Container) -> list[Show]:
    """Which show "when does it start?" is about for who ordered last and has just read the link."""
    if (
        not _ABOUT_IT.search(normalize(utterance_of(tracker).text))
        or last_response(tracker) not in LINKS
    ):
        return []
    newest = queries.orders_of(container, buyer_of(tracker))[:1]
    show = find_show(catalog, newest[0].show_id) if newest else None
    return [show] if show else []


def parse_named_shows(tracker: Tracker, catalog: Catalog, container: Container) -> ParsedShows:
    """Hear which shows the buyer's last sentence means."""
    return parse_shows(utterance_of(tracker).text, catalog.shows, container.now())


def names_place_or_show(tracker: Tracker) -> bool:
    """Whether the last sentence names a show or a city, be it one of ours or not."""
    entities = tracker.latest_message.get("entities") or []
    return any(entity.get("entity") in {"event", "city"} for entity in entities)
