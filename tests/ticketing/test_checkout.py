"""From an order to its link, against a Stripe that answers, is late, refuses or is away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import (
    InvalidQuantity,
    OrderNotCancelable,
    OrderNotFound,
    ShowNotOnSale,
    SoldOut,
    StripeRejected,
    StripeUnavailable,
    TooManyOpenOrders,
    TooManyTickets,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import (
    cancel_order,
    refresh_order,
    resume_checkout,
    start_checkout,
)

ANN = Buyer("rest", "ann")
BOB = Buyer("rest", "bob")


def _buy(container: Container, buyer: Buyer = ANN, **changes: object) -> Order:
    wanted = {"show_id": "lakers-warriors", "section_id": "101", "quantity": 2, **changes}
    return start_checkout(container, buyer, **wanted)  # type: ignore[arg-type]


def _left(container: Container, show_id: str = "lakers-warriors", section_id: str = "101") -> int:
    show = next(show for show in queries.catalog(container).shows if show.id == show_id)
    return next(section.seats_left for section in show.sections if section.id == section_id)


def test_an_order_gets_a_link_and_holds_its_seats(container: Container) -> None:
    """The session says whose order it is, closes before the hold does and costs the list price."""
    order = _buy(container)

    session = container.stripe.get_checkout_session(str(order.checkout_session_id))
    assert re.fullmatch(r"ord_[A-Za-z0-9]{16}", order.id)
    assert order.checkout_url == session.url
    assert (session.amount_total, session.currency) == (40000, "usd")
    assert session.metadata == {"order_id": order.id, "service": "ticket-clerk"}
    assert session.client_reference_id == order.id
    assert order.hold_expires_at > order.expires_at
    assert _left(container) == 38


def test_the_same_request_again_is_the_same_order(container: Container) -> None:
    """Saying it twice does not buy twice."""
    assert _buy(container) == _buy(container)
    assert len(queries.orders_of(container, ANN)) == 1
    assert _left(container) == 38


def test_another_request_is_another_order(container: Container) -> None:
    """Two shows, two orders."""
    assert _buy(container).id != _buy(container, quantity=3).id


@pytest.mark.takes_turns
@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ({"quantity": 0}, InvalidQuantity),
        ({"quantity": -1}, InvalidQuantity),
        ({"quantity": 2.5}, InvalidQuantity),
        ({"quantity": True}, InvalidQuantity),
        ({"quantity": 9}, TooManyTickets),
        ({"show_id": "nowhere"}, ShowNotOnSale),
        ({"section_id": "999"}, ShowNotOnSale),
        ({"show_id": "last-seat", "section_id": "front", "quantity": 2}, SoldOut),
    ],
)
def test_what_cannot_be_is_refused_and_holds_nothing(
    container: Container, wanted: dict[str, object], error: type[Exception]
) -> None:
    """A refusal leaves neither order nor hold."""
    before = queries.catalog(container)

    with pytest.raises(error):
        _buy(container, **wanted)

    assert queries.orders_of(container, ANN) == []
    assert queries.catalog(container) == before


def test_a_fourth_unpaid_order_is_refused_and_holds_nothing(container: Container) -> None:
    """Nobody can hold the house without paying; others may go on buying."""
    for quantity in (1, 2, 3):
        _buy(container, quantity=quantity)

    with pytest.raises(TooManyOpenOrders):
        _buy(container, quantity=4)

    assert _left(container) == 34
    assert _buy(container, BOB, quantity=4).status is OrderStatus.OPEN


def test_when_stripe_is_away_the_hold_stays_and_the_next_try_makes_one_session(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The buyer asks again and gets the link of the very same order."""
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        _buy(container)
    assert _left(container) == 38
    stripe_wire.mend()

    order = _buy(container)

    assert order.checkout_url
    assert _left(container) == 38
    assert len(stripe_wire.sessions()) == 1


