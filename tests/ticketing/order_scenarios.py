"""What can become of one order, told by what happens at Stripe alone: nothing of it is delivered.

Each scenario takes an open order and makes Stripe's events; a test then delivers them as it likes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.seasons import FAILS_LATER, pass_time
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

DECLINED = "4000000000000002"
DISPUTED = "4000000000000259"
DEBIT, FAILING_DEBIT = "9000000000000001", "9000000000000019"
REFUND_FAILS = "4000000000005126"
VISA = "4242424242424242"


@dataclass(frozen=True)
class Scene:
    """Where a scenario happens."""

    container: Container
    wire: StripeWire
    clock: MovableClock
    buyer: Buyer

    def order(self) -> Order:
        """Ask for two tickets."""
        return start_checkout(
            self.container, self.buyer, show_id="lakers-warriors", section_id="101", quantity=2
        )

    def season(self) -> Order:
        """Ask for a season ticket."""
        return start_season_ticket(self.container, self.buyer, season_ticket_id="lakers-season")

    def pay(self, order: Order, *cards: str) -> dict[str, Any]:
        """Fill in the page, with one card after the other; returns the session."""
        for card in cards:
            # Years pass in some scenarios, and they are told again and again.
            self.wire.standin.pay(order.checkout_session_id, card=card, exp_date="12/75")
        return next(s for s in self.wire.sessions() if s["id"] == order.checkout_session_id)

    def refund(self, session: Mapping[str, Any], **params: Any) -> None:
        """Give the payment back in Stripe's dashboard."""
        self.wire.post("/v1/refunds", payment_intent=session["payment_intent"], **params)

    def decide(self, evidence: str) -> None:
        """Let the bank decide about the newest dispute."""
        dispute = self.wire.list_all("/v1/disputes")[0]["id"]
        params = {"evidence[uncategorized_text]": evidence, "submit": "true"}
        self.wire.post(f"/v1/disputes/{dispute}", **params)

    def wait(self, **duration: float) -> None:
        """Let time pass, and everything happen at Stripe that falls due."""
        pass_time(self.wire, self.clock, **duration)


def _purchase(scene: Scene) -> Order:
    order = scene.order()
    scene.pay(order, DECLINED, VISA)
    return order


def _refund(scene: Scene) -> Order:
    order = scene.order()
    session = scene.pay(order, VISA)
    scene.refund(session, amount=20000)
    scene.refund(session)
    return order


def _failed_refund(scene: Scene) -> Order:
    order = scene.order()
    scene.refund(scene.pay(order, REFUND_FAILS))
    return order


def _delayed(scene: Scene) -> Order:
    order = scene.order()
    scene.pay(order, DEBIT)
    scene.wait(minutes=2)
    return order


def _delayed_in_vain(scene: Scene) -> Order:
    order = scene.order()
    scene.pay(order, FAILING_DEBIT)
    scene.wait(minutes=2)
    return order


def _abandoned(scene: Scene) -> Order:
    order = scene.order()
    scene.pay(order, DECLINED)
    scene.wait(minutes=50)
    return order


def _dispute_won(scene: Scene) -> Order:
    order = scene.order()
    scene.pay(order, DISPUTED)
    scene.decide("winning_evidence")
    return order


def _dispute_lost(scene: Scene) -> Order:
    order = scene.order()
    scene.pay(order, DISPUTED)
    scene.decide("losing_evidence")
    return order


def _season(scene: Scene) -> Order:
    order = scene.season()
    scene.pay(order, VISA)
    scene.wait(days=366)
    return order


def _season_unpaid(scene: Scene) -> Order:
    order = scene.season()
    scene.pay(order, FAILS_LATER)
    scene.wait(days=366)
    scene.wait(days=30)
    return order


SCENARIOS: Mapping[str, Callable[[Scene], Order]] = {
    "declined, then paid": _purchase,
    "refunded in two parts": _refund,
    "refunded, and the bank sends it back": _failed_refund,
    "paid by a debit that takes its time": _delayed,
    "a debit that fails": _delayed_in_vain,
    "abandoned after a decline": _abandoned,
    "dispute won": _dispute_won,
    "dispute lost": _dispute_lost,
    "season ticket, renewed": _season,
    "season ticket, not paid for a second year": _season_unpaid,
}
