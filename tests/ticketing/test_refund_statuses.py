"""A refund that takes time, and one that fails after all."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    buy,
    give_back,
    receive_all,
    seats,
    status,
    told,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund


def test_a_pending_refund_is_said_as_it_is_and_keeps_the_seat_until_it_is_done(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """On its way is not back yet; it can't be given back a second time meanwhile."""
    order = buy(container, stripe_wire, card="4000000000007726")

    assert give_back(container, order) is RefundStatus.PENDING
    assert told(container)[-1] == "refund_pending"
    assert (status(container, order), seats(container)) == (OrderStatus.PAID, (0, 2))
    with pytest.raises(NotRefundable):
        quote_refund(container, ANN, order.id)

    clock.move(days=1)
    reconcile(container)

    assert (status(container, order), seats(container)) == (OrderStatus.REFUNDED, (0, 0))
    assert told(container)[-1] == "refund_succeeded"


def test_a_refund_that_fails_after_it_succeeded_gives_the_tickets_back_to_the_buyer(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The money is ours again and the seats are the buyer's, if they are still there."""
    order = buy(container, stripe_wire, card="4000000000005126")
    assert give_back(container, order) is RefundStatus.SUCCEEDED
    assert seats(container) == (0, 0)

    clock.move(days=1)
    stripe_wire.standin.expire_overdue()
    receive_all(container, stripe_wire)

    assert (status(container, order), seats(container)) == (OrderStatus.PAID, (0, 2))
    assert told(container)[-1] == "refund_failed"
    assert balance(container) == 40000
    assert queries.any_order(container, order.id).tickets_left == 2


def test_a_refund_that_fails_when_the_seats_are_gone_needs_a_person(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Neither money nor seats are with the buyer: never two buyers on a seat."""
    order = buy(container, stripe_wire, card="4000000000005126", section_id="201", quantity=8)
    give_back(container, order)
    for name, number in (("ben", 8), ("cat", 2)):
        buy(container, stripe_wire, section_id="201", quantity=number, buyer=Buyer("rest", name))

    clock.move(days=1)
    stripe_wire.standin.expire_overdue()
    receive_all(container, stripe_wire)

    assert status(container, order) is OrderStatus.NEEDS_ATTENTION
    assert seats(container, "201") == (0, 10)
