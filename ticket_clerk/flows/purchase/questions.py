"""The questions of the purchase form, each with what one can answer."""

from __future__ import annotations

import asyncio

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.browse.lists import LONGEST_CHOICE, offered_shows, say_more_shows, say_shows
from ticket_clerk.flows.replies import (
    LOCALE,
    Domain,
    RasaEvents,
    always_answers,
    buttons,
    line,
    lines,
    open_order_line,
    section_values,
    show_values,
)
from ticket_clerk.flows.waiting_list.places import waiting_values
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Catalog, Section, Show
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.replacement import is_replaceable
from ticket_clerk.understanding.answers import is_more, is_pause

from .form import is_interrupted, purchase_of, utterance_of
from .order_changes import purchases
from .state import find_section, find_show


class ActionAskShow(WithContainer, Action):
    """Asks for the show, out of those that fit so far."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_buy_tickets_form_show"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Offer a few shows with buttons, go on at "more"; in short when they were just listed."""
        catalog = await _read_catalog(self.container)
        offered = offered_shows(catalog, purchase_of(tracker).offered)
        text, is_answered = utterance_of(tracker).text, is_interrupted(tracker)
        if not catalog.shows:
            dispatcher.utter_message(response="utter_no_shows")
        elif is_more(text) and not is_answered:
            shows = offered or catalog.shows
            say_more_shows(dispatcher, domain, tracker, shows, LONGEST_CHOICE)
        elif _was_listed(tracker) or (not offered and (is_answered or is_pause(text))):
            dispatcher.utter_message(response="utter_ask_show_again")
        else:
            response = "utter_ask_which_show" if offered else "utter_ask_show"
            say_shows(dispatcher, domain, response, offered or catalog.shows, LONGEST_CHOICE)
        return []


class ActionAskReplacesOrder(WithContainer, Action):
    """Asks which of several unpaid orders is to be changed."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_buy_tickets_form_replaces_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List them, with buttons that say their numbers."""
        container = self.container
        orders = [
            order
            for order in await asyncio.to_thread(purchases, container, tracker)
            if is_replaceable(order)
        ]
        titles = [line(domain, "utter_button_change_order", order_id=one.id) for one in orders]
        dispatcher.utter_message(
            response="utter_ask_which_to_change",
            orders=lines(open_order_line(domain, order, container.now()) for order in orders),
            buttons=buttons(titles),
        )
        return []


class ActionAskSection(WithContainer, Action):
    """Asks for the section, with prices and the seats that are left."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_buy_tickets_form_section"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Offer the sections that have seats, cheapest first."""
        show, _ = _chosen(await _read_catalog(self.container), tracker)
        is_again = is_interrupted(tracker) or _was_asked(tracker, "section", show)
        available = [section for section in show.sections if section.seats_left]
        dispatcher.utter_message(
            response="utter_ask_section_again" if is_again else "utter_ask_section",
            **show_values(show),
            sections=section_lines(domain, show),
            buttons=buttons(section.name for section in available),
        )
        return []


class ActionAskQuantity(WithContainer, Action):
    """Asks for the number of tickets."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_buy_tickets_form_quantity"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Name the price of one and the most that one can have."""
        catalog = await _read_catalog(self.container)
        show, section = _chosen(catalog, tracker)
        is_again = is_interrupted(tracker) or _was_asked(tracker, "quantity", show)
        limit, is_waiting = catalog.max_tickets_per_order, purchase_of(tracker).is_waiting
        response = "utter_ask_quantity_again" if is_again else "utter_ask_quantity"
        dispatcher.utter_message(
            response="utter_ask_waiting_quantity" if is_waiting else response,
            **show_values(show),
            **section_values(section, show.currency),
            limit=limit if is_waiting else min(limit, section.seats_left),
        )
        return []


class ActionAskConfirmOrder(WithContainer, Action):
    """Sums up what it will cost and asks for a yes, or for what is to be changed."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_buy_tickets_form_confirm_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Name show, section, number, price of one and total."""
        catalog, purchase = await _read_catalog(self.container), purchase_of(tracker)
        show, section = _chosen(catalog, tracker)
        if purchase.is_changing:
            dispatcher.utter_message(response="utter_ask_change")
            return []
        if purchase.is_waiting:
            values = waiting_values(domain, catalog, purchase)
            dispatcher.utter_message(response="utter_ask_confirm_waiting", **values)
            return []
        quantity = purchase.quantity or 0
        is_other = purchase.replaces is not None
        dispatcher.utter_message(
            response="utter_ask_confirm_replacement" if is_other else "utter_ask_confirm_order",
            order_id=purchase.replaces or "",
            **show_values(show),
            **section_values(section, show.currency),
            quantity=quantity,
            total=format_amount(section.unit_amount * quantity, show.currency, LOCALE),
        )
        return []


def section_lines(domain: Domain, show: Show) -> str:
    """List a show's sections with price and seats left, cheapest first."""
    return lines(
        line(
            domain,
            "utter_line_section" if section.seats_left else "utter_line_section_sold_out",
            **section_values(section, show.currency),
        )
        for section in show.sections
    )


async def _read_catalog(container: Container) -> Catalog:
    return await asyncio.to_thread(queries.catalog, container)


def _chosen(catalog: Catalog, tracker: Tracker) -> tuple[Show, Section]:
    """Find the chosen show and section; the cheapest section stands in for none."""
    purchase = purchase_of(tracker)
    show = find_show(catalog, purchase.show_id)
    if show is None:
        raise LookupError("the show left the catalog within the turn")
    return show, find_section(show, purchase.section_id) or show.sections[0]


def _was_listed(tracker: Tracker) -> bool:
    """Whether the shows were listed since the buyer spoke."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action" and event.get("name") == "action_list_shows":
            return True
    return False


def _was_asked(tracker: Tracker, slot: str, show: Show) -> bool:
    """Whether the buyer's last sentence followed the same question about the same show."""
    slots: dict[str, object] = {}
    before: dict[str, object] = {}
    for event in tracker.events:
        if event.get("event") == "slot":
            slots[event["name"]] = event.get("value")
        elif event.get("event") == "user":
            before = dict(slots)
    is_same_section = slot == "section" or before.get("section") == slots.get("section")
    return (
        before.get("requested_slot") == slot and before.get("show") == show.id and is_same_section
    )
