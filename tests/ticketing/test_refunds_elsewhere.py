"""Refunds that no buyer asked for: in Stripe's dashboard, and by an operator."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.engine import Connection

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import (
    ANN,
    balance,
    give_back,
    receive,
    receive_all,
    refund_at_stripe,
    refunded,
    seats,
    status,
    told,
)
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import ledger
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import InvalidRequest, StripeUnavailable, WrongState
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_payment
from ticket_clerk.ticketing.refunds.submission import submit_requests


@pytest.mark.parametrize("by_event", [True, False], ids=["by event", "by reconciliation"])
def test_a_refund_made_in_the_dashboard_flows_back_the_same_way(
    container: Container, stripe_wire: StripeWire, order: Order, by_event: bool
) -> None:
    """Whole: refunded, seats free, told, once, whoever tells of it first."""
    refund_at_stripe(stripe_wire, order)

    for _ in range(2):
        receive_all(container, stripe_wire) if by_event else reconcile(container)

    after = queries.any_order(container, order.id)
    assert (after.status, after.amount_refunded) == (OrderStatus.REFUNDED, 40000)
    assert (seats(container), balance(container)) == ((0, 0), 0)
    assert told(container) == ["payment_confirmed", "refund_succeeded"]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_refund_that_is_told_of_while_its_payment_is_stored_counts_once(
    make_container: Callable[[], Container],
    container: Container,
    stripe_wire: StripeWire,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It was looked for, not found, looked for again, and counted as a season ticket's, too."""
    made = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)
    stripe_wire.standin.pay(made.checkout_session_id)
    payment_id = stripe_wire.sessions()[0]["payment_intent"]
    stripe_wire.post("/v1/refunds", payment_intent=payment_id, amount=20000)
    events = stripe_wire.events()
    of_refund = [event for event in events if event["type"] == "refund.created"]
    other, look = make_container(), ledger.find_payment
    assert of_refund

    def look_a_moment_too_early(conn: Connection, *ids: str) -> object:
        monkeypatch.setattr(ledger, "find_payment", look)
        found = look(conn, *ids)
        for event in events:
            if not event["type"].startswith(("refund.", "charge.refund")):
                receive(other, event)
        return found

    monkeypatch.setattr(ledger, "find_payment", look_a_moment_too_early)
    for event in of_refund:
        receive(container, event)
    assert queries.any_order(container, made.id).status is OrderStatus.PAID
    receive_all(container, stripe_wire)

    after = queries.any_order(container, made.id)
    assert (after.status, after.amount_refunded) == (OrderStatus.PARTIALLY_REFUNDED, 20000)
    assert (after.refunded_quantity, balance(container)) == (1, 20000)


@pytest.mark.parametrize(("amount", "tickets_left"), [(20000, 1), (5000, 2), (25000, 2)])
def test_a_dashboard_refund_of_a_part_takes_tickets_only_for_their_exact_price(
    container: Container, stripe_wire: StripeWire, order: Order, amount: int, tickets_left: int
) -> None:
    """Goodwill leaves the buyer the tickets; the price of one returns one."""
    refund_at_stripe(stripe_wire, order, amount=amount)
    receive_all(container, stripe_wire)

    after = queries.any_order(container, order.id)
    assert after.status is OrderStatus.PARTIALLY_REFUNDED
    assert (after.amount_refunded, after.tickets_left) == (amount, tickets_left)
    assert seats(container) == (0, tickets_left)


def test_odd_amounts_that_add_up_to_everything_free_all_seats(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Given back whole, in whatever pieces."""
    for amount in (15000, 5000, 19999, 1):
        refund_at_stripe(stripe_wire, order, amount=amount)
    receive_all(container, stripe_wire)

    assert (status(container, order), seats(container)) == (OrderStatus.REFUNDED, (0, 0))


def test_after_a_kindness_the_tickets_return_what_is_left_of_their_price(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """$50 are back already, so both tickets are worth $350."""
    refund_at_stripe(stripe_wire, order, amount=5000)
    receive_all(container, stripe_wire)

    assert quote_refund(container, ANN, order.id, 1).amount == 20000
    assert quote_refund(container, ANN, order.id, 2).amount == 35000


def test_an_operator_gives_back_whatever_the_policy_says(
    container: Container, clock: MovableClock, order: Order
) -> None:
    """After the last moment, by amount; the tickets of that price go with it."""
    clock.offset += order.refundable_until - clock()

    refund = refund_payment(container, str(order.payment_intent_id), amount="200.00")

    assert (refund.amount, refund.status) == (20000, "succeeded")
    assert queries.any_order(container, order.id).tickets_left == 1
    assert told(container)[-1] == "refund_succeeded"


def test_an_operators_kindness_leaves_the_tickets(container: Container, order: Order) -> None:
    """Zero tickets for the price of one, said in so many words."""
    refund_payment(container, str(order.payment_intent_id), amount=200, quantity=0)

    assert queries.any_order(container, order.id).tickets_left == 2
    assert seats(container) == (0, 2)


def test_an_operators_key_pays_back_once_and_another_again(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """A retry repeats; a second intended refund does not."""
    intent = str(order.payment_intent_id)
    first = refund_payment(container, intent, amount=50, idempotency_key="a")
    again = refund_payment(container, intent, amount=50, idempotency_key="a")
    other = refund_payment(container, intent, amount=50, idempotency_key="b")

    assert first.id == again.id != other.id
    assert refunded(stripe_wire) == [5000, 5000]


def test_an_operator_is_told_what_is_too_much(container: Container, order: Order) -> None:
    """More than is left names the field; nothing left is a wrong state."""
    intent = str(order.payment_intent_id)
    with pytest.raises(InvalidRequest) as caught:
        refund_payment(container, intent, amount="400.01")
    assert caught.value.field == "amount"

    refund_payment(container, intent)
    with pytest.raises(WrongState):
        refund_payment(container, intent)


@pytest.mark.parametrize("course", ["event first", "refusal first", "at the next pass"])
def test_a_ticket_given_back_in_the_dashboard_goes_although_the_buyer_waits_for_all_of_them(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order, course: str
) -> None:
    """Their request for both cannot be submitted any more, and must not hold the one that went."""
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        give_back(container, order)
    stripe_wire.mend()
    refund_at_stripe(stripe_wire, order, amount=20000)

    clock.move(minutes=1)
    steps = [lambda: receive_all(container, stripe_wire), lambda: submit_requests(container)]
    if course == "at the next pass":
        steps = [lambda: reconcile(container)]
    for step in reversed(steps) if course == "refusal first" else steps:
        step()

    after = queries.any_order(container, order.id)
    assert (after.status, after.tickets_left) == (OrderStatus.PARTIALLY_REFUNDED, 1)
    assert (after.amount_refunding, after.amount_refunded) == (20000, 20000)
    assert (seats(container), refunded(stripe_wire), balance(container)) == ((0, 1), [20000], 20000)
    assert sorted(told(container)) == ["payment_confirmed", "refund_failed", "refund_succeeded"]
    assert quote_refund(container, ANN, order.id).amount == 20000
    assert give_back(container, order) is RefundStatus.SUCCEEDED
    assert (status(container, order), seats(container), balance(container)) == (
        OrderStatus.REFUNDED,
        (0, 0),
        0,
    )
    assert reconcile(container).keys() <= {"open", "unchanged"}
