"""Lost webhooks cost nothing: one pass over the unpaid orders finds what happened."""

from __future__ import annotations

import threading
import time

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import REQUESTS_AT_ONCE, reconcile
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import refresh_order, start_checkout

ANN = Buyer("rest", "ann")


def _buy(container: Container) -> Order:
    return start_checkout(container, ANN, show_id="last-seat", section_id="front", quantity=1)


def _told(container: Container) -> list[MessageKind]:
    return [message.kind for message, _ in queries.unread_messages(container, ANN)]


def test_a_payment_whose_webhook_was_lost_is_found(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Paid, told and closed, and a second pass changes nothing."""
    order = _buy(container)
    stripe_wire.standin.pay(order.checkout_session_id)

    assert reconcile(container) == {"paid": 1}
    assert reconcile(container) == {}
    assert queries.any_order(container, order.id).status is OrderStatus.PAID
    assert _told(container) == [MessageKind.PAYMENT_CONFIRMED]


def test_an_unpaid_order_is_left_alone_while_its_link_works(container: Container) -> None:
    """Looking is not touching."""
    order = _buy(container)

    assert reconcile(container) == {"open": 1}
    assert queries.any_order(container, order.id) == order


def test_an_abandoned_order_gives_its_seat_back_and_says_so(
    container: Container, clock: MovableClock
) -> None:
    """The session ran out at Stripe: the next buyer can have the seat."""
    order = _buy(container)
    clock.move(minutes=36)

    assert reconcile(container) == {"expired": 1}
    assert queries.any_order(container, order.id).status is OrderStatus.EXPIRED
    assert queries.catalog(container).shows[-1].seats_left == 1
    assert _told(container) == [MessageKind.CHECKOUT_EXPIRED]


def test_a_cancellation_that_a_crash_cut_off_is_finished(container: Container) -> None:
    """The request was noted, Stripe never asked: the next pass closes the session."""
    order = _buy(container)
    with container.database.begin() as conn:
        orders.request_cancellation(conn, order.id, at=container.now())

    assert reconcile(container) == {"canceled": 1}
    assert container.stripe.get_checkout_session(str(order.checkout_session_id)).status == "expired"
    assert queries.catalog(container).shows[-1].seats_left == 1
    assert _told(container) == []


def test_seats_stay_held_while_stripe_cannot_be_asked(
    container: Container, clock: MovableClock, stripe_wire: StripeWire
) -> None:
    """Overdue by our clock, but somebody may have paid: nobody else gets the seat yet."""
    order = _buy(container)
    stripe_wire.standin.pay(order.checkout_session_id)
    clock.move(hours=3)
    stripe_wire.cut()

    assert reconcile(container) == {"unreachable": 1}
    assert queries.catalog(container).shows[-1].seats_left == 0
    stripe_wire.mend()

    assert reconcile(container) == {"paid": 1}


def test_an_order_whose_session_never_came_to_be_expires(
    container: Container, clock: MovableClock, stripe_wire: StripeWire
) -> None:
    """Stripe was away and the buyer left: the hold runs out, and no session is made for it."""
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        _buy(container)
    stripe_wire.mend()

    assert reconcile(container) == {"open": 1}
    clock.move(minutes=46)

    assert reconcile(container) == {"expired": 1}
    assert stripe_wire.sessions() == []


def test_a_session_whose_answer_was_lost_is_found_when_it_was_paid(
    container: Container, clock: MovableClock, stripe_wire: StripeWire
) -> None:
    """The order never learned its session's id, and yet its money finds it."""
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        _buy(container)
    stripe_wire.mend()
    stripe_wire.standin.pay(stripe_wire.sessions()[0]["id"])
    clock.move(minutes=46)

    assert reconcile(container) == {"paid": 1}


@pytest.mark.takes_turns
@pytest.mark.parametrize("by", ["a pass", "the buyer's question"])
@pytest.mark.parametrize(
    ("delayed", "status"), [("fails", OrderStatus.EXPIRED), ("succeeds", OrderStatus.PAID)]
)
def test_a_delayed_payment_whose_end_nobody_told_is_found(
    container: Container,
    clock: MovableClock,
    stripe_wire: StripeWire,
    delayed: str,
    status: OrderStatus,
    by: str,
) -> None:
    """A failed debit shows at its PaymentIntent only: the seat is not held for ever."""

    def look() -> OrderStatus:
        if by == "a pass":
            reconcile(container, with_events=False)
        else:
            refresh_order(container, ANN, order.id)
        return queries.any_order(container, order.id).status

    order = _buy(container)
    stripe_wire.standin.pay(order.checkout_session_id, delayed=delayed)
    assert look() is OrderStatus.PROCESSING

    clock.move(minutes=2)

    assert look() is status
    assert look() is status
    assert queries.catalog(container).shows[-1].seats_left == (1 if delayed == "fails" else 0)


def test_stripe_is_asked_about_a_few_orders_at_a_time(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Never more than four requests, however many orders are unpaid."""
    for number in range(12):
        buyer = Buyer("rest", f"buyer-{number}")
        start_checkout(container, buyer, show_id="lakers-warriors", section_id="101", quantity=1)
    lock, underway, most = threading.Lock(), 0, 0
    together = threading.Barrier(REQUESTS_AT_ONCE)

    def answer_slowly(path: str) -> None:
        nonlocal underway, most
        if not path.startswith("/v1/checkout/sessions/"):
            # What comes after the orders is asked for one by one.
            return
        with lock:
            underway += 1
            most = max(most, underway)
        together.wait(120)
        # Another one would come now.
        time.sleep(0.1)
        with lock:
            underway -= 1

    stripe_wire.on_answer = answer_slowly
    outcomes = reconcile(container, with_events=False)

    assert outcomes == {"open": 12}
    assert most == REQUESTS_AT_ONCE


def test_a_pass_soon_gives_up_a_stripe_that_is_away(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Of thousands of unpaid orders a few are asked about in vain; all count as unreachable."""
    number = 3 * REQUESTS_AT_ONCE
    for n in range(number):
        buyer = Buyer("rest", f"buyer-{n}")
        start_checkout(container, buyer, show_id="lakers-warriors", section_id="101", quantity=1)
    asked: set[str] = set()
    stripe_wire.on_answer = asked.add
    stripe_wire.lose_answers()

    assert reconcile(container)["unreachable"] >= number
    assert len(asked) == REQUESTS_AT_ONCE


def test_a_pass_reads_a_crowds_orders_a_few_at_a_time(
    container: Container, stripe_wire: StripeWire
) -> None:
    """An order that ends while others are asked about is not asked about itself."""
    number = 3 * REQUESTS_AT_ONCE
    for n in range(number):
        buyer = Buyer("rest", f"buyer-{n}")
        made = start_checkout(
            container, buyer, show_id="lakers-warriors", section_id="101", quantity=1
        )
    asked: set[str] = set()

    def end_the_last(path: str) -> None:
        asked.add(path)
        with container.database.begin() as conn:
            settlement.expire(conn, made.id, now=container.now())

    stripe_wire.on_answer = end_the_last

    assert reconcile(container, with_events=False) == {"open": number - 1}
    assert not any(str(made.checkout_session_id) in path for path in asked)
