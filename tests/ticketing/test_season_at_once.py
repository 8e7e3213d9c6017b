"""Several do the same with one buyer's orders at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, balance, receive, told
from tests.ticketing.seasons import known, start, subscribe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.subscriptions.season_tickets import cancel_season_ticket

Result = TypeVar("Result")


def _at_once(works: list[Callable[[], Result]]) -> list[Result]:
    barrier = threading.Barrier(len(works))
    results: list[Result] = []

    def run(work: Callable[[], Result]) -> None:
        barrier.wait()
        results.append(work())

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_all_events_of_a_payment_at_once_pay_once(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Each in a thread of its own and each twice, as several deliveries under way are."""
    order = start(container)
    stripe_wire.standin.pay(order.checkout_session_id)
    events = [event for event in stripe_wire.events() if event["type"] != "charge.updated"]

    outcomes = _at_once([partial(receive, container, event) for event in events * 2])

    assert len(outcomes) == 2 * len(events)
    assert queries.any_order(container, order.id).status is OrderStatus.PAID
    assert (told(container), balance(container)) == (["payment_confirmed"], 150000)


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """A season ticket of $1,500 a year, paid and confirmed."""
    return subscribe(container, stripe_wire)


def test_two_who_end_it_at_once_end_it_once(
    make_container: Callable[[], Container], container: Container, order: Order
) -> None:
    """Two processes with the same request: both find it ending, and it is told once."""
    shops = [make_container(), make_container()]

    ended = _at_once([partial(cancel_season_ticket, one, ANN, order.id) for one in shops])

    assert [subscription.cancel_at_period_end for subscription in ended] == [True, True]
    assert known(container, order).cancel_requested_at is None
    assert told(container) == ["payment_confirmed", "season_canceling"]


def _start_checkout(container: Container) -> Order:
    return start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)


@pytest.mark.parametrize("begin", [start, _start_checkout], ids=["season ticket", "purchase"])
def test_several_who_ask_for_the_same_at_once_begin_one_order(
    make_container: Callable[[], Container],
    container: Container,
    stripe_wire: StripeWire,
    begin: Callable[[Container], Order],
) -> None:
    """A double click must not become two orders, nor two pages."""

    def try_to_begin(one: Container) -> None:
        # Stripe may say that another call with the same key is under way.
        with suppress(StripeUnavailable):
            begin(one)

    _at_once([partial(try_to_begin, make_container()) for _ in range(4)])

    [order] = queries.orders_of(container, ANN)
    assert begin(container).id == order.id
    assert len(stripe_wire.sessions()) == 1


# On SQLite writing transactions are alone.
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_without_the_buyers_lock_both_would_begin_one(container: Container) -> None:
    """Negative control: two transactions look, find nothing, and both store an order."""
    like = start(container)
    with container.database.begin() as conn:
        orders.transition(conn, like.id, OrderStatus.CANCELED, from_=[OrderStatus.OPEN])

    with container.database.begin() as first, container.database.begin() as second:
        for conn in (first, second):
            assert not any(o.status is OrderStatus.OPEN for o in orders.list_orders_of(conn, ANN))
        orders.insert_order(first, replace(like, id="ord_first", checkout_session_id=None))
        first.commit()
        orders.insert_order(second, replace(like, id="ord_second", checkout_session_id=None))

    open_orders = [o.id for o in queries.orders_of(container, ANN) if o.status is OrderStatus.OPEN]
    assert sorted(open_orders) == ["ord_first", "ord_second"]
