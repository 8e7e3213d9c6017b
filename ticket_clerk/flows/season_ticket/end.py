"""Ending a season ticket with the time that is paid, and saying how a buyer's ones stand."""

from __future__ import annotations

import asyncio
import re

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.handoff.handoff import say_all
from ticket_clerk.flows.notifications.notifications import say_notifications
from ticket_clerk.flows.orders.status import season_response
from ticket_clerk.flows.purchase.form import is_interrupted, utterance_of
from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    always_answers,
    buttons,
    buyer_of,
    line,
    lines,
    order_values,
    season_values,
)
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import PaymentError, StripeUnavailable
from ticket_clerk.ticketing.domain.models import UNPAID, Buyer, Order, Subscription
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.ticketing.subscriptions.season_tickets import (
    cancel_season_ticket,
    season_tickets_of,
)
from ticket_clerk.understanding.answers import is_no, is_pause, is_question, is_yes
from ticket_clerk.understanding.orders import orders_meant
from ticket_clerk.understanding.season_tickets import asks_terms, is_about_season
from ticket_clerk.understanding.text import normalize, order_numbers

from .turn import NOT_UNDERSTOOD

FORM = "season_end_form"
# "Cancel it" is a yes to the question whether it shall end.
_AGREES = re.compile(r"(?:please )?(?:cancel|end|stop)(?: it| that| this| my .*)?(?: please)?\W*$")
_KEEPS = re.compile(r"\b(?:never ?mind|forget|keep|leave it|stop)\b")
Owned = tuple[Order, Subscription]
_ANSWERING = frozenset(
    "inform affirm deny subscribe_season_tickets cancel_order request_refund nlu_fallback "
    "out_of_scope".split()
)


class ValidateSeasonEndForm(WithContainer, Action):
    """Hears a sentence while the end of a season ticket is spoken of."""

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Fill the slots that the sentence answers; none when it is another rule's to answer."""
        asked = _asked(tracker)
        if is_interrupted(tracker, FORM):
            return [SlotSet("requested_slot", asked)]
        try:
            owned = await asyncio.to_thread(active, self.container, buyer_of(tracker))
        except PaymentError:
            # The question that follows meets the same trouble and says so.
            return [SlotSet("confirm_season_end", None)]
        going_on = [(order, one) for order, one in owned if not one.cancel_at_period_end]
        if not going_on:
            _say(dispatcher, self.container, owned[0] if owned else None)
            return _over()
        text, before = utterance_of(tracker).text, tracker.slots.get("season_order")
        meant = orders_meant(text, [order for order, _ in going_on])
        if len(meant) == 1 and meant[0].id != before:
            return _slots(meant[0].id, confirmed=False)
        if asked is None or not isinstance(before, str) and asked == "confirm_season_end":
            return _slots(None, confirmed=False)
        return _answer(dispatcher, tracker, asked, before)


class ActionEndSeason(WithContainer, Action):
    """Ends what the buyer agreed to end, with the time that is paid."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_end_season"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Do nothing without a yes. Safe to repeat; what is news is told once, whoever tells it."""
        order_id = tracker.slots.get("season_order")
        if tracker.slots.get("confirm_season_end") is not True or not isinstance(order_id, str):
            return _fresh()
        container, buyer = self.container, buyer_of(tracker)
        try:
            ended = await asyncio.to_thread(cancel_season_ticket, container, buyer, order_id)
        except StripeUnavailable:
            dispatcher.utter_message(response="utter_season_end_delayed", order_id=order_id)
            return _fresh()
        told = await say_notifications(container, dispatcher, tracker)
        if all(message.order_id != order_id for message in told):
            values = {"order_id": order_id, **season_values(ended)}
            dispatcher.utter_message(response="utter_season_ends", **values)
        return _fresh()


