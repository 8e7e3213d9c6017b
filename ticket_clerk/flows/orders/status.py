"""Where an order stands, with its refunds and better seats; and how a season ticket does."""

from __future__ import annotations

from collections.abc import Sequence

from ticket_clerk.flows.refund.wording import refund_reply
from ticket_clerk.flows.replies import LOCALE, Domain, line, order_values, season_values
from ticket_clerk.flows.utterance import Reply
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    Order,
    OrderStatus,
    Subscription,
)
from ticket_clerk.ticketing.domain.money import format_amount
from ticket_clerk.ticketing.products import product_of
from ticket_clerk.ticketing.refunds import refund_requests
from ticket_clerk.ticketing.subscriptions import season_tickets

_UNDERWAY = frozenset({RefundStatus.REQUESTED, RefundStatus.REQUIRES_ACTION, RefundStatus.PENDING})
_MONEY_CAME_IN = HELD_BY_BUYER | {OrderStatus.REFUNDED, OrderStatus.DISPUTED}


def status_replies(
    container: Container, domain: Domain, order: Order, orders: Sequence[Order]
) -> tuple[Reply, ...]:
    """Say where one of the buyer's ``orders`` stands; an upgrade is part of what it betters."""
    if product_of(order).is_recurring:
        return (_season_reply(container, order),)
    upgrades = [one for one in orders if one.parent_order_id == order.id]
    waiting = [_upgrade_reply(container, one) for one in upgrades if one.status in UNPAID]
    return (
        _order_reply(container, domain, order, upgrades),
        *_underway(container, order),
        *waiting,
    )


def _order_reply(
    container: Container, domain: Domain, order: Order, upgrades: Sequence[Order]
) -> Reply:
    paid = [one for one in upgrades if one.status in _MONEY_CAME_IN]
    payments = [order, *paid]
    total = sum(one.amount_total for one in payments)
    refunded = sum(one.amount_refunded for one in payments)
    values = {
        **order_values(order, container.now()),
        "total": format_amount(total, order.currency, LOCALE),
        "refunded": format_amount(refunded, order.currency, LOCALE),
    }
    if paid:
        values["section"] = line(domain, "utter_line_moved", section=order.section_name)
    return Reply(_order_response(order), values)


def _order_response(order: Order) -> str:
    if order.status is OrderStatus.OPEN and not order.checkout_url:
        return "utter_error_stripe_unavailable"
    if order.status is OrderStatus.PARTIALLY_REFUNDED and order.refunded_quantity:
        return "utter_order_tickets_refunded"
    return f"utter_order_{order.status.value}"


def _underway(container: Container, order: Order) -> list[Reply]:
    if not order.refunded_quantity and not order.amount_refunding:
        return []
    requests = refund_requests.refunds_of(container, order.id)
    return [refund_reply(request) for request in requests if request.status in _UNDERWAY]


def _upgrade_reply(container: Container, upgrade: Order) -> Reply:
    values = {**order_values(upgrade, container.now()), "parent_id": upgrade.parent_order_id}
    if upgrade.status is OrderStatus.OPEN and not upgrade.checkout_url:
        return Reply("utter_upgrade_delayed", values)
    return Reply(f"utter_upgrade_{upgrade.status.value}", values)


def _season_reply(container: Container, order: Order) -> Reply:
    subscription = season_tickets.subscription_of(container, order.id)
    values = order_values(order, container.now())
    if order.status is OrderStatus.OPEN and not order.checkout_url:
        return Reply("utter_season_without_link", values)
    if subscription is None or order.status not in _MONEY_CAME_IN:
        return Reply(f"utter_season_order_{order.status.value}", values)
    return Reply(season_response(subscription), {**values, **season_values(subscription)})


def season_response(subscription: Subscription) -> str:
    """Name the response for how a season ticket stands."""
    if subscription.has_ended:
        return "utter_season_is_over"
    if subscription.payment_url:
        return "utter_season_is_due"
    ends = subscription.cancel_at_period_end or subscription.cancel_requested_at
    return "utter_season_is_ending" if ends else "utter_season_is_active"
