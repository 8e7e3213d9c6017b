"""Releasing an unpaid order's seats, on both databases: once, and whoever pays is made good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, receive_all
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import inventory
from ticket_clerk.ticketing.domain.errors import OrderNotFound, PaymentError, WrongState
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.box_office import release_seats
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

SEATS = {"show_id": "lakers-warriors", "section_id": "101"}


def _order(shop: Container, buyer: Buyer = ANN, quantity: int = 2) -> Order:
    return start_checkout(shop, buyer, **SEATS, quantity=quantity)


def _left(shop: Container) -> int:
    with shop.database.read() as conn:
        return inventory.seats_left(conn, **SEATS)


def test_released_seats_are_for_sale_and_the_link_still_works(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The buyer who pays gets them, as long as there are any."""
    before = _left(container)
    order = _order(container)
    assert _left(container) == before - 2

    release_seats(container, order.id)

    released = queries.any_order(container, order.id)
    assert (released.status, released.is_held, _left(container)) == (
        OrderStatus.OPEN,
        False,
        before,
    )
    stripe_wire.standin.pay(order.checkout_session_id)
    receive_all(container, stripe_wire)
    assert queries.any_order(container, order.id).status is OrderStatus.PAID
    assert _left(container) == before - 2


def test_who_pays_when_the_seats_are_gone_gets_the_money_back(
    container: Container, stripe_wire: StripeWire
) -> None:
    """All of it; the seats are whose payment came first."""
    order = _order(container)
    release_seats(container, order.id)
    table = schema.sections
    with container.database.begin() as conn:
        is_it = (table.c.show_id == SEATS["show_id"]) & (table.c.id == SEATS["section_id"])
        conn.execute(sa.update(table).where(is_it).values(seats=table.c.sold + table.c.held + 1))

    stripe_wire.standin.pay(order.checkout_session_id)
    receive_all(container, stripe_wire)

    assert queries.any_order(container, order.id).status is not OrderStatus.PAID
    assert _left(container) == 1


def test_seats_are_released_once(container: Container) -> None:
    """Of many at the same moment one does it, and each seat comes back once."""
    before = _left(container)
    order = _order(container)

    def release(_: int) -> bool:
        try:
            release_seats(container, order.id)
        except WrongState:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(release, range(8))) == 1
    assert _left(container) == before


def test_of_a_payment_and_a_release_at_once_both_may_come_first(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Whoever does, the order is paid, its seats are sold once, and nothing stays held."""
    before = _left(container)
    for number in range(6):
        order = _order(container, Buyer("web", f"buyer-{number}"), 1)
        stripe_wire.standin.pay(order.checkout_session_id)
        session = container.stripe.get_checkout_session(str(order.checkout_session_id))

        def pay(order: Order = order, session=session) -> None:  # type: ignore[no-untyped-def]
            with container.database.begin() as conn:
                settlement.settle(conn, order.id, session, now=container.now())

        with ThreadPoolExecutor(2) as pool:
            paid, released = pool.submit(pay), pool.submit(release_seats, container, order.id)
            paid.result(120)
            assert isinstance(released.exception(120), (WrongState, type(None)))
        assert queries.any_order(container, order.id).status is OrderStatus.PAID
        with container.database.read() as conn:
            assert not inventory.has_hold(conn, order.id)
        assert _left(container) == before - number - 1


@pytest.mark.takes_turns
@pytest.mark.parametrize("what", ["nobody", "paid", "season", "twice"])
def test_what_has_nothing_to_release_is_left_as_it_is(
    container: Container, stripe_wire: StripeWire, what: str
) -> None:
    """No such order, one that is paid, one that holds no seats, one that was released."""
    if what == "nobody":
        order_id, refusal = "ord_of_nobody", OrderNotFound
    elif what == "paid":
        order_id, refusal = buy(container, stripe_wire).id, WrongState
    elif what == "season":
        season = start_season_ticket(container, ANN, season_ticket_id="lakers-season")
        order_id, refusal = season.id, WrongState
    else:
        order_id, refusal = _order(container).id, WrongState
        release_seats(container, order_id)
    left = _left(container)

    with pytest.raises(refusal) as refused:
        release_seats(container, order_id)

    assert isinstance(refused.value, PaymentError)
    assert _left(container) == left
