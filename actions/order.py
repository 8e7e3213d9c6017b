"""Orders that were made: where they stand, canceling them, and telling what became of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from integrations.payments import checkout, delivery, queries
from integrations.payments.errors import (
    OrderNotCancelable,
    OrderNotFound,
    PaymentError,
    StripeUnavailable,
)
from integrations.payments.models import Buyer, MessageKind, Order, OrderStatus, OutboxMessage
from integrations.payments.shop import Shop

from .buy import words_of
from .hearing.orders import means_all, orders_meant
from .hearing.words import order_numbers
from .replies import (
    Domain,
    RasaEvents,
    always_answers,
    buttons,
    buyer_of,
    line,
    lines,
    order_values,
    say_error,
)
from .with_shop import WithShop

# A notice is said only while it is true: who has paid since hears nothing of a decline.
STILL_TRUE = {
    MessageKind.PAYMENT_CONFIRMED: frozenset(
        {
            OrderStatus.PAID,
            OrderStatus.PARTIALLY_REFUNDED,
            OrderStatus.REFUNDED,
            OrderStatus.DISPUTED,
        }
    ),
    MessageKind.PAYMENT_DECLINED: frozenset({OrderStatus.OPEN}),
    MessageKind.CHECKOUT_EXPIRED: frozenset({OrderStatus.EXPIRED}),
    MessageKind.PAYMENT_NEEDS_ATTENTION: frozenset({OrderStatus.NEEDS_ATTENTION}),
}


# Less sure than this of a wish to cancel, it asks before it cancels.
SURE = 0.6


class ActionShowOrder(WithShop, Action):
    """Tells where the buyer's orders stand, and hands out the links of unpaid ones."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_show_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Tell of the order that was named, else of all open ones, else of the newest."""
        return await show_orders(self.shop, dispatcher, tracker, domain)


class ActionCancelOrder(WithShop, Action):
    """Cancels an unpaid order; a paid one is not canceled but refunded."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_cancel_order"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Cancel the order that was meant, or ask which of several."""
        return await cancel_orders(self.shop, dispatcher, tracker, domain)


class ActionReportPayment(WithShop, Action):
    """Tells what the conversation has not been told yet; reached from outside only."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_report_payment"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Say each unread notice once; those that are no longer true are closed unsaid.

        Safe to repeat: what is in the conversation already is not said again. An error is nobody's
        to hear: the notice stays unread and comes later.
        """
        shop, buyer = self.shop, buyer_of(tracker)
        try:
            unread = await asyncio.to_thread(_unread, shop, buyer)
        except PaymentError:
            return []
        told = delivery.told_ids(tracker.events)
        for message, order in unread:
            if message.id not in told:
                dispatcher.utter_message(
                    response=f"utter_{message.kind.value}",
                    outbox_id=message.id,
                    **order_values(order, shop.now()),
                )
        return []