class ActionAskSeasonOrder(WithContainer, Action):
    """Asks which season ticket shall end."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_season_end_form_season_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """List those that go on."""
        container = self.container
        owned = await asyncio.to_thread(active, container, buyer_of(tracker))
        values = [
            {**order_values(order, container.now()), **season_values(one)}
            for order, one in owned
            if not one.cancel_at_period_end
        ]
        dispatcher.utter_message(
            response="utter_ask_season_order",
            orders=lines(line(domain, "utter_line_season_order", **value) for value in values),
            buttons=buttons(line(domain, "utter_button_end_season", **value) for value in values),
        )
        return []


class ActionAskConfirmSeasonEnd(WithContainer, Action):
    """Says until when the season ticket stays good and asks for a yes."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_ask_season_end_form_confirm_season_end"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Nothing is paid back; nothing more is taken."""
        container, order_id = self.container, tracker.slots.get("season_order")
        owned = await asyncio.to_thread(active, container, buyer_of(tracker))
        order, one = next((order, one) for order, one in owned if order.id == order_id)
        titles = ("utter_button_season_end_yes", "utter_button_season_end_no")
        dispatcher.utter_message(
            response="utter_ask_confirm_season_end",
            **{**order_values(order, container.now()), **season_values(one)},
            buttons=buttons(line(domain, title) for title in titles),
        )
        return []


def active(container: Container, buyer: Buyer) -> list[Owned]:
    """List a buyer's season tickets that have not ended, newest first, as Stripe has them."""
    return [(order, one) for order, one in season_tickets_of(container, buyer) if not one.has_ended]


def unpaid_season_orders(container: Container, buyer: Buyer) -> list[Order]:
    """List a buyer's orders of season tickets that wait for their first payment, newest first."""
    orders = queries.orders_of(container, buyer)
    return [o for o in orders if product_of(o).is_recurring and o.status in UNPAID]


def means_to_end_season(container: Container, buyer: Buyer, text: str) -> bool:
    """Whether "cancel …" is about a season ticket that he has: by its words or its number."""
    numbers = order_numbers(text)
    if not numbers and not is_about_season(text):
        return False
    owned = [order for order, one in active(container, buyer) if not one.cancel_at_period_end]
    return any(order.id in numbers for order in owned) if numbers else bool(owned)


async def say_season_status(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker
) -> None:
    """Tell how each of the buyer's season tickets stands; that there is none, if so."""
    owned = await asyncio.to_thread(season_tickets_of, container, buyer_of(tracker))
    going_on = [pair for pair in owned if not pair[1].has_ended] or owned[:1]
    for pair in going_on:
        _say(dispatcher, container, pair)
    if not going_on:
        _say(dispatcher, container, None)


def _say(dispatcher: CollectingDispatcher, container: Container, owned: Owned | None) -> None:
    if owned is None:
        dispatcher.utter_message(response="utter_no_season_ticket")
        return
    order, one = owned
    values = {**order_values(order, container.now()), **season_values(one)}
    dispatcher.utter_message(response=season_response(one), **values)


def _answer(
    dispatcher: CollectingDispatcher, tracker: Tracker, asked: str, before: object
) -> RasaEvents:
    words = utterance_of(tracker)
    text, intent = words.text, words.intent
    chosen = before if isinstance(before, str) else None
    if text.lstrip().startswith("/"):
        # Nobody agrees in the language of machines.
        say_all(dispatcher, tracker, [NOT_UNDERSTOOD])
    elif asked == "confirm_season_end" and asks_terms(text) and not _AGREES.match(normalize(text)):
        # The question says until when, and that nothing is paid back.
        return _slots(chosen, confirmed=False)
    elif is_pause(text):
        dispatcher.utter_message(response="utter_take_your_time")
    elif asked == "confirm_season_end" and (is_yes(text, intent) or _AGREES.match(normalize(text))):
        return _slots(chosen, confirmed=True)
    elif is_no(text, intent if asked == "confirm_season_end" else "") or _KEEPS.search(
        normalize(text)
    ):
        dispatcher.utter_message(response="utter_season_goes_on")
        return _over()
    elif intent not in _ANSWERING or is_question(text):
        return []
    elif intent not in {"cancel_order", "subscribe_season_tickets"}:
        say_all(dispatcher, tracker, [NOT_UNDERSTOOD])
    return _slots(chosen, confirmed=False)


def _asked(tracker: Tracker) -> str | None:
    return tracker.slots.get("requested_slot") if tracker.active_loop.get("name") == FORM else None


def _slots(order_id: str | None, *, confirmed: bool) -> RasaEvents:
    question = "season_order" if order_id is None else "confirm_season_end"
    return [
        SlotSet("season_order", order_id),
        SlotSet("confirm_season_end", confirmed or None),
        SlotSet("requested_slot", None if confirmed else question),
    ]


def _fresh() -> RasaEvents:
    return [SlotSet(name, None) for name in ("season_order", "confirm_season_end")]


def _over() -> RasaEvents:
    return [*_fresh(), SlotSet("requested_slot", None)]
