"""Orders that were made: where they stand, canceling them, and telling what became of them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.purchase.form import FORM as BUY_FORM
from ticket_clerk.flows.purchase.form import utterance_of
from ticket_clerk.flows.purchase.order_changes import begin_order_change
from ticket_clerk.flows.refund.turn import FORM as REFUND_FORM
from ticket_clerk.flows.refund.turn import returnable
from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    always_answers,
    buttons,
    buyer_of,
    line,
    lines,
    open_order_line,
    order_values,
    say_error,
)
from ticket_clerk.flows.season_ticket.end import FORM as SEASON_END_FORM
from ticket_clerk.flows.season_ticket.end import (
    active,
    means_to_end_season,
    say_season_status,
    unpaid_season_orders,
)
from ticket_clerk.flows.utterance import Reply
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import (
    OrderNotCancelable,
    OrderNotFound,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import checkout, queries
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.understanding.order_changes import changes_something
from ticket_clerk.understanding.orders import asks_canceled, means_all, orders_meant
from ticket_clerk.understanding.season_tickets import is_about_season
from ticket_clerk.understanding.text import normalize, order_numbers

from .order_selection import select_order_of
from .status import status_replies

_WAITING = frozenset({OrderStatus.OPEN})
_GONE = frozenset({OrderStatus.EXPIRED, OrderStatus.CANCELED})
# Who asks for all of his orders reads no more than this at once.
MOST_SHOWN = 5
# Less sure than this of a wish to cancel, it asks before it cancels.
SURE = 0.6


class ActionShowOrder(WithContainer, Action):
    """Tells where the buyer's orders stand, and hands out the links of unpaid ones."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_show_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Tell of the order that was named, else of all open ones, else of the newest."""
        return await show_orders(self.container, dispatcher, tracker, domain)


class ActionCancelOrder(WithContainer, Action):
    """Cancels an unpaid order; a paid one is not canceled but refunded."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_cancel_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Cancel the order that was meant, or ask which of several."""
        return await cancel_orders(self.container, dispatcher, tracker, domain)