async def show_orders(
    shop: Shop, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """Tell where the orders stand that the buyer's last sentence is about."""
    buyer, text = buyer_of(tracker), words_of(tracker).text
    orders = await asyncio.to_thread(_orders_to_show, shop, buyer, text)
    if not orders:
        named = bool(order_numbers(text))
        response = "utter_error_order_not_found" if named else "utter_no_orders"
        dispatcher.utter_message(response=response)
    for order in orders:
        response = f"utter_order_{order.status.value}"
        if order.status is OrderStatus.OPEN and not order.checkout_url:
            response = "utter_error_stripe_unavailable"
        dispatcher.utter_message(response=response, **order_values(order, shop.now()))
    return []


async def cancel_orders(
    shop: Shop, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> RasaEvents:
    """Cancel what the buyer's last sentence means, or ask which."""
    buyer, text = buyer_of(tracker), words_of(tracker).text
    orders = await asyncio.to_thread(queries.orders_of, shop, buyer)
    numbers = order_numbers(text)
    meant = orders_meant(text, [o for o in orders if numbers or o.status is OrderStatus.OPEN])
    if numbers and not meant:
        dispatcher.utter_message(response="utter_error_order_not_found")
    elif not meant:
        is_paid = any(order.status is OrderStatus.PAID for order in orders)
        dispatcher.utter_message(
            response="utter_paid_not_canceled" if is_paid else "utter_nothing_to_cancel"
        )
    elif not _is_sure(tracker, text):
        _ask_which(dispatcher, domain, meant, shop, response="utter_ask_cancel_order")
    elif len(meant) > 1 and not means_all(text):
        _ask_which(dispatcher, domain, meant, shop, response="utter_ask_which_order")
    else:
        for order in meant:
            await _cancel(dispatcher, domain, shop, buyer, order)
    return []


def _unread(shop: Shop, buyer: Buyer) -> list[tuple[OutboxMessage, Order]]:
    """Read what is to be said, and close what is no longer true."""
    unread = queries.unread_messages(shop, buyer)
    stale = [message.id for message, order in unread if not _is_true(message, order)]
    if stale:
        delivery.mark_told(shop, stale)
    return [(message, order) for message, order in unread if message.id not in stale]


def _is_true(message: OutboxMessage, order: Order) -> bool:
    return order.status in STILL_TRUE[message.kind]


def _orders_to_show(shop: Shop, buyer: Buyer, text: str) -> list[Order]:
    """Choose the orders that the sentence is about, as Stripe knows them now."""
    numbers = order_numbers(text)
    if numbers:
        found = [queries.order_of(shop, buyer, number) for number in numbers]
        chosen = [order for order in found if order]
    else:
        orders = queries.orders_of(shop, buyer)
        open_orders = [order for order in orders if order.status is OrderStatus.OPEN]
        chosen = orders_meant(text, open_orders) or orders[:1]
    return [_brought_up_to_date(shop, buyer, order) for order in chosen]


def _brought_up_to_date(shop: Shop, buyer: Buyer, order: Order) -> Order:
    """Ask Stripe; when it does not answer, what we know is still worth saying."""
    if order.status not in {OrderStatus.OPEN, OrderStatus.PROCESSING}:
        return order
    try:
        fresh = checkout.refresh_order(shop, buyer, order.id)
        if fresh.status is OrderStatus.OPEN and not fresh.checkout_url:
            return checkout.resume_checkout(shop, buyer, order.id)
    except StripeUnavailable:
        return order
    return fresh


def _is_sure(tracker: Tracker, text: str) -> bool:
    """Whether this was clearly a wish to cancel: a canceled order can't be had back."""
    intent = tracker.latest_message.get("intent") or {}
    return "cancel" in text.lower() or float(intent.get("confidence", 1.0)) >= SURE


def _ask_which(
    dispatcher: CollectingDispatcher,
    domain: Domain,
    orders: Iterable[Order],
    shop: Shop,
    *,
    response: str,
) -> None:
    values = [order_values(order, shop.now()) for order in orders]
    dispatcher.utter_message(
        response=response,
        orders=lines(line(domain, "utter_line_open_order", **value) for value in values),
        buttons=buttons(line(domain, "utter_button_cancel_order", **value) for value in values),
    )


async def _cancel(
    dispatcher: CollectingDispatcher, domain: Domain, shop: Shop, buyer: Buyer, order: Order
) -> None:
    try:
        order = await asyncio.to_thread(checkout.cancel_order, shop, buyer, order.id)
    except OrderNotCancelable as exc:
        paid = exc.status in {"paid", "partially_refunded", "processing"}
        dispatcher.utter_message(
            response="utter_paid_not_canceled" if paid else "utter_error_order_not_cancelable"
        )
    except StripeUnavailable:
        dispatcher.utter_message(response="utter_cancel_delayed", **order_values(order, shop.now()))
    except OrderNotFound as exc:
        say_error(dispatcher, domain, exc)
    else:
        dispatcher.utter_message(
            response="utter_order_canceled_now", **order_values(order, shop.now())
        )
