"""Seats that come back are held for who has waited longest, once, and told in the same commit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, told
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import waits
from ticket_clerk.ticketing.domain.errors import PaymentError, ShowNotOnSale, TooManyTickets
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, place_order, start_checkout
from ticket_clerk.ticketing.waiting_list import (
    join_waiting_list,
    leave_waiting_list,
    offer_seats,
    waits_of,
)

BEA, CAL, DAN = Buyer("rest", "bea"), Buyer("rest", "cal"), Buyer("socketio", "dan")
LAST = {"show_id": "last-seat", "section_id": "front", "quantity": 1}


@pytest.fixture
def held(container: Container) -> Order:
    """The only seat of The Last Seat, held for Ann."""
    return start_checkout(container, ANN, **LAST)


def wait(container: Container, *buyers: Buyer) -> None:
    """Let buyers wait for the last seat, one after the other."""
    for buyer in buyers:
        join_waiting_list(container, buyer, **LAST)


def open_orders(container: Container, buyer: Buyer) -> list[Order]:
    """A buyer's orders that wait for their payment."""
    return [o for o in queries.orders_of(container, buyer) if o.status is OrderStatus.OPEN]


def test_nobody_is_served_while_there_is_no_seat(container: Container, held: Order) -> None:
    """And nothing is promised."""
    wait(container, BEA)

    assert offer_seats(container) == 0
    assert (told(container, BEA), len(waits_of(container, BEA))) == ([], 1)


def test_a_seat_that_comes_back_is_held_for_the_oldest(container: Container, held: Order) -> None:
    """They get an order with its link, and are notified; the next one goes on waiting."""
    wait(container, BEA, CAL)
    cancel_order(container, ANN, held.id)

    assert offer_seats(container) == 1

    (order,) = open_orders(container, BEA)
    assert (order.section_id, order.quantity, order.amount_total) == ("front", 1, 4000)
    assert order.checkout_url
    assert (order.expires_at - container.now()).total_seconds() > 30 * 60
    assert told(container, BEA) == ["seats_back"]
    assert waits_of(container, BEA) == []
    assert (open_orders(container, CAL), told(container, CAL)) == ([], [])


def test_new_buyers_who_waited_get_their_turn(container: Container, held: Order) -> None:
    """HOLD_SEATS_FOR=returning, too: a link without the seat would go to all who wait at once."""
    strict = replace(container, settings=replace(container.settings, hold_seats_for="returning"))
    wait(strict, BEA, CAL)
    cancel_order(strict, ANN, held.id)

    assert [offer_seats(strict) for _ in range(2)] == [1, 0]
    assert [order.is_held for order in open_orders(strict, BEA)] == [True]
    assert (told(strict, CAL), len(waits_of(strict, CAL))) == ([], 1)


def test_he_is_told_once_however_often_the_pass_is_made(container: Container, held: Order) -> None:
    """Their place is gone with the first."""
    wait(container, BEA)
    cancel_order(container, ANN, held.id)

    assert [offer_seats(container) for _ in range(3)] == [1, 0, 0]
    assert told(container, BEA) == ["seats_back"]


def test_what_is_not_paid_in_time_is_the_next_ones(
    container: Container, held: Order, clock: MovableClock
) -> None:
    """The hold ends with the link, and who waited second is served."""
    wait(container, BEA, CAL)
    cancel_order(container, ANN, held.id)
    offer_seats(container)

    clock.move(minutes=50)
    reconcile(container, with_events=False)

    assert offer_seats(container) == 1
    assert told(container, BEA) == ["seats_back", "checkout_expired"]
    assert len(open_orders(container, CAL)) == 1


def test_a_small_party_goes_before_a_big_one_that_does_not_fit(container: Container) -> None:
    """The oldest who fits; three seats are no use to four people."""
    stalls = {"show_id": "swan-lake-matinee", "section_id": "stalls"}
    for number in range(4):
        start_checkout(container, Buyer("rest", f"crowd-{number}"), quantity=7, **stalls)
    join_waiting_list(container, BEA, quantity=4, **stalls)
    join_waiting_list(container, CAL, quantity=2, **stalls)

    assert offer_seats(container) == 1
    assert (open_orders(container, BEA), len(open_orders(container, CAL))) == ([], 1)


def test_any_section_is_the_cheapest_with_room(container: Container) -> None:
    """Nobody is given a pricier seat than they have to."""
    join_waiting_list(container, BEA, show_id="lakers-warriors", section_id=None, quantity=2)

    offer_seats(container)

    assert open_orders(container, BEA)[0].section_id == "101"


