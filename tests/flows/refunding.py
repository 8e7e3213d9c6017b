"""Refunds in a conversation that forms lead: buying, asking, and what Stripe has paid back."""

from __future__ import annotations

from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order

REQUEST = "refund my tickets"


def paid(
    container: Container, wire: StripeWire, who: FormDriver, quantity: int = 2, **more: str
) -> Order:
    """Buy and confirm tickets in a conversation."""
    order = buy(container, wire, buyer=who.buyer, quantity=quantity, **more)
    who.push()
    return order


def given_back(wire: StripeWire) -> list[int]:
    """List what Stripe has paid back, oldest first, in cents."""
    return [refund["amount"] for refund in reversed(wire.list_all("/v1/refunds"))]


def ask(sam: FormDriver, text: str = REQUEST) -> list[str]:
    """Ask for money back."""
    return sam.say(text, "request_refund")
