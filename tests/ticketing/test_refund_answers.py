"""A refund whose answer or request was lost, or that Stripe refused: once all the same."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    give_back,
    lose_a_refund,
    receive_all,
    refunded,
    seats,
    status,
    told,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.refunds.submission import submit_requests


@pytest.mark.parametrize("same_quote", [True, False], ids=["one request", "two requests"])
def test_a_lost_answer_is_asked_for_again_and_never_paid_twice(
    container: Container,
    stripe_wire: StripeWire,
    clock: MovableClock,
    order: Order,
    same_quote: bool,
) -> None:
    """Its answer was lost: the request's own key finds it; without the key it is paid anew."""
    version = lose_a_refund(container, stripe_wire, order)
    assert told(container) == ["payment_confirmed"]

    quote_version = version if same_quote else version + 1
    request = refund_tickets(container, ANN, order.id, quantity=1, quote_version=quote_version)

    assert request.status is RefundStatus.SUCCEEDED
    assert len(refunded(stripe_wire)) == (1 if same_quote else 2)


def test_a_request_that_stripe_did_not_receive_is_carried_out_later_and_told(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """The wire was cut: the request is stored, a later pass pays back, once."""
    quote = quote_refund(container, ANN, order.id)
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        refund_tickets(container, ANN, order.id, quantity=2, quote_version=quote.quote_version)
    clock.move(minutes=1)
    assert submit_requests(container) == {"unreachable": 1}

    stripe_wire.mend()
    assert submit_requests(container) == {"refund_succeeded": 1}
    assert submit_requests(container) == {}

    assert refunded(stripe_wire) == [40000]
    assert (status(container, order), seats(container)) == (OrderStatus.REFUNDED, (0, 0))
    assert told(container) == ["payment_confirmed", "refund_succeeded"]


def test_a_request_older_than_stripes_memory_of_keys_is_looked_for_first(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """A day later the key means nothing to Stripe, but the refund names its request."""
    lose_a_refund(container, stripe_wire, order)
    clock.move(hours=30)

    submit_requests(container)

    assert refunded(stripe_wire) == [20000]
    assert queries.any_order(container, order.id).amount_refunded == 20000


def test_what_stripe_refuses_is_said_and_leaves_the_order_as_it_was(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """No money, so no seats; another try is another request."""
    quote = quote_refund(container, ANN, order.id, 1)
    stripe_wire.refuse()

    request = refund_tickets(
        container, ANN, order.id, quantity=1, quote_version=quote.quote_version
    )

    assert request.status is RefundStatus.REJECTED
    after = queries.any_order(container, order.id)
    assert (after.status, after.tickets_left) == (OrderStatus.PAID, 2)
    assert (after.amount_refunding, seats(container)) == (0, (0, 2))
    assert told(container) == ["payment_confirmed", "refund_failed"]
    stripe_wire.mend()
    assert give_back(container, order, 1) is RefundStatus.SUCCEEDED


def test_a_refund_that_was_taken_for_refused_still_counts(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """A refusal that came for another reason than Stripe's: what Stripe did is what happened."""
    quote = quote_refund(container, ANN, order.id, 1)
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        refund_tickets(container, ANN, order.id, quantity=1, quote_version=quote.quote_version)
    stripe_wire.refuse()
    refund_tickets(container, ANN, order.id, quantity=1, quote_version=quote.quote_version)
    assert queries.any_order(container, order.id).amount_refunding == 0
    stripe_wire.mend()

    receive_all(container, stripe_wire)

    after = queries.any_order(container, order.id)
    assert (after.amount_refunding, after.amount_refunded) == (20000, 20000)
    assert (after.tickets_left, seats(container)) == (1, (0, 1))
