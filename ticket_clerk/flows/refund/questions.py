"""The questions of a refund: which order, how many tickets, and whether it shall be done."""

from __future__ import annotations

import asyncio
from dataclasses import asdict

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.purchase.form import is_interrupted
from ticket_clerk.flows.replies import (
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
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundQuote
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds import refund_requests

from .form import SaidQuote, return_of
from .turn import FORM, returnable
from .wording import quote_values

_MOST_BUTTONS = 5


class ActionAskRefundOrder(WithContainer, Action):
    """Asks of which order tickets shall go back."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_refund_form_refund_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List the orders that are paid and in time, with buttons that say their numbers."""
        container = self.container
        orders = await asyncio.to_thread(queries.orders_of, container, buyer_of(tracker))
        values = [
            {**order_values(order, container.now()), "quantity": order.tickets_left}
            for order in returnable(orders, container.now())
        ]
        dispatcher.utter_message(
            response="utter_ask_refund_order",
            orders=lines(line(domain, "utter_line_paid_order", **value) for value in values),
            buttons=buttons(
                line(domain, "utter_button_refund_order", **value)
                for value in values[:_MOST_BUTTONS]
            ),
        )
        return []


class ActionAskRefundQuantity(WithContainer, Action):
    """Asks how many of an order's tickets shall go back."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_refund_form_refund_quantity"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Say how many there are."""
        quote = await asyncio.to_thread(_quote, self.container, tracker, None)
        few = range(1, min(quote.quantity_left, _MOST_BUTTONS))
        titles = [
            line(domain, "utter_button_refund_one" if n == 1 else "utter_button_refund_some", n=n)
            for n in few
        ]
        titles.append(line(domain, "utter_button_refund_all", n=quote.quantity_left))
        dispatcher.utter_message(
            response="utter_ask_refund_quantity", buttons=buttons(titles), **quote_values(quote)
        )
        return []


class ActionAskConfirmRefund(WithContainer, Action):
    """Says what the buyer would get back and asks for his yes."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_refund_form_confirm_refund"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Keep what was said with the question: the yes is to this and nothing else."""
        quote = await asyncio.to_thread(
            _quote, self.container, tracker, int(return_of(tracker).portion or 0)
        )
        values = quote_values(quote)
        values["kept"] = line(domain, "utter_line_refund_fee", **values) if quote.fee else ""
        said = asdict(
            SaidQuote(quote.order.id, quote.quantity, quote.generation, str(values["amount"]))
        )
        is_again = is_interrupted(tracker, FORM) or tracker.slots.get("refund_quote") == said
        which = "_again" if is_again else "" if values["rest"] else "_whole"
        titles = [line(domain, f"utter_button_refund_{word}") for word in ("yes", "no")]
        dispatcher.utter_message(
            response=f"utter_ask_confirm_refund{which}", buttons=buttons(titles), **values
        )
        return [SlotSet("refund_quote", said)]


def _quote(container: Container, tracker: Tracker, quantity: int | None) -> RefundQuote:
    order_id = return_of(tracker).order_id or ""
    return refund_requests.quote_refund(container, buyer_of(tracker), order_id, quantity)
