"""The yes to another order instead of one that is not paid yet."""

from __future__ import annotations

import asyncio

from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.replies import Domain, order_values, say_error
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import (
    OrderNotCancelable,
    ShowNotOnSale,
    SoldOut,
    StripeUnavailable,
    TooManyUnpaidSeats,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import checkout, queries
from ticket_clerk.ticketing.orders.replacement import Wish, replace_order

from .state import Purchase

_GONE = {OrderStatus.EXPIRED.value, OrderStatus.CANCELED.value}


async def exchange(
    container: Container,
    dispatcher: CollectingDispatcher,
    domain: Domain,
    buyer: Buyer,
    purchase: Purchase,
) -> Order | None:
    """Replace the order that the purchase is instead of; None where that could not be.

    Why not, and what the buyer has then, is said here. Raises as ``checkout.start_checkout`` does
    where the new order was made and only its link is missing.
    """
    old_id, wish = str(purchase.replaces), wish_of(purchase)
    try:
        return await asyncio.to_thread(replace_order, container, buyer, old_id, wish)
    except OrderNotCancelable as exc:
        if exc.status in _GONE:
            return await asyncio.to_thread(order_wish, container, buyer, wish)
        old = await _order(container, buyer, old_id)
        dispatcher.utter_message(
            response="utter_paid_not_changed", **order_values(old, container.now())
        )
    except (SoldOut, ShowNotOnSale, TooManyUnpaidSeats) as exc:
        say_error(dispatcher, domain, exc)
        newest = (await asyncio.to_thread(queries.orders_of, container, buyer))[0]
        values = {**order_values(newest, container.now()), "replaces": old_id}
        dispatcher.utter_message(response="utter_order_kept", **values)
    except StripeUnavailable:
        old = await _order(container, buyer, old_id)
        if old.status is not OrderStatus.OPEN:
            raise
        dispatcher.utter_message(
            response="utter_change_delayed", **order_values(old, container.now())
        )
    return None


def wish_of(purchase: Purchase) -> Wish:
    """What a purchase that is complete is for."""
    return Wish(str(purchase.show_id), str(purchase.section_id), int(purchase.quantity or 0))


def order_wish(container: Container, buyer: Buyer, wish: Wish) -> Order:
    """Order something new; as ``checkout.start_checkout``."""
    return checkout.start_checkout(
        container,
        buyer,
        show_id=wish.show_id,
        section_id=wish.section_id,
        quantity=wish.quantity,
    )


async def _order(container: Container, buyer: Buyer, order_id: str) -> Order:
    orders = await asyncio.to_thread(queries.orders_of, container, buyer)
    return next(order for order in orders if order.id == order_id)
