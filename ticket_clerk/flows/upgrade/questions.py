"""The questions of an upgrade: which order, which section, and whether it shall be done."""

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
    buyer_of,
    line,
    lines,
    order_values,
)
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.domain.after_sales import UpgradeOffer
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.upgrades import upgrade_offers

from .form import offer_of, wish_of
from .turn import upgradable

_MOST_BUTTONS = 5


class ActionAskUpgradeOrder(WithContainer, Action):
    """Asks which order's seats shall be better."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_upgrade_form_upgrade_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List the orders that are paid and to come."""
        container = self.container
        orders = await asyncio.to_thread(queries.orders_of, container, buyer_of(tracker))
        values = [
            {**order_values(order, container.now()), "quantity": order.tickets_left}
            for order in upgradable(orders, container.now())
        ]
        dispatcher.utter_message(
            response="utter_ask_upgrade_order",
            orders=lines(line(domain, "utter_line_paid_order", **value) for value in values),
            buttons=buttons(
                line(domain, "utter_button_upgrade_order", **value)
                for value in values[:_MOST_BUTTONS]
            ),
        )
        return []


class ActionAskUpgradeSection(WithContainer, Action):
    """Asks for the better section, with what each costs more."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_upgrade_form_upgrade_section"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Offer the dearer sections that have seats for all, cheapest first."""
        order_id = str(wish_of(tracker).order_id)
        offers = await asyncio.to_thread(
            upgrade_offers, self.container, buyer_of(tracker), order_id
        )
        dispatcher.utter_message(
            response="utter_ask_upgrade_section",
            **offer_values(offers[0]),
            sections=lines(
                line(domain, "utter_line_upgrade_section", **offer_values(offer))
                for offer in offers
            ),
            buttons=buttons(offer.section.name for offer in offers[:_MOST_BUTTONS]),
        )
        return []


class ActionAskConfirmUpgrade(WithContainer, Action):
    """Sums up what changes and what it costs, and asks for a yes."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_upgrade_form_confirm_upgrade"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Name both sections, the number, the difference of one and of all."""
        offer = await asyncio.to_thread(offer_of, self.container, tracker)
        titles = ("utter_button_upgrade_yes", "utter_button_upgrade_no")
        dispatcher.utter_message(
            response="utter_ask_confirm_upgrade",
            **offer_values(offer),
            buttons=buttons(line(domain, title) for title in titles),
        )
        return []


def offer_values(offer: UpgradeOffer) -> dict[str, object]:
    """What responses may say of an offer; ``section`` is the new one."""
    order = offer.order
    return {
        "order_id": order.id,
        "show": order.show_name,
        "from_section": order.section_name,
        "section": offer.section.name,
        "quantity": offer.quantity,
        "left": offer.section.seats_left,
        "difference": format_amount(offer.unit_amount, order.currency, LOCALE),
        "total": format_amount(offer.amount_total, order.currency, LOCALE),
    }
