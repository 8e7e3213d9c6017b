"""Tickets that a buyer returns, within the policy of their order."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    give_back,
    receive_all,
    refund_at_stripe,
    refunded,
    seats,
    status,
    told,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import (
    InvalidQuantity,
    NotRefundable,
    OrderNotFound,
    TooManyTickets,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds.refund_requests import (
    quote_refund,
    refund_of,
    refund_payment,
    refund_tickets,
    refunds_of,
)


def test_one_of_two_tickets_goes_back_for_its_price(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """What was quoted is paid back, the seat is free again, the order says so, told once."""
    quote = quote_refund(container, ANN, order.id, 1)
    assert (quote.quantity, quote.quantity_left, quote.amount) == (1, 2, 20000)

    assert give_back(container, order, 1) is RefundStatus.SUCCEEDED
    receive_all(container, stripe_wire)

    after = queries.any_order(container, order.id)
    assert after.status is OrderStatus.PARTIALLY_REFUNDED
    assert (after.amount_refunded, after.tickets_left) == (20000, 1)
    assert seats(container) == (0, 1)
    assert refunded(stripe_wire) == [20000]
    assert told(container) == ["payment_confirmed", "refund_succeeded"]
    assert balance(container) == 20000


def test_tickets_go_back_one_by_one_until_none_is_left(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Each is a request of its own; then there is nothing left to give back."""
    give_back(container, order, 1)
    give_back(container, order, 1)

    assert refunded(stripe_wire) == [20000, 20000]
    assert status(container, order) is OrderStatus.REFUNDED
    assert (seats(container), balance(container)) == ((0, 0), 0)
    with pytest.raises(NotRefundable) as caught:
        quote_refund(container, ANN, order.id)
    assert caught.value.reason == "nothing_left"


def test_the_same_yes_twice_pays_back_once(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """The quote's version makes it the same request."""
    quote = quote_refund(container, ANN, order.id, 1)
    for _ in range(2):
        request = refund_tickets(
            container, ANN, order.id, quantity=1, quote_version=quote.quote_version
        )
        assert (request.amount, request.status) == (20000, RefundStatus.SUCCEEDED)

    assert refunded(stripe_wire) == [20000]


def test_after_the_last_moment_of_the_policy_nothing_goes_back(
    container: Container, clock: MovableClock, order: Order
) -> None:
    """24 hours before the start, as it was when the order was sold."""
    clock.offset += order.refundable_until - clock()

    with pytest.raises(NotRefundable) as caught:
        quote_refund(container, ANN, order.id)

    assert caught.value.reason == "too_late"
    assert caught.value.until == order.refundable_until
    assert (order.starts_at - order.refundable_until).total_seconds() == 24 * 3600


@pytest.mark.parametrize("quantity", [0, -1, True, "two"])
def test_a_number_that_is_none_is_refused(
    container: Container, order: Order, quantity: int
) -> None:
    """Nothing is asked of Stripe for it."""
    with pytest.raises(InvalidQuantity):
        quote_refund(container, ANN, order.id, quantity)


def test_more_than_the_order_holds_is_refused(container: Container, order: Order) -> None:
    """The limit is what is left."""
    with pytest.raises(TooManyTickets) as caught:
        quote_refund(container, ANN, order.id, 3)
    assert caught.value.limit == 2


def test_somebody_elses_order_does_not_exist(container: Container, order: Order) -> None:
    """Neither to be quoted nor to be refunded."""
    eve = Buyer("rest", "eve")
    with pytest.raises(OrderNotFound):
        quote_refund(container, eve, order.id)
    with pytest.raises(OrderNotFound):
        refund_tickets(container, eve, order.id, quantity=1, quote_version=1)


def test_a_yes_to_what_is_no_longer_so_gives_nothing_back(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """An operator gave money back after the quote: it is not taken for the buyer's own request."""
    quote = quote_refund(container, ANN, order.id, 1)
    refund_at_stripe(stripe_wire, order, amount=20000)
    receive_all(container, stripe_wire)

    with pytest.raises(NotRefundable) as caught:
        refund_tickets(container, ANN, order.id, quantity=1, quote_version=quote.quote_version)

    assert caught.value.reason == "changed"
    assert refunded(stripe_wire) == [20000]


def test_what_became_of_a_request_can_be_read(container: Container, order: Order) -> None:
    """For the words of its notice."""
    quote = quote_refund(container, ANN, order.id, 1)
    made = refund_tickets(container, ANN, order.id, quantity=1, quote_version=quote.quote_version)

    message = queries.unread_messages(container, ANN)[-1][0]
    assert refund_of(container, message.about) == made


def test_all_requests_about_an_order_can_be_listed(container: Container, order: Order) -> None:
    """Newest first, an operator's among them."""
    give_back(container, order, 1)
    refund_payment(container, str(order.payment_intent_id), amount=50)

    assert [request.amount for request in refunds_of(container, order.id)] == [5000, 20000]
