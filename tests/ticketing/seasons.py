"""Season tickets in tests: one that is paid, what is known of it, and years that pass."""

from __future__ import annotations

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, VISA, pay
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, Order, Subscription
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket, subscription_of

# Pays on a page; what is charged to it later is declined.
FAILS_LATER = "4000000000000341"
BOB = Buyer("rest", "bob")


def start(container: Container, quantity: int = 1, buyer: Buyer = ANN) -> Order:
    """Ask for season tickets of $1,500 a year."""
    return start_season_ticket(
        container, buyer, season_ticket_id="lakers-season", quantity=quantity
    )


def subscribe(container: Container, wire: StripeWire, card: str = VISA) -> Order:
    """Buy a season ticket and deliver the events."""
    return pay(container, wire, start(container), card)


def known(container: Container, order: Order) -> Subscription:
    """Read what is known of an order's subscription."""
    subscription = subscription_of(container, order.id)
    assert subscription is not None
    return subscription


def pass_time(wire: StripeWire, clock: MovableClock, **duration: float) -> None:
    """Let time pass here and at Stripe, and everything happen there that falls due."""
    clock.move(**duration)
    wire.standin.clock.offset_s = clock.offset.total_seconds()
    wire.standin.expire_overdue()
