"""What a wish for money back, or a question about it, leads to before anything is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.orders.orders import ask_which_to_cancel
from ticket_clerk.flows.purchase.form import utterance_of
from ticket_clerk.flows.replies import Domain, buyer_of, line, lines
from ticket_clerk.flows.utterance import Reply
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundRequest
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds import refund_requests
from ticket_clerk.understanding.refunds import asks_where
from ticket_clerk.understanding.text import order_numbers

from .turn import is_refund_question, own_order, returnable
from .wording import refund_reply, refusal_reply, until_text

_MOST_REASONS = 3
_NEVER_PAID = frozenset({OrderStatus.EXPIRED, OrderStatus.CANCELED})


async def start_refund(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
) -> bool:
    """Say what is to be said first; True when the form may ask for the rest."""
    buyer, text = buyer_of(tracker), utterance_of(tracker).text
    orders = await asyncio.to_thread(queries.orders_of, container, buyer)
    if is_refund_question(text):
        for said in await asyncio.to_thread(_answers, container, domain, orders, text):
            dispatcher.utter_message(response=said.response, **said.values)
        return False
    numbers = order_numbers(text)
    named = {order.id: order for n in numbers if (order := own_order(orders, n))}
    if numbers and not named:
        dispatcher.utter_message(response="utter_error_order_not_found")
        return False
    choice = returnable(orders, container.now())
    if any(order.id in named for order in choice) or (choice and not named):
        return True
    meant = list(named.values()) or orders
    unpaid = [order for order in meant if order.status is OrderStatus.OPEN]
    reasons = await asyncio.to_thread(_reasons, container, buyer, orders, meant)
    for said in reasons:
        dispatcher.utter_message(response=said.response, **said.values)
    if unpaid and not reasons:
        ask_which_to_cancel(dispatcher, domain, unpaid, container, response="utter_refund_unpaid")
    elif not reasons:
        dispatcher.utter_message(response="utter_refund_nothing")
    return False


def _answers(
    container: Container, domain: Domain, orders: Sequence[Order], text: str
) -> list[Reply]:
    """Answer a question: where his refunds are, or else the rules and until when they let him."""
    if asks_where(text):
        requests = _requests(container, orders)
        if requests:
            return [refund_reply(request) for request in requests[:_MOST_REASONS]]
    held = returnable(orders, container.now())
    if held:
        listed = lines(_line(domain, order) for order in held)
        return [Reply("utter_refund_rules_for_orders", {"orders": listed})]
    shows = queries.catalog(container).shows
    hours = sorted({show.refundable_until_hours for show in shows})
    span = f"{hours[0]}-{hours[-1]}" if len(hours) > 1 else str(hours[0] if hours else 24)
    return [Reply("utter_refund_rules", {"hours": span})]


def _requests(container: Container, orders: Sequence[Order]) -> list[RefundRequest]:
    roots = [order for order in orders if order.paid_at is not None]
    found = [
        request
        for order in roots
        if not order.parent_order_id
        for request in refund_requests.refunds_of(container, order.id)
    ]
    return sorted(found, key=lambda one: one.payments[0].created_at, reverse=True)


def _reasons(
    container: Container, buyer: Buyer, orders: Sequence[Order], meant: Sequence[Order]
) -> list[Reply]:
    """Say why none of what was meant can go back: of what was paid, unless it was named."""
    is_named = len(meant) == 1
    reasons = []
    for order in meant:
        was_paid = order.status not in _NEVER_PAID and order.status is not OrderStatus.OPEN
        if order.parent_order_id or not (was_paid or (is_named and order.status in _NEVER_PAID)):
            continue
        try:
            refund_requests.quote_refund(container, buyer, order.id)
        except NotRefundable as exc:
            reasons.append(_reason(container, order, orders, exc))
    return reasons[:_MOST_REASONS]


def _reason(
    container: Container, order: Order, orders: Sequence[Order], exc: NotRefundable
) -> Reply:
    made = refund_requests.refunds_of(container, order.id) if exc.reason == "nothing_left" else []
    requests = [request for request in made if not request.is_of_second_payment]
    if requests and order.status in {*HELD_BY_BUYER, OrderStatus.REFUNDED}:
        # What he wants is done or being done already.
        return refund_reply(requests[0])
    return refusal_reply(exc, order, [one for one in orders if one.parent_order_id == order.id])


def _line(domain: Domain, order: Order) -> str:
    return line(
        domain,
        "utter_line_refund_until",
        order_id=order.id,
        show=order.show_name,
        left=order.tickets_left,
        until=until_text(order),
    )