async def show_orders(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """Tell where the orders stand that the buyer's last sentence is about."""
    buyer, text = buyer_of(tracker), utterance_of(tracker).text
    waiting: list[Order] = []
    if is_about_season(text):
        waiting = await asyncio.to_thread(unpaid_season_orders, container, buyer)
        owned = await asyncio.to_thread(active, container, buyer)
        if owned or not waiting:
            await say_season_status(container, dispatcher, tracker)
        if not waiting:
            return []
    orders = await asyncio.to_thread(_orders_to_show, container, buyer, text, waiting)
    if not orders:
        named = bool(order_numbers(text))
        response = "utter_error_order_not_found" if named else "utter_no_orders"
        dispatcher.utter_message(response=response)
    for said in await asyncio.to_thread(_status_replies, container, domain, buyer, orders):
        dispatcher.utter_message(response=said.response, **said.values)
    return []


async def cancel_orders(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """Cancel what the buyer's last sentence means, or ask which."""
    buyer, text = buyer_of(tracker), utterance_of(tracker).text
    if asks_canceled(text):
        return await show_orders(container, dispatcher, tracker, domain)
    is_free = not tracker.active_loop.get("name")
    if is_free and changes_something(text):
        words = utterance_of(tracker)
        if await asyncio.to_thread(begin_order_change, container, tracker, words):
            return [FollowupAction(BUY_FORM)]
    if is_free and await asyncio.to_thread(means_to_end_season, container, buyer, text):
        return [SlotSet("season_order", None), FollowupAction(SEASON_END_FORM)]
    numbers = order_numbers(text)
    if is_about_season(text) and not numbers:
        orders = await asyncio.to_thread(unpaid_season_orders, container, buyer)
        if not orders:
            await say_season_status(container, dispatcher, tracker)
            return []
    else:
        orders = await asyncio.to_thread(queries.orders_of, container, buyer)
    meant = orders_meant(text, [o for o in orders if numbers or o.status is OrderStatus.OPEN])
    if len(meant) > 1 and not means_all(text):
        catalog = await asyncio.to_thread(queries.catalog, container)
        chosen = select_order_of(container, text, meant, catalog)
        meant = [chosen] if chosen else meant
    if numbers and not meant:
        dispatcher.utter_message(response="utter_error_order_not_found")
    elif not meant:
        is_paid = any(order.status in HELD_BY_BUYER for order in orders)
        if is_free and returnable(orders, container.now()):
            # What is paid can be given back; the form asks of which order, how many, and for a yes.
            dispatcher.utter_message(response="utter_paid_refunded_instead")
            return [SlotSet("refund_order", None), FollowupAction(REFUND_FORM)]
        dispatcher.utter_message(
            response="utter_paid_not_canceled" if is_paid else "utter_nothing_to_cancel"
        )
    elif not _is_sure(tracker, text):
        ask_which_to_cancel(dispatcher, domain, meant, container, response="utter_ask_cancel_order")
    elif len(meant) > 1 and not means_all(text):
        ask_which_to_cancel(dispatcher, domain, meant, container, response="utter_ask_which_order")
    else:
        for order in meant:
            await _cancel(dispatcher, domain, container, buyer, order)
    return []


def ask_which_to_cancel(
    dispatcher: CollectingDispatcher,
    domain: Domain,
    orders: Sequence[Order],
    container: Container,
    *,
    response: str,
) -> None:
    """Ask which unpaid order shall be canceled, with a button for each."""
    values = [order_values(order, container.now()) for order in orders]
    dispatcher.utter_message(
        response=response,
        orders=lines(open_order_line(domain, order, container.now()) for order in orders),
        buttons=buttons(line(domain, "utter_button_cancel_order", **value) for value in values),
    )


def _orders_to_show(
    container: Container, buyer: Buyer, text: str, waiting_season: Sequence[Order]
) -> list[Order]:
    """Choose the orders that the sentence is about, as Stripe knows them now."""
    orders = list(waiting_season) or queries.orders_of(container, buyer)
    numbers = order_numbers(text)
    if numbers:
        chosen = [order for order in orders if order.id in numbers]
    else:
        waiting = [order for order in orders if order.status in _WAITING]
        active = [order for order in orders if order.status not in _GONE]
        chosen = active[:MOST_SHOWN] if _wants_list(text) else orders_meant(text, waiting)
        chosen = chosen or orders_meant(text, active)[:1] or orders[:1]
    return [_brought_up_to_date(container, buyer, order) for order in chosen]


def _wants_list(text: str) -> bool:
    return means_all(text) or bool(
        re.search(r"\b(?:orders|bookings|purchases|reservations|my tickets)\b", normalize(text))
    )


def _status_replies(
    container: Container, domain: Domain, buyer: Buyer, chosen: Sequence[Order]
) -> list[Reply]:
    """Put the chosen orders into words, better seats with the order that they better."""
    orders = {order.id: order for order in queries.orders_of(container, buyer)}
    # What was just asked of Stripe, and a link of which only this turn knows, counts more.
    orders.update((order.id, order) for order in chosen)
    roots = dict.fromkeys(order.parent_order_id or order.id for order in chosen)
    listed = list(orders.values())
    return [
        said
        for number in roots
        for said in status_replies(container, domain, orders[number], listed)
    ]


def _brought_up_to_date(container: Container, buyer: Buyer, order: Order) -> Order:
    """Ask Stripe; when it does not answer, what we know is still worth saying."""
    if order.status not in {OrderStatus.OPEN, OrderStatus.PROCESSING}:
        return order
    try:
        fresh = checkout.refresh_order(container, buyer, order.id)
        if fresh.status is OrderStatus.OPEN and not fresh.checkout_url:
            return checkout.resume_checkout(container, buyer, order.id)
    except StripeUnavailable:
        return order
    return fresh


def _is_sure(tracker: Tracker, text: str) -> bool:
    """Whether this was clearly a wish to cancel: a canceled order can't be had back."""
    intent = tracker.latest_message.get("intent") or {}
    return "cancel" in text.lower() or float(intent.get("confidence", 1.0)) >= SURE


async def _cancel(
    dispatcher: CollectingDispatcher,
    domain: Domain,
    container: Container,
    buyer: Buyer,
    order: Order,
) -> None:
    try:
        order = await asyncio.to_thread(checkout.cancel_order, container, buyer, order.id)
    except OrderNotCancelable as exc:
        paid = exc.status in {"paid", "partially_refunded", "processing"}
        dispatcher.utter_message(
            response="utter_paid_not_canceled" if paid else "utter_error_order_not_cancelable"
        )
    except StripeUnavailable:
        dispatcher.utter_message(
            response="utter_cancel_delayed", **order_values(order, container.now())
        )
    except OrderNotFound as exc:
        say_error(dispatcher, domain, exc)
    else:
        dispatcher.utter_message(
            response=f"utter_{product_of(order).noun}_canceled_now",
            **order_values(order, container.now()),
        )
