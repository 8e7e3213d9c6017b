"""The questions of a subscription: which season ticket, and whether at its price."""

from __future__ import annotations

import asyncio

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.replies import (
    LOCALE,
    Domain,
    RasaEvents,
    always_answers,
    buttons,
    interval_text,
    line,
    lines,
)
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.domain.models import SeasonTicket
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.orders import queries

from .form import season_wish_of
from .turn import find_season_ticket

_MOST_BUTTONS = 5


class ActionAskSeasonTicket(WithContainer, Action):
    """Asks which season ticket."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_season_form_season_ticket"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List them with their prices."""
        catalog = await asyncio.to_thread(queries.catalog, self.container)
        dispatcher.utter_message(
            response="utter_ask_season_ticket",
            tickets=lines(
                line(domain, "utter_line_season_ticket", **ticket_values(ticket, 1))
                for ticket in catalog.season_tickets
            ),
            buttons=buttons(ticket.name for ticket in catalog.season_tickets[:_MOST_BUTTONS]),
        )
        return []


class ActionAskConfirmSeason(WithContainer, Action):
    """Sums up what is paid how often, and asks for a yes."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_season_form_confirm_season"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Say that it renews by itself until it is ended."""
        catalog = await asyncio.to_thread(queries.catalog, self.container)
        wish = season_wish_of(tracker)
        ticket = find_season_ticket(catalog, wish.ticket_id)
        if ticket is None:
            dispatcher.utter_message(response="utter_error_show_not_on_sale")
            return []
        titles = ("utter_button_season_yes", "utter_button_season_no")
        dispatcher.utter_message(
            response="utter_ask_confirm_season",
            **ticket_values(ticket, wish.quantity),
            buttons=buttons(line(domain, title) for title in titles),
        )
        return []


def ticket_values(ticket: SeasonTicket, quantity: int) -> dict[str, object]:
    """What responses may say of a number of season tickets of a kind that is for sale."""
    return {
        "ticket": ticket.name,
        "quantity": quantity,
        "price": format_amount(ticket.unit_amount, ticket.currency, LOCALE),
        "total": format_amount(ticket.unit_amount * quantity, ticket.currency, LOCALE),
        "interval": interval_text(ticket.interval),
    }
