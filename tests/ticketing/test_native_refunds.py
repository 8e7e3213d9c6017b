"""Giving back what was paid in a messenger: by Stripe where Stripe collected it, else by hand."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.messenger_payments import BEN, begin, buy_in_chat, told_of
from tests.ticketing.purchases import balance, receive_all, refunded, seats, status, told
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import NotRefundable, WrongState
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import native_payments, queries
from ticket_clerk.ticketing.refunds.refund_requests import (
    quote_refund,
    refund_payment,
    refund_tickets,
)
from ticket_clerk.ticketing.refunds.submission import KEY_LIFETIME, submit_requests


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets of $200, paid in the messenger, whose provider is Stripe."""
    return buy_in_chat(container, stripe_wire)


def _give_back(container: Container, order: Order, quantity: int | None = None) -> RefundStatus:
    quote = quote_refund(container, BEN, order.id, quantity)
    return refund_tickets(
        container, BEN, order.id, quantity=quote.quantity, quote_version=quote.quote_version
    ).status


def test_all_tickets_go_back_by_their_charge(
    container: Container, order: Order, stripe_wire: StripeWire
) -> None:
    """Money, seats, ledger and order, as after a payment on Stripe's page; events add nothing."""
    assert _give_back(container, order) is RefundStatus.SUCCEEDED
    receive_all(container, stripe_wire)

    assert refunded(stripe_wire) == [40000]
    assert (balance(container), seats(container)) == (0, (0, 0))
    assert status(container, order) is OrderStatus.REFUNDED
    assert told(container, BEN) == ["payment_confirmed", "refund_succeeded"]


def test_one_ticket_goes_back_and_then_the_other(
    container: Container, order: Order, stripe_wire: StripeWire
) -> None:
    """Each for its own price, never more than was paid."""
    _give_back(container, order, 1)
    assert (balance(container), seats(container)) == (20000, (0, 1))
    assert status(container, order) is OrderStatus.PARTIALLY_REFUNDED

    _give_back(container, order, 1)
    receive_all(container, stripe_wire)
    assert refunded(stripe_wire) == [20000, 20000]
    assert status(container, order) is OrderStatus.REFUNDED


def test_a_refund_in_the_dashboard_finds_the_order_by_its_charge(
    container: Container, order: Order, stripe_wire: StripeWire
) -> None:
    """Its PaymentIntent is the provider's and nothing that we know."""
    stripe_wire.post("/v1/refunds", charge=order.payment_intent_id, amount=20000)
    receive_all(container, stripe_wire)
    reconcile(container)

    assert (balance(container), seats(container)) == (20000, (0, 1))
    assert told(container, BEN)[-1] == "refund_succeeded"


def test_an_operator_refunds_by_the_charge(
    container: Container, order: Order, stripe_wire: StripeWire
) -> None:
    """Also one that no order knows, whose currency Stripe tells."""
    refund_payment(container, str(order.payment_intent_id), amount="50", idempotency_key="k")
    receive_all(container, stripe_wire)
    assert (balance(container), seats(container)) == (35000, (0, 2))

    container.stripe.refund(str(order.payment_intent_id), "10")
    assert refunded(stripe_wire) == [1000, 5000]


def test_an_old_request_is_looked_for_by_the_charge(
    container: Container, order: Order, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Its answer was lost and Stripe has forgotten its key: it is found and not made again."""
    stripe_wire.lose_answers()
    with pytest.raises(Exception, match="Stripe"):
        _give_back(container, order)
    stripe_wire.mend()
    clock.move(seconds=KEY_LIFETIME.total_seconds() + 60)
    submit_requests(container)

    assert refunded(stripe_wire) == [40000]
    assert status(container, order) is OrderStatus.REFUNDED


def test_a_disputed_charge_is_its_orders(container: Container, stripe_wire: StripeWire) -> None:
    """The bank takes it back, and the order says so."""
    order = buy_in_chat(container, stripe_wire, "pm_card_createDispute")
    stripe_wire.standin.expire_overdue()
    receive_all(container, stripe_wire)

    assert status(container, order) is OrderStatus.DISPUTED
    assert balance(container) == 0


def test_what_another_provider_collected_is_not_asked_of_stripe(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Buyer and operator are told so before anything is promised or stored."""
    order = begin(container)
    native_payments.settle(container, told_of(order, "sberbank-7"))

    with pytest.raises(NotRefundable) as refusal:
        quote_refund(container, BEN, order.id)
    assert refusal.value.reason == "paid_elsewhere"
    with pytest.raises(WrongState):
        refund_payment(container, "sberbank-7")
    assert refunded(stripe_wire) == []
    assert queries.any_order(container, order.id).amount_refunding == 0
