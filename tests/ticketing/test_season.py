"""Season tickets: subscribed to once, confirmed once, known as Stripe has them, no seat held."""

from __future__ import annotations

import pytest

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, balance, pay, receive_all, told
from tests.ticketing.seasons import BOB, known, start, subscribe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.errors import (
    AlreadySubscribed,
    InvalidQuantity,
    OrderNotCancelable,
    ShowNotOnSale,
    StripeRejected,
    StripeUnavailable,
    TooManyOpenOrders,
    TooManyTickets,
)
from ticket_clerk.ticketing.domain.models import Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import (
    cancel_order,
    refresh_order,
    resume_checkout,
    start_checkout,
)
from ticket_clerk.ticketing.subscriptions.season_tickets import (
    cancel_season_ticket,
    season_tickets_of,
    start_season_ticket,
)


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """A season ticket of $1,500 a year, paid and confirmed."""
    return subscribe(container, stripe_wire)


def test_a_season_ticket_is_an_order_with_a_link_to_subscribe(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The page is for a subscription of that interval, and no seat is held for it."""
    order = start(container, quantity=2)

    assert (order.kind, order.status) == (OrderKind.SUBSCRIPTION, OrderStatus.OPEN)
    assert (order.quantity, order.amount_total, order.interval) == (2, 300000, "year")
    session = stripe_wire.sessions()[0]
    assert (session["mode"], session["url"]) == ("subscription", order.checkout_url)
    assert session["metadata"] == {"order_id": order.id, "service": "ticket-clerk"}
    with container.database.read() as conn:
        assert conn.execute(schema.holds.select()).all() == []


def test_asking_again_gives_the_same_order_and_another_number_another_one(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Safe to repeat, as a purchase is; of two numbers only the last can be paid."""
    order = start(container)

    assert start(container) == order
    two = start(container, quantity=2)
    assert two.id != order.id
    assert queries.any_order(container, order.id).status is OrderStatus.CANCELED
    statuses = {session["id"]: session["status"] for session in stripe_wire.sessions()}
    assert statuses == {order.checkout_session_id: "expired", two.checkout_session_id: "open"}


def test_another_number_after_the_payment_is_not_sold_beside_it(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The page was paid, its webhook not yet here: they have a season ticket already."""
    order = start(container)
    stripe_wire.standin.pay(order.checkout_session_id)

    with pytest.raises(AlreadySubscribed):
        start(container, quantity=2)

    assert queries.any_order(container, order.id).status is OrderStatus.PAID
    assert len(queries.orders_of(container, ANN)) == 1


@pytest.mark.takes_turns
@pytest.mark.parametrize(
    ("season_ticket_id", "quantity", "refusal"),
    [
        ("nobody-plays-this", 1, ShowNotOnSale),
        ("lakers-warriors", 1, ShowNotOnSale),
        ("lakers-season", 0, InvalidQuantity),
        ("lakers-season", 9, TooManyTickets),
    ],
)
def test_what_is_not_for_sale_is_refused_and_nothing_stored(
    container: Container, season_ticket_id: str, quantity: int, refusal: type[Exception]
) -> None:
    """The catalog says what there is, and how many one order may be for."""
    with pytest.raises(refusal):
        start_season_ticket(container, ANN, season_ticket_id=season_ticket_id, quantity=quantity)

    assert queries.orders_of(container, ANN) == []


def test_a_buyer_has_three_unpaid_orders_at_most(container: Container) -> None:
    """Season tickets count as any other order."""
    for quantity in (1, 2, 3):
        start_checkout(
            container, ANN, show_id="lakers-warriors", section_id="101", quantity=quantity
        )

    with pytest.raises(TooManyOpenOrders):
        start(container)


def test_a_lost_answer_is_asked_for_again_and_makes_no_second_page(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The order is kept, and its key finds the session that was made."""
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        start(container)
    stripe_wire.mend()

    order = resume_checkout(container, ANN, queries.orders_of(container, ANN)[0].id)

    assert start(container) == order
    assert [session["id"] for session in stripe_wire.sessions()] == [order.checkout_session_id]


def test_a_refusal_of_stripes_cancels_the_order(
    container: Container, stripe_wire: StripeWire
) -> None:
    """What can never be right is not asked for again."""
    stripe_wire.refuse()

    with pytest.raises(StripeRejected):
        start(container)

    assert [order.status for order in queries.orders_of(container, ANN)] == [OrderStatus.CANCELED]


def test_an_unpaid_season_ticket_is_canceled_as_any_order(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Its page is closed at Stripe, and another can be bought."""
    order = cancel_order(container, ANN, start(container).id)

    assert order.status is OrderStatus.CANCELED
    assert stripe_wire.sessions()[0]["status"] == "expired"
    assert start(container).id != order.id


def test_an_abandoned_season_ticket_expires(container: Container, clock: MovableClock) -> None:
    """Nobody paid in time: the order is closed and the buyer told."""
    order = start(container)
    clock.move(minutes=36)

    assert reconcile(container) == {"expired": 1}
    assert queries.any_order(container, order.id).status is OrderStatus.EXPIRED
    assert told(container) == ["checkout_expired"]


def test_a_paid_season_ticket_is_confirmed_and_written_down_once(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Every event twice: one payment, one message, one subscription, and it is active."""
    receive_all(container, stripe_wire)

    assert (order.status, order.kind) == (OrderStatus.PAID, OrderKind.SUBSCRIPTION)
    assert str(order.payment_intent_id).startswith("pi_")
    subscription = known(container, order)
    assert (subscription.status, subscription.cancel_at_period_end) == ("active", False)
    assert subscription.current_period_end is not None
    assert 364 <= (subscription.current_period_end - order.created_at).days <= 366
    assert (told(container), balance(container)) == (["payment_confirmed"], 150000)


@pytest.mark.parametrize("find", [refresh_order, cancel_order, reconcile])
def test_a_payment_whose_webhooks_were_lost_is_found(
    container: Container, stripe_wire: StripeWire, find: object
) -> None:
    """By the buyer's question, by their request to cancel, and by the next pass over the orders."""
    order = start(container)
    stripe_wire.standin.pay(order.checkout_session_id)

    if find is refresh_order:
        refresh_order(container, ANN, order.id)
    elif find is reconcile:
        assert reconcile(container) == {"paid": 1}
    else:
        with pytest.raises(OrderNotCancelable):
            cancel_order(container, ANN, order.id)

    assert queries.any_order(container, order.id).status is OrderStatus.PAID
    receive_all(container, stripe_wire)
    assert (told(container), balance(container)) == (["payment_confirmed"], 150000)
    assert known(container, order).status == "active"


def test_a_wrong_sum_needs_attention_and_can_still_be_ended(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Money came that is not the price: somebody looks at it, and the subscription is known."""
    order = start(container)
    with container.database.begin() as conn:
        conn.execute(schema.orders.update().values(unit_amount=140000, amount_total=140000))

    order = pay(container, stripe_wire, order)

    assert order.status is OrderStatus.NEEDS_ATTENTION
    assert (told(container), balance(container)) == (["payment_needs_attention"], 150000)
    assert cancel_season_ticket(container, ANN, order.id).cancel_at_period_end


def test_who_has_a_season_ticket_is_not_sold_another_of_that_kind(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Until it has ended; and others may have their own."""
    with pytest.raises(AlreadySubscribed) as caught:
        start(container, quantity=2)
    assert caught.value.order_id == order.id
    assert start(container, buyer=BOB).status is OrderStatus.OPEN

    container.stripe.cancel_subscription(known(container, order).id, at_period_end=False)
    receive_all(container, stripe_wire)

    assert start(container).status is OrderStatus.OPEN


def test_his_season_tickets_are_as_stripe_has_them(container: Container, order: Order) -> None:
    """Asked for at this moment, though no event has come; and nobody else's."""
    container.stripe.cancel_subscription(known(container, order).id, at_period_end=True)

    assert not known(container, order).cancel_at_period_end
    [(found, subscription)] = season_tickets_of(container, ANN)
    assert (found.id, subscription.cancel_at_period_end) == (order.id, True)
    assert season_tickets_of(container, BOB) == []


def test_without_stripe_his_season_tickets_are_as_lastknown(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """An old answer is better than none, and says how old it is."""
    stripe_wire.cut()

    [(found, subscription)] = season_tickets_of(container, ANN)

    assert found == order
    assert subscription == known(container, order)


def test_what_is_sent_to_stripe_is_the_order_as_it_was_made(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The catalog has another interval by the time the lost answer is asked for again."""
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        start(container)
    stripe_wire.mend()
    with container.database.begin() as conn:
        conn.execute(schema.season_tickets.update().values(interval="month", unit_amount=1))

    order = start(container)

    assert (order.interval, order.amount_total) == ("year", 150000)
    assert len(stripe_wire.sessions()) == 1
