"""Start of a refund: obstacles, and answers to questions about refunds."""

from __future__ import annotations

from collections.abc import Sequence

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundRequest
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order, OrderStatus
from ticket_clerk.ticketing.refunds import refund_requests
from ticket_clerk.understanding.answers import is_question
from ticket_clerk.understanding.intents import UNCLEAR
from ticket_clerk.understanding.orders import find_own_order, number_part, orders_named
from ticket_clerk.understanding.refunds import (
    asks_rules,
    asks_where,
    gives_back,
    is_refund_question,
    parse_portion,
)
from ticket_clerk.understanding.text import order_numbers

from ..order_status import which_to_cancel_reply
from ..replies import Reply, lines
from ..turn import Turn
from .replies import refund_reply, refusal_reply, until_text
from .step import refundable

_MOST_REASONS = 3
_GIVING_BACK = UNCLEAR | {"inform", "request_refund"}
_NEVER_PAID = frozenset({OrderStatus.EXPIRED, OrderStatus.CANCELED})


def refund_obstacles(turn: Turn) -> list[Reply]:
    """Return the replies that prevent the refund form from starting; none if it may start."""
    orders = turn.orders
    if is_refund_question(turn.text):
        return refund_answers(turn)
    numbers = order_numbers(turn.text)
    named = {order.id: order for n in numbers if (order := find_own_order(orders, n))}
    choice = refundable(orders, turn.now)
    if any(order.id in named for order in choice) or (choice and not named):
        return []
    meant = list(named.values()) or orders
    unpaid = [order for order in meant if order.status is OrderStatus.OPEN]
    reasons = _reasons(turn, meant)
    if unpaid and not reasons:
        return [which_to_cancel_reply(turn, unpaid, response="utter_refund_unpaid")]
    return reasons or [Reply("utter_refund_nothing")]


def begins_return(turn: Turn) -> bool:
    """Return whether a sentence gives back tickets that the buyer has, be its intent unclear."""
    text, intent = turn.text, turn.utterance.intent
    is_asked = is_question(text) and not _says_which(turn)
    is_said = gives_back(text) and not (is_asked or asks_rules(text) or asks_where(text))
    if not is_said or turn.utterance.is_command:
        return False
    return intent in _GIVING_BACK and bool(refundable(turn.orders, turn.now))


def _says_which(turn: Turn) -> bool:
    """Return whether it is said what goes back: "can I give that one back, the 45?"."""
    choice = refundable(turn.orders, turn.now)
    is_number = parse_portion(number_part(turn.text, choice), asked=False) is not None
    return is_number or bool(orders_named(turn.text, choice))


def refund_answers(turn: Turn) -> list[Reply]:
    """Answer a question: where their refunds are, or the rules and until when they apply."""
    if asks_where(turn.text):
        requests = _requests(turn.container, turn.orders)
        if requests:
            return [refund_reply(request) for request in requests[:_MOST_REASONS]]
    held = refundable(turn.orders, turn.now)
    if held:
        listed = lines(_line(turn, order) for order in held)
        return [Reply("utter_refund_rules_for_orders", {"orders": listed})]
    hours = sorted({show.refundable_until_hours for show in turn.catalog.shows})
    span = f"{hours[0]}-{hours[-1]}" if len(hours) > 1 else str(hours[0] if hours else 24)
    return [Reply("utter_refund_rules", {"hours": span})]


def _requests(container: Container, orders: Sequence[Order]) -> list[RefundRequest]:
    found = [
        request
        for order in orders
        if order.paid_at is not None and not order.parent_order_id
        for request in refund_requests.refunds_of(container, order.id)
    ]
    return sorted(found, key=lambda one: one.payments[0].created_at, reverse=True)


def _reasons(turn: Turn, meant: Sequence[Order]) -> list[Reply]:
    """Say why none of what was meant can go back: of what was paid, unless it was named."""
    is_named = len(meant) == 1
    reasons = []
    for order in meant:
        was_paid = order.status not in _NEVER_PAID and order.status is not OrderStatus.OPEN
        if order.parent_order_id or not (was_paid or (is_named and order.status in _NEVER_PAID)):
            continue
        try:
            refund_requests.quote_refund(turn.container, turn.buyer, order.id)
        except NotRefundable as exc:
            reasons.append(_reason(turn, order, exc))
    return reasons[:_MOST_REASONS]


def _reason(turn: Turn, order: Order, exc: NotRefundable) -> Reply:
    is_back = exc.reason == "nothing_left"
    made = refund_requests.refunds_of(turn.container, order.id) if is_back else []
    requests = [request for request in made if not request.is_of_duplicate_payment]
    if requests and order.status in {*HELD_BY_BUYER, OrderStatus.REFUNDED}:
        # What they want is done or being done already.
        return refund_reply(requests[0])
    upgrades = [one for one in turn.orders if one.parent_order_id == order.id]
    return refusal_reply(exc, order, upgrades)


def _line(turn: Turn, order: Order) -> str:
    return turn.line(
        "utter_line_refund_until",
        order_id=order.id,
        show=order.show_name,
        left=order.tickets_left,
        until=until_text(order),
    )
