"""The purchase form: hearing its answers, asking its questions, and the link in the end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.browse.lists import say_shows
from ticket_clerk.flows.handoff.handoff import say_all
from ticket_clerk.flows.language import LANGUAGE
from ticket_clerk.flows.orders.order_selection import select_order_to_change
from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    always_answers,
    buyer_of,
    lines,
    open_order_line,
    order_values,
    say_error,
)
from ticket_clerk.flows.utterance import Utterance
from ticket_clerk.flows.waiting_list.places import join
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import (
    PaymentError,
    SoldOut,
    StripeUnavailable,
    TooManyOpenOrders,
)
from ticket_clerk.ticketing.domain.models import Buyer, Catalog, Order
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.understanding.order_changes import wants_same_again
from ticket_clerk.understanding.vocabulary import is_kind

from .availability import nearest_shows
from .exchange import exchange, order_wish, wish_of
from .order_changes import Beginning, begin_order_change, begin_section_change, free_own_seats
from .state import WHICH_ORDER, Purchase, find_show, next_question
from .turn import Turn, take_turn

FORM = "buy_tickets_form"
# A yes costs money: words that the training hardly knows are none, unless they say it plainly.
CONSENT_CONFIDENCE = 0.6
SLOTS = (
    "show",
    "section",
    "quantity",
    "offered_shows",
    "is_changing_order",
    "is_waiting",
    "purchase_wish",
    "replaces_order",
    "confirm_order",
)


class ValidateBuyTicketsForm(WithContainer, Action):
    """Hears a sentence while tickets are being bought, and says what cannot be."""

    def name(self) -> str:
        """Rasa's name for it."""
        return f"validate_{FORM}"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Fill the slots that the sentence answers; none when it is another rule's to answer."""
        before = purchase_of(tracker)
        if is_interrupted(tracker):
            return [SlotSet("requested_slot", before.asked)]
        try:
            container = self.container
            begun = await asyncio.to_thread(_begin, container, tracker, before)
        except PaymentError:
            # The question that follows meets the same trouble and says so.
            return [SlotSet("confirm_order", None)]
        catalog, words = begun.catalog, begun.words or utterance_of(tracker)
        turn = begun.turn or take_turn(begun.purchase, words, catalog, container.now())
        say_all(dispatcher, tracker, turn.said)
        if "utter_show_sold_out" in [one.response for one in turn.said]:
            turn = say_nearest(dispatcher, domain, turn, catalog)
        return slot_events(turn) if turn.is_answered else []


def _begin(container: Container, tracker: Tracker, before: Purchase) -> Beginning:
    """Read what the sentence changes: the form's purchase, or an earlier order's."""
    words = utterance_of(tracker)
    if before.asked == WHICH_ORDER:
        return select_order_to_change(container, tracker, before, words)
    is_first = before.asked is None or (before.asked == "show" and wants_same_again(words.text))
    beginning = None
    if is_first and before.show_id is None:
        beginning = begin_order_change(container, tracker, words)
        if beginning is None and words.intent == "upgrade_seat":
            beginning = begin_section_change(container, tracker, words)
    if beginning is not None:
        return beginning
    catalog = queries.catalog(container)
    if before.replaces:
        catalog = free_own_seats(container, tracker, before, catalog)
    return Beginning(before, catalog)


def say_nearest(
    dispatcher: CollectingDispatcher, domain: Domain, turn: Turn, catalog: Catalog
) -> Turn:
    """Offer what comes closest to a show that is sold out, if there is anything."""
    show = find_show(catalog, turn.purchase.show_id)
    nearest = nearest_shows(show, catalog.shows, turn.purchase.quantity or 1) if show else []
    if show is None or not nearest:
        return turn
    say_shows(dispatcher, domain, "utter_nearest_shows", nearest)
    offered = (show.id, *(one.id for one in nearest))
    return replace(turn, purchase=replace(turn.purchase, offered=offered))