def test_who_leaves_is_not_served(container: Container, held: Order) -> None:
    """Leaving twice is leaving once."""
    wait(container, BEA)

    assert len(leave_waiting_list(container, BEA, {"last-seat"})) == 1
    assert leave_waiting_list(container, BEA, {"last-seat"}) == []
    cancel_order(container, ANN, held.id)
    assert offer_seats(container) == 0


def test_joining_again_changes_the_request_and_keeps_the_place(container: Container) -> None:
    """One place a buyer and show."""
    first = join_waiting_list(
        container, BEA, show_id="lakers-warriors", section_id="101", quantity=2
    )
    second = join_waiting_list(
        container, BEA, show_id="lakers-warriors", section_id=None, quantity=3
    )

    assert (second.id, second.created_at) == (first.id, first.created_at)
    assert [(w.section_id, w.quantity) for w in waits_of(container, BEA)] == [(None, 3)]


def test_one_waits_only_for_what_could_be_bought(container: Container) -> None:
    """A show that is for sale, and not more tickets than one order may have."""
    with pytest.raises(ShowNotOnSale):
        join_waiting_list(container, BEA, show_id="long-gone", section_id=None, quantity=1)
    with pytest.raises(TooManyTickets):
        join_waiting_list(container, BEA, show_id="last-seat", section_id=None, quantity=9)


def test_who_has_three_unpaid_orders_keeps_his_place(container: Container, held: Order) -> None:
    """The seat goes to the next one meanwhile, and to the first once they have room."""
    wait(container, BEA, CAL)
    made = [
        start_checkout(container, BEA, show_id="lakers-warriors", section_id="101", quantity=number)
        for number in (1, 2, 3)
    ]
    cancel_order(container, ANN, held.id)

    assert offer_seats(container) == 1
    assert len(open_orders(container, BEA)) == 3
    (own,) = open_orders(container, CAL)

    cancel_order(container, CAL, own.id)
    cancel_order(container, BEA, made[0].id)
    assert offer_seats(container) == 1
    assert told(container, BEA) == ["seats_back"]


def test_stripe_away_holds_the_seat_all_the_same(
    container: Container, held: Order, stripe_wire: StripeWire
) -> None:
    """The link is made up for; the place is not lost."""
    wait(container, BEA)
    cancel_order(container, ANN, held.id)
    stripe_wire.cut()

    assert offer_seats(container) == 1
    (order,) = open_orders(container, BEA)
    assert order.checkout_url is None


def test_several_workers_serve_one_buyer_once(
    container: Container, held: Order, make_container: Callable[[], Container]
) -> None:
    """Four at the same moment, as on several machines."""
    wait(container, BEA, CAL, DAN)
    cancel_order(container, ANN, held.id)
    workers = [make_container() for _ in range(4)]
    barrier = threading.Barrier(len(workers))

    def serve(worker: Container) -> None:
        barrier.wait()
        try:
            offer_seats(worker)
        except (PaymentError, DBAPIError):
            return

    threads = [threading.Thread(target=serve, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    offer_seats(container)

    assert len(open_orders(container, BEA)) == 1
    assert (open_orders(container, CAL), open_orders(container, DAN)) == ([], [])


def _late_worker(container: Container) -> tuple[waits.Wait, Order]:
    """A place that one worker has read, while another serves it and Bea declines."""
    wait(container, BEA)
    (read,) = waits_of(container, BEA)
    offer_seats(container)
    (order,) = open_orders(container, BEA)
    cancel_order(container, BEA, order.id)
    return read, order


def test_a_late_worker_finds_the_place_gone(container: Container) -> None:
    """What was read before is decided by the row itself."""
    read, _ = _late_worker(container)

    with container.database.begin() as conn:
        assert not waits.end_wait(conn, read)
    assert offer_seats(container) == 0
    assert open_orders(container, BEA) == []


def test_without_looking_at_the_row_a_late_worker_orders_again(container: Container) -> None:
    """The control: an order that Bea has turned down a moment ago."""
    read, declined = _late_worker(container)

    with container.database.begin() as conn:
        waits.end_wait(conn, read)  # its answer is not looked at
        place_order(conn, container, read.buyer, **LAST)

    (order,) = open_orders(container, BEA)
    assert order.id != declined.id
