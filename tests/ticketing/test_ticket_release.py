"""Tickets follow their money: when refunds collide, fail, or nothing was sold for it."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    VISA,
    balance,
    buy,
    pay,
    receive,
    receive_all,
    refund_at_stripe,
    seats,
    told,
)
from tests.ticketing.seasons import subscribe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import NotRefundable, StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import (
    quote_refund,
    refund_payment,
    refund_tickets,
)
from ticket_clerk.ticketing.refunds.submission import submit_requests

# What is given back to it comes back a moment later.
FAILS = "4000000000005126"


def _order(container: Container, order: Order) -> Order:
    return queries.any_order(container, order.id)


def _refund(container: Container, order: Order, quantity: int | None = None) -> None:
    quote = quote_refund(container, ANN, order.id, quantity)
    refund_tickets(
        container, ANN, order.id, quantity=quote.quantity, quote_version=quote.quote_version
    )


def _let_refunds_fail(container: Container, wire: StripeWire, clock: MovableClock) -> None:
    clock.move(days=1)
    reconcile(container)
    receive_all(container, wire)


def _receive_sessions(container: Container, wire: StripeWire) -> None:
    for event in wire.events("checkout.session.completed"):
        receive(container, event)


def test_a_request_that_is_refused_since_the_dashboard_gave_everything_back_frees_the_seats(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Whole is whole, whoever did it; told once, and not that it failed."""
    order = buy(container, stripe_wire)
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        _refund(container, order)
    stripe_wire.mend()
    refund_at_stripe(stripe_wire, order)
    receive_all(container, stripe_wire)
    clock.move(minutes=1)

    reconcile(container)

    after = _order(container, order)
    assert (after.status, after.tickets_left) == (OrderStatus.REFUNDED, 0)
    assert (after.amount_refunding, balance(container), seats(container)) == (40000, 0, (0, 0))
    assert told(container) == ["payment_confirmed", "refund_succeeded"]


