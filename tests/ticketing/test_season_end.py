"""A buyer ends their season ticket: with the period that is paid, whatever goes wrong."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, balance, receive_all, told
from tests.ticketing.seasons import BOB, known, pass_time, start, subscribe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import OrderNotFound, StripeRejected, StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.subscriptions.season_tickets import cancel_season_ticket


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """A season ticket of $1,500 a year, paid and confirmed."""
    return subscribe(container, stripe_wire)


def test_a_season_ticket_is_ended_with_the_period_that_is_paid(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """Asked twice, told once; good until then, and then it has ended and costs no more."""
    for _ in range(2):
        subscription = cancel_season_ticket(container, ANN, order.id)
        assert (subscription.status, subscription.cancel_at_period_end) == ("active", True)
        assert subscription.cancel_requested_at is None
    receive_all(container, stripe_wire)
    assert told(container) == ["payment_confirmed", "season_canceling"]

    pass_time(stripe_wire, clock, days=367)
    receive_all(container, stripe_wire)

    assert known(container, order).status == "canceled"
    assert told(container) == ["payment_confirmed", "season_canceling", "season_ended"]
    assert balance(container) == 150000
    assert cancel_season_ticket(container, ANN, order.id).has_ended


def test_a_lost_answer_to_the_end_is_found_by_asking_again(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Stripe did it, and its answer was lost: the second time it is seen to be so."""
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        cancel_season_ticket(container, ANN, order.id)
    stripe_wire.mend()
    assert known(container, order).cancel_requested_at is not None

    subscription = cancel_season_ticket(container, ANN, order.id)

    assert subscription.cancel_at_period_end
    assert told(container) == ["payment_confirmed", "season_canceling"]


def test_a_request_to_end_it_that_stripe_did_not_receive_is_repeated_later(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """The request is stored before: the next pass carries it out and the buyer is told."""
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        cancel_season_ticket(container, ANN, order.id)
    stripe_wire.mend()
    clock.move(minutes=5)

    assert reconcile(container) == {"canceling": 1}

    subscription = known(container, order)
    assert (subscription.cancel_at_period_end, subscription.cancel_requested_at) == (True, None)
    assert told(container) == ["payment_confirmed", "season_canceling"]
    assert reconcile(container) == {}


def test_a_request_that_stripe_refuses_is_dropped(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """It is said at once and not tried for ever."""
    stripe_wire.answer_instead(
        400, {"error": {"type": "invalid_request_error", "code": "nope"}}, "/subscriptions/"
    )
    with pytest.raises(StripeRejected):
        cancel_season_ticket(container, ANN, order.id)
    clock.move(minutes=5)

    assert known(container, order).cancel_requested_at is None
    assert reconcile(container) == {}


def test_ending_one_that_has_ended_at_stripe_is_no_error(
    container: Container, order: Order
) -> None:
    """Its event is still on the way: what the buyer wants is so already."""
    container.stripe.cancel_subscription(known(container, order).id, at_period_end=False)

    assert cancel_season_ticket(container, ANN, order.id).has_ended
    assert told(container) == ["payment_confirmed", "season_ended"]


def test_nobody_ends_what_is_not_his_or_not_paid(container: Container, order: Order) -> None:
    """Somebody else's season ticket is as none, and an unpaid order has none."""
    unpaid = start(container, buyer=BOB)

    for buyer, order_id in ((BOB, order.id), (BOB, unpaid.id), (ANN, "ord_none")):
        with pytest.raises(OrderNotFound):
            cancel_season_ticket(container, buyer, order_id)
