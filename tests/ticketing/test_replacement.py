"""Another order instead of an unpaid one: the old page is closed first, the seats change hands."""

from __future__ import annotations

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, receive_all, seats, status
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import (
    OrderNotCancelable,
    OrderNotFound,
    SoldOut,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries, replacement
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order

BEA = Buyer("rest", "bea")
GAME = "lakers-warriors"


@pytest.fixture
def old(container: Container) -> Order:
    """Two seats in section 101, not paid yet."""
    return start_checkout(container, ANN, show_id=GAME, section_id="101", quantity=2)


def session_status(wire: StripeWire, order: Order) -> str:
    """What Stripe says of the order's page."""
    mine = [one for one in wire.sessions() if one["id"] == order.checkout_session_id]
    return str(mine[0]["status"])


def test_the_new_order_takes_the_place_of_the_old(
    container: Container, stripe_wire: StripeWire, old: Order
) -> None:
    """The old page is closed at Stripe, its seats are free, the new one has a link."""
    new = replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 3))

    assert (status(container, old), new.status) == (OrderStatus.CANCELED, OrderStatus.OPEN)
    assert session_status(stripe_wire, old) == "expired"
    assert (seats(container, "101"), seats(container, "201")) == ((0, 0), (3, 0))
    assert new.checkout_url
    assert new.amount_total == 3 * 35000


def test_the_events_of_the_closed_page_change_nothing_more(
    container: Container, stripe_wire: StripeWire, old: Order
) -> None:
    """Stripe tells of it afterwards, and perhaps twice."""
    replace_order(container, ANN, old.id, SeatRequest(GAME, "101", 3))

    receive_all(container, stripe_wire)
    receive_all(container, stripe_wire)

    assert seats(container, "101") == (3, 0)
    assert queries.unread_messages(container, ANN) == []


def test_the_same_request_twice_is_one_order(container: Container, old: Order) -> None:
    """An impatient yes, or one that a crash left without an answer; also for the last seats."""
    start_checkout(container, BEA, show_id=GAME, section_id="201", quantity=7)

    first = replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 3))
    second = replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 3))

    assert (second.id, second.checkout_url) == (first.id, first.checkout_url)
    assert len(queries.orders_of(container, ANN)) == 2


def test_what_was_paid_meanwhile_stays(
    container: Container, stripe_wire: StripeWire, old: Order
) -> None:
    """The payment is settled at once, and nothing else is ordered."""
    stripe_wire.standin.pay(old.checkout_session_id)

    with pytest.raises(OrderNotCancelable, match="paid"):
        replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 3))

    assert status(container, old) is OrderStatus.PAID
    assert (seats(container, "101"), seats(container, "201")) == ((0, 2), (0, 0))


def test_without_room_the_old_order_goes_on(
    container: Container, stripe_wire: StripeWire, old: Order
) -> None:
    """Its page is not touched."""
    start_checkout(container, BEA, show_id=GAME, section_id="201", quantity=8)

    with pytest.raises(SoldOut) as refused:
        replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 3))

    assert refused.value.seats_left == 2
    assert (status(container, old), session_status(stripe_wire, old)) == (OrderStatus.OPEN, "open")


def test_ones_own_seats_count_as_room(container: Container) -> None:
    """Of ten seats somebody has eight and Ann two: she may have two again, or one."""
    start_checkout(container, BEA, show_id=GAME, section_id="201", quantity=8)
    old = start_checkout(container, ANN, show_id=GAME, section_id="201", quantity=2)

    new = replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 1))

    assert new.quantity == 1
    assert seats(container, "201") == (9, 0)


def test_stripe_away_leaves_the_old_order_open(
    container: Container, stripe_wire: StripeWire, old: Order
) -> None:
    """As long as its page may be paid, its seats are held."""
    stripe_wire.cut()

    with pytest.raises(StripeUnavailable):
        replace_order(container, ANN, old.id, SeatRequest(GAME, "201", 3))

    assert status(container, old) is OrderStatus.OPEN
    assert (seats(container, "101"), seats(container, "201")) == ((2, 0), (0, 0))


def test_somebody_elses_order_is_not_replaced(container: Container, old: Order) -> None:
    """It is as if it did not exist."""
    with pytest.raises(OrderNotFound):
        replace_order(container, BEA, old.id, SeatRequest(GAME, "201", 1))


def _faster(container: Container) -> None:
    """Somebody takes what Ann wanted while Stripe closes her page."""
    start_checkout(container, BEA, show_id=GAME, section_id="201", quantity=8)


def test_who_loses_the_race_keeps_what_he_had(container: Container, old: Order) -> None:
    """The seats that came free in the same transaction are the buyer's again, with a new link."""
    wanted = SeatRequest(GAME, "201", 3)
    session = replacement._close(container, old)
    _faster(container)

    with pytest.raises(SoldOut):
        replacement._swap(container, old, session, wanted)

    kept = queries.orders_of(container, ANN)[0]
    assert (kept.section_id, kept.quantity, kept.status) == ("101", 2, OrderStatus.OPEN)
    assert kept.checkout_url
    assert seats(container, "101") == (2, 0)


def test_canceling_first_and_ordering_then_loses_both(container: Container, old: Order) -> None:
    """The control: two transactions, and a third buyer between them."""
    cancel_order(container, ANN, old.id)
    _faster(container)

    with pytest.raises(SoldOut):
        start_checkout(container, ANN, show_id=GAME, section_id="201", quantity=3)

    assert seats(container, "101") == (0, 0)