class ActionStartCheckout(WithContainer, Action):
    """Holds the seats and hands over the link, or says that nothing was ordered."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_start_checkout"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """End the form; a buyer who lost the last seats to another goes on choosing."""
        return await make_order(self.container, dispatcher, tracker, domain)


async def make_order(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """Order what the slots say and hand over the link, or say why not. Safe to repeat."""
    purchase, buyer = purchase_of(tracker), buyer_of(tracker)
    if purchase.confirmed is not True:
        dispatcher.utter_message(response="utter_nothing_ordered")
        return fresh_slots()
    try:
        order = await _order(container, dispatcher, domain, buyer, purchase)
    except SoldOut as exc:
        say_error(dispatcher, domain, exc)
        slot = "quantity" if exc.seats_left else "section"
        return [
            SlotSet(slot, None),
            SlotSet("confirm_order", None),
            FollowupAction(FORM),
        ]
    except StripeUnavailable:
        # The order is stored and its seats are held: say for how long.
        order = (await asyncio.to_thread(queries.orders_of, container, buyer))[0]
        say_delay(dispatcher, order, container)
        return fresh_slots()
    except TooManyOpenOrders as exc:
        await say_open_orders(dispatcher, domain, container, tracker, exc)
        return fresh_slots()
    except PaymentError as exc:
        say_error(dispatcher, domain, exc)
        return fresh_slots()
    if order is not None:
        say_link(dispatcher, order, container, replaces=purchase.replaces)
    return fresh_slots()


async def _order(
    container: Container,
    dispatcher: CollectingDispatcher,
    domain: Domain,
    buyer: Buyer,
    purchase: Purchase,
) -> Order | None:
    """Make the order that was agreed to; None where the yes was to something else, and is done."""
    if purchase.is_waiting:
        await join(container, dispatcher, domain, buyer, purchase)
        return None
    if purchase.replaces:
        return await exchange(container, dispatcher, domain, buyer, purchase)
    return await asyncio.to_thread(order_wish, container, buyer, wish_of(purchase))


def is_cut_off(purchase: Purchase) -> bool:
    """Whether the buyer said yes and the order was never made: the turn died with the server."""
    return purchase.confirmed is True and purchase.show_id is not None


def say_link(
    dispatcher: CollectingDispatcher,
    order: Order,
    container: Container,
    replaces: str | None = None,
) -> None:
    """Hand over the link of an open order; that of the order that it replaces works no more."""
    values = order_values(order, container.now())
    response = "utter_checkout_link" if order.is_held else "utter_checkout_link_unheld"
    dispatcher.utter_message(response=response, replaces=replaces, **values)


def say_delay(dispatcher: CollectingDispatcher, order: Order, container: Container) -> None:
    """Say that the seats are held although there is no link yet, and how to get it."""
    dispatcher.utter_message(
        response="utter_error_stripe_unavailable", **order_values(order, container.now())
    )


def purchase_of(tracker: Tracker) -> Purchase:
    """Read the purchase from the slots, whose values may be anything."""
    slots = tracker.slots
    offered, replaces = slots.get("offered_shows"), slots.get("replaces_order")
    return Purchase(
        show_id=slots.get("show"),
        section_id=slots.get("section"),
        quantity=_whole(slots.get("quantity")),
        confirmed=slots.get("confirm_order"),
        asked=slots.get("requested_slot") if tracker.active_loop.get("name") == FORM else None,
        offered=tuple(map(str, offered)) if isinstance(offered, list) else (),
        is_changing=slots.get("is_changing_order") is True,
        is_waiting=slots.get("is_waiting") is True,
        wish=str(slots.get("purchase_wish") or ""),
        replaces=replaces if isinstance(replaces, str) else None,
    )


def utterance_of(tracker: Tracker) -> Utterance:
    """Read the buyer's last sentence."""
    message: dict[str, Any] = tracker.latest_message
    entities, parsed = message.get("entities") or [], message.get("intent") or {}
    intent = parsed.get("name") or ""
    if intent == "affirm" and float(parsed.get("confidence", 1.0)) < CONSENT_CONFIDENCE:
        intent = "nlu_fallback"
    return Utterance(
        text=LANGUAGE.translate(message.get("text") or ""),
        intent=intent,
        named_event=any(
            entity.get("entity") == "event" and not is_kind(str(entity.get("value") or ""))
            for entity in entities
        ),
    )


def is_interrupted(tracker: Tracker, form: str = FORM) -> bool:
    """Whether another rule has answered the last sentence, so that the form must not hear it."""
    for event in reversed(tracker.events):
        if event.get("event") == "user":
            return False
        if event.get("event") == "action_execution_rejected" and event.get("name") == form:
            return True
    return False


def slot_events(turn: Turn) -> RasaEvents:
    """Write the purchase into the slots; ``requested_slot`` None ends the form."""
    purchase = turn.purchase
    asked = None if turn.is_over else next_question(purchase)
    confirmed = None if turn.is_over else purchase.confirmed
    return [
        SlotSet("show", purchase.show_id),
        SlotSet("section", purchase.section_id),
        SlotSet("quantity", purchase.quantity),
        SlotSet("offered_shows", list(purchase.offered) or None),
        SlotSet("is_changing_order", purchase.is_changing or None),
        SlotSet("is_waiting", purchase.is_waiting or None),
        SlotSet("purchase_wish", purchase.wish or None),
        SlotSet("replaces_order", purchase.replaces),
        SlotSet("confirm_order", confirmed),
        SlotSet("requested_slot", asked),
    ]


def fresh_slots() -> RasaEvents:
    """Empty all slots of the purchase."""
    return [SlotSet(name, None) for name in SLOTS]


async def say_open_orders(
    dispatcher: CollectingDispatcher,
    domain: Domain,
    container: Container,
    tracker: Tracker,
    exc: TooManyOpenOrders,
) -> None:
    """Name the unpaid orders that stand in the way of another."""
    orders = await asyncio.to_thread(queries.orders_of, container, buyer_of(tracker))
    listed = lines(
        open_order_line(domain, order, container.now())
        for order in orders
        if order.status.value == "open"
    )
    dispatcher.utter_message(response=f"utter_error_{exc.code}", limit=exc.limit, orders=listed)


def _whole(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        return None
    return int(value)