def test_when_stripes_answer_is_lost_its_session_is_found_again(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The work was done and the answer dropped: the same key finds it, no second session."""
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        _buy(container)
    stripe_wire.mend()
    (open_order,) = queries.orders_of(container, ANN)

    order = resume_checkout(container, ANN, open_order.id)

    assert [session["id"] for session in stripe_wire.sessions()] == [order.checkout_session_id]


def test_when_stripe_refuses_the_order_is_canceled_and_the_seats_are_back(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Asking again would be refused again, so nothing stays held."""
    stripe_wire.refuse()
    with pytest.raises(StripeRejected):
        _buy(container)

    (order,) = queries.orders_of(container, ANN)
    assert order.status is OrderStatus.CANCELED
    assert _left(container) == 40


def test_a_canceled_order_cannot_be_paid_and_frees_its_seats(container: Container) -> None:
    """The session is closed at Stripe before the seats go."""
    order = _buy(container)

    canceled = cancel_order(container, ANN, order.id)

    session = container.stripe.get_checkout_session(str(order.checkout_session_id))
    assert canceled.status is OrderStatus.CANCELED
    assert session.status == "expired"
    assert _left(container) == 40
    assert cancel_order(container, ANN, order.id) == canceled


def test_an_order_that_is_being_canceled_is_not_sold_again(container: Container) -> None:
    """Its link is about to close: the same request makes a new order."""
    order = _buy(container)
    with container.database.begin() as conn:
        orders.request_cancellation(conn, order.id, at=container.now())

    assert _buy(container).id != order.id


def test_an_order_without_a_link_can_be_canceled(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The session that Stripe may have made is found by its key and closed."""
    stripe_wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        _buy(container)
    stripe_wire.mend()
    (order,) = queries.orders_of(container, ANN)

    assert cancel_order(container, ANN, order.id).status is OrderStatus.CANCELED
    assert [session["status"] for session in stripe_wire.sessions()] == ["expired"]


def test_an_order_stays_open_when_stripe_cannot_close_it(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Otherwise somebody could pay for seats that were sold again."""
    order = _buy(container)
    stripe_wire.cut()

    with pytest.raises(StripeUnavailable):
        cancel_order(container, ANN, order.id)

    assert queries.any_order(container, order.id).status is OrderStatus.OPEN
    assert _left(container) == 38


def test_canceling_a_paid_order_finds_the_money_first(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Paid a moment ago, webhook still under way: it is paid, not canceled."""
    order = _buy(container)
    stripe_wire.standin.pay(order.checkout_session_id)

    with pytest.raises(OrderNotCancelable):
        cancel_order(container, ANN, order.id)

    assert queries.any_order(container, order.id).status is OrderStatus.PAID


def test_asking_about_a_paid_order_settles_it_before_the_webhook(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Stripe knows, so the buyer needn't wait for the webhook."""
    order = _buy(container)
    stripe_wire.standin.pay(order.checkout_session_id)

    assert refresh_order(container, ANN, order.id).status is OrderStatus.PAID
    assert len(queries.unread_messages(container, ANN)) == 1


@pytest.mark.parametrize("buyer", [BOB, Buyer("socketio", "ann")])
def test_another_sender_gets_nothing_of_an_order(container: Container, buyer: Buyer) -> None:
    """An order belongs to its channel and sender together; others are told that there is none."""
    order = _buy(container)

    for use_case in (cancel_order, refresh_order, resume_checkout):
        with pytest.raises(OrderNotFound):
            use_case(container, buyer, order.id)

    assert queries.orders_of(container, buyer) == []
    assert queries.orders_of(container, ANN) == [order]


def test_the_link_lives_as_long_as_the_order_says(container: Container) -> None:
    """35 minutes: Stripe's least is 30, counted from its own clock."""
    order = _buy(container)

    assert timedelta(minutes=34) < order.expires_at - order.created_at <= timedelta(minutes=35)
