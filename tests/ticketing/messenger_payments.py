"""Paying in a messenger whose provider is Stripe: the charge there, and what it tells us."""

from __future__ import annotations

from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.orders import native_payments, queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.native_payments import NativePayment

BEN = Buyer("telegram", "telegram~c7~u7")


def begin(container: Container, *, section_id: str = "101", quantity: int = 2) -> Order:
    """Order tickets in the messenger, $200 each, and don't pay."""
    return start_checkout(
        container, BEN, show_id="lakers-warriors", section_id=section_id, quantity=quantity
    )


def charge(wire: StripeWire, order: Order, payment_method: str = "pm_card_visa") -> str:
    """Collect an order's sum as the messenger does at its provider; returns the charge's id."""
    intent = wire.post(
        "/v1/payment_intents",
        amount=order.amount_total,
        currency=order.currency,
        confirm="true",
        payment_method=payment_method,
        return_url="https://t.me/",
    )
    return str(intent["latest_charge"])


def told_of(order: Order, charge_id: str) -> NativePayment:
    """What the messenger says of such a payment."""
    return NativePayment(charge_id, order.id, order.amount_total, order.currency)


def buy_in_chat(
    container: Container, wire: StripeWire, payment_method: str = "pm_card_visa"
) -> Order:
    """Buy two tickets, paid in the messenger."""
    order = begin(container)
    native_payments.settle(container, told_of(order, charge(wire, order, payment_method)))
    native_payments.close_page(container, order.id)
    return queries.any_order(container, order.id)