def test_tickets_whose_money_came_back_after_the_rest_moved_need_a_person(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """One ticket refunded, the other bettered: the first is not one of the better seats."""
    order = buy(container, stripe_wire, card=FAILS)
    _refund(container, order, 1)
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    stripe_wire.standin.pay(upgrade.checkout_session_id)
    _receive_sessions(container, stripe_wire)

    _let_refunds_fail(container, stripe_wire, clock)

    after = _order(container, order)
    assert (after.status, after.tickets_left) == (OrderStatus.NEEDS_ATTENTION, 1)
    assert (seats(container, "101"), seats(container, "201")) == ((0, 0), (0, 1))
    with pytest.raises(NotRefundable):
        quote_refund(container, ANN, order.id)


def test_what_a_person_makes_good_by_paying_it_back_frees_the_seats_that_are_left(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Four of eight were sold again before their refund failed; then all the money goes back."""
    order = buy(container, stripe_wire, section_id="201", quantity=8, card=FAILS)
    _refund(container, order, 4)
    for name, number in (("ben", 4), ("cat", 2)):
        buy(container, stripe_wire, section_id="201", quantity=number, buyer=Buyer("rest", name))
    _let_refunds_fail(container, stripe_wire, clock)
    assert (_order(container, order).status, seats(container, "201")) == (
        OrderStatus.NEEDS_ATTENTION,
        (0, 10),
    )

    refund_payment(container, str(order.payment_intent_id))

    assert (_order(container, order).status, seats(container, "201")) == (
        OrderStatus.REFUNDED,
        (0, 6),
    )


def test_a_whole_kindness_that_comes_back_brings_the_tickets_back(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Its seats went since nothing of the payment was left; now all of it is there again."""
    order = buy(container, stripe_wire, card=FAILS)
    refund_payment(container, str(order.payment_intent_id), quantity=0)
    assert seats(container) == (0, 0)

    _let_refunds_fail(container, stripe_wire, clock)

    after = _order(container, order)
    assert (after.status, after.tickets_left) == (OrderStatus.PAID, 2)
    assert seats(container) == (0, 2)


def test_a_payment_that_bought_nothing_is_not_paid_when_it_can_not_be_given_back(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The tickets to better were gone; the difference goes out and comes back: a person's now."""
    order = buy(container, stripe_wire)
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    refund_at_stripe(stripe_wire, order)
    pay(container, stripe_wire, upgrade, FAILS)
    submit_requests(container)
    assert _order(container, upgrade).status is OrderStatus.REFUNDED

    _let_refunds_fail(container, stripe_wire, clock)

    assert _order(container, upgrade).status is OrderStatus.NEEDS_ATTENTION
    assert seats(container, "201") == (0, 0)


def test_a_wrong_sum_that_is_paid_back_frees_the_seats_that_were_held_for_it(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Nothing was sold for it, neither then nor when the money comes back."""
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)
    stripe_wire.standin.pay(order.checkout_session_id, card=FAILS)
    (event,) = stripe_wire.events("checkout.session.completed")
    event["data"]["object"]["amount_total"] = 39000
    receive(container, event)
    assert seats(container) == (2, 0)

    refund_payment(container, str(_order(container, order).payment_intent_id))
    assert (_order(container, order).status, seats(container)) == (OrderStatus.REFUNDED, (0, 0))
    _let_refunds_fail(container, stripe_wire, clock)

    assert (_order(container, order).status, seats(container)) == (
        OrderStatus.NEEDS_ATTENTION,
        (0, 0),
    )


@pytest.mark.parametrize("way", ["by the API", "in the dashboard"])
def test_an_operator_who_pays_an_upgraded_order_back_pays_the_difference_back_too(
    container: Container, stripe_wire: StripeWire, way: str
) -> None:
    """No ticket is left that the difference could be for: it follows by itself, once."""
    order = buy(container, stripe_wire)
    pay(container, stripe_wire, start_upgrade(container, ANN, order.id, section_id="201"))

    if way == "by the API":
        refund_payment(container, str(order.payment_intent_id))
    else:
        refund_at_stripe(stripe_wire, order)
        receive_all(container, stripe_wire)
    for _ in range(2):
        reconcile(container)

    assert [refund["amount"] for refund in stripe_wire.list_all("/v1/refunds")] == [30000, 40000]
    assert (balance(container), seats(container, "101"), seats(container, "201")) == (
        0,
        (0, 0),
        (0, 0),
    )
    assert told(container).count("refund_succeeded") == 2


def test_a_difference_that_the_operator_gives_back_himself_is_not_given_back_again(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Both payments refunded in the dashboard before the pass: Stripe refuses ours, untold."""
    order = buy(container, stripe_wire)
    upgrade = pay(container, stripe_wire, start_upgrade(container, ANN, order.id, section_id="201"))
    refund_at_stripe(stripe_wire, order)
    refund_at_stripe(stripe_wire, upgrade)
    receive_all(container, stripe_wire)
    clock.move(minutes=1)

    reconcile(container)

    assert balance(container) == 0
    assert _order(container, upgrade).status is OrderStatus.REFUNDED
    assert "refund_failed" not in told(container)


def test_a_refund_taken_for_refused_gives_up_the_seats_where_they_are_now(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Stripe had done it, the order went to better seats since: one of those is free again."""
    order = buy(container, stripe_wire)
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        _refund(container, order, 1)
    stripe_wire.refuse()
    quote = quote_refund(container, ANN, order.id, 1)
    refund_tickets(container, ANN, order.id, quantity=1, quote_version=quote.quote_version - 1)
    stripe_wire.mend()
    upgrade = start_upgrade(container, ANN, order.id, section_id="201")
    stripe_wire.standin.pay(upgrade.checkout_session_id)
    _receive_sessions(container, stripe_wire)
    assert seats(container, "201") == (0, 2)

    receive_all(container, stripe_wire)

    assert (seats(container, "101"), seats(container, "201")) == ((0, 0), (0, 1))


@pytest.mark.parametrize(("card", "left"), [(VISA, 0), (FAILS, 150000)])
def test_a_refund_of_a_season_ticket_is_counted_in_whatever_order_its_events_come(
    container: Container, stripe_wire: StripeWire, card: str, left: int
) -> None:
    """A failure that is told before the success that it followed is still the end of it."""
    order = subscribe(container, stripe_wire, card)
    refund_at_stripe(stripe_wire, order)
    told_by = [event for event in stripe_wire.events() if "refund" in event["type"]]

    for number, events in enumerate((told_by[::-1], told_by)):
        for event in events:
            receive(container, {**event, "id": f"{event['id']}_{number}"})
        assert balance(container) == left

    after = _order(container, order)
    assert (after.status, after.amount_refunded) == (OrderStatus.PAID, 150000 - left)
