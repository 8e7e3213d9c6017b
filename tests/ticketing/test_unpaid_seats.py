"""Seats that are held and not paid: how many an address may have, and for how long."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay, seats, status
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import addresses
from ticket_clerk.ticketing.domain.errors import SoldOut, TooManyOpenOrders, TooManyUnpaidSeats
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import close_overdue
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.orders.ownership import note_address
from ticket_clerk.ticketing.orders.replacement import SeatRequest, replace_order
from ticket_clerk.ticketing.privacy.retention import forget_old

GAME = "lakers-warriors"
HOME = "192.0.2.7"
LIMIT = 32


def visitor(container: Container, number: int, address: str = HOME) -> Buyer:
    """Somebody in the web chat, at an address."""
    buyer = Buyer("web", f"web-{number:032x}")
    note_address(container, buyer, address)
    return buyer


def order(container: Container, buyer: Buyer, quantity: int, section_id: str = "101") -> Order:
    """Order seats of the game without paying."""
    return start_checkout(container, buyer, show_id=GAME, section_id=section_id, quantity=quantity)


def hold_all_that_one_can(container: Container, sessions: int = 14) -> int:
    """Order eight seats in each of many sessions from one address; returns the seats held."""
    for number in range(sessions):
        buyer = visitor(container, number)
        for section_id in ("101", "201"):
            with suppress(TooManyOpenOrders, SoldOut):
                order(container, buyer, 8, section_id)
    return seats(container, "101")[0] + seats(container, "201")[0]


def with_settings(container: Container, **settings: object) -> Container:
    """The same shop under other settings."""
    return replace(container, settings=replace(container.settings, **settings))


def test_an_address_holds_32_unpaid_seats_of_a_show(container: Container) -> None:
    """However many sessions it begins; the refusal says how many, and others still buy."""
    assert hold_all_that_one_can(container) == LIMIT

    with pytest.raises(TooManyUnpaidSeats, match="32"):
        order(container, visitor(container, 99), 1)
    assert order(container, visitor(container, 100, "192.0.2.8"), 8).is_held


def test_without_the_limit_one_address_holds_all_seats(container: Container) -> None:
    """The control: the same sessions take 48 of 50 seats."""
    assert hold_all_that_one_can(with_settings(container, unpaid_seats_per_address=0)) == 48


def test_paid_and_canceled_seats_count_no_more(
    container: Container, stripe_wire: StripeWire
) -> None:
    """What was paid is sold, and what was canceled is free."""
    ordered = [order(container, visitor(container, number), 8) for number in range(4)]
    pay(container, stripe_wire, ordered[0])
    cancel_order(container, ordered[1].buyer, ordered[1].id)

    assert order(container, visitor(container, 5), 8).is_held
    assert order(container, visitor(container, 6), 8, "201").is_held
    with pytest.raises(TooManyUnpaidSeats):
        order(container, visitor(container, 7), 1)


def test_programs_and_messengers_have_no_address(container: Container) -> None:
    """REST speaks for many buyers; a messenger knows its own."""
    for number in range(5):
        assert order(container, Buyer("rest", f"buyer-{number}"), 8).is_held


def crowd(container: Container, make_container: Callable[[], Container]) -> int:
    """Order from one address in two processes and two sections at once; returns the seats held."""
    shops = [container, make_container()]
    buyers = [visitor(container, number) for number in range(6)]

    def try_once(number: int) -> None:
        with suppress(TooManyUnpaidSeats, SoldOut):
            section_id = ("101", "201")[number % 2]
            order(shops[number % 2], buyers[number], 5, section_id)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(try_once, range(6)))
    return seats(container, "101")[0] + seats(container, "201")[0]


def test_of_many_at_once_no_more_are_held(
    container: Container, make_container: Callable[[], Container]
) -> None:
    """In two processes and different sections; the statement that stores the hold decides."""
    limited = with_settings(container, unpaid_seats_per_address=10)

    assert (
        crowd(limited, lambda: with_settings(make_container(), unpaid_seats_per_address=10)) == 10
    )


def test_two_that_count_before_either_holds_are_too_many(
    container: Container, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control, on PostgreSQL: without the address's lock each sees only its own seats."""
    if container.database.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writing transaction at a time")
    from ticket_clerk.ticketing.orders.checkout import place_order

    limited = with_settings(container, unpaid_seats_per_address=8)
    one, other = visitor(container, 1), visitor(container, 2)
    find = sa.select(schema.buyer_addresses.c.address_key)
    monkeypatch.setattr(addresses, "lock_address_of", lambda conn, _: conn.execute(find).scalar())
    with container.database.begin() as first, container.database.begin() as second:
        place_order(first, limited, one, show_id=GAME, section_id="101", quantity=8)
        place_order(second, limited, other, show_id=GAME, section_id="201", quantity=8)

    assert seats(container, "101")[0] + seats(container, "201")[0] == 16


def test_a_changed_order_keeps_the_first_ones_deadline(
    container: Container, clock: MovableClock, stripe_wire: StripeWire
) -> None:
    """ "Make it 7", "make it 8": nobody holds seats for longer by changing their mind."""
    buyer = visitor(container, 1)
    first = order(container, buyer, 6)
    changed = first
    for quantity in (7, 8, 7):
        clock.move(minutes=10)
        changed = replace_order(container, buyer, changed.id, SeatRequest(GAME, "101", quantity))
        assert changed.expires_at == first.expires_at
    assert close_overdue(container) == 0

    clock.move(minutes=6)
    assert close_overdue(container) == 1
    assert status(container, changed) is OrderStatus.EXPIRED
    assert seats(container, "101") == (0, 0)
    [page] = [one for one in stripe_wire.sessions() if one["id"] == changed.checkout_session_id]
    assert page["status"] == "expired"


def test_what_is_paid_at_the_deadline_is_paid(
    container: Container, clock: MovableClock, stripe_wire: StripeWire
) -> None:
    """The page is closed before the seats go, and Stripe says whether it was in time."""
    buyer = visitor(container, 1)
    first = order(container, buyer, 6)
    clock.move(minutes=1)
    changed = replace_order(container, buyer, first.id, SeatRequest(GAME, "101", 7))
    stripe_wire.standin.pay(changed.checkout_session_id)
    clock.move(minutes=34.5)

    assert close_overdue(container) == 1
    assert status(container, changed) is OrderStatus.PAID
    assert seats(container, "101") == (0, 7)


def test_a_shop_may_hold_seats_for_less(container: Container, clock: MovableClock) -> None:
    """HOLD_MINUTES=10, although Stripe's page is open for half an hour at least."""
    quick = with_settings(container, hold_minutes=10)
    made = order(quick, visitor(container, 1), 8)
    assert made.checkout_url
    clock.move(minutes=9)
    assert close_overdue(quick) == 0

    clock.move(minutes=1.1)
    assert close_overdue(quick) == 1
    assert seats(container, "101") == (0, 0)


def test_a_shop_may_hold_seats_for_returning_buyers_only(
    container: Container, stripe_wire: StripeWire
) -> None:
    """HOLD_SEATS_FOR=returning: a first order holds nothing and is sold when it is paid."""
    strict = with_settings(container, hold_seats_for="returning")
    buyer = visitor(container, 1)
    first = order(strict, buyer, 8)
    assert (first.is_held, seats(container, "101")) == (False, (0, 0))
    assert close_overdue(strict) == 0

    assert pay(strict, stripe_wire, first).status is OrderStatus.PAID
    assert seats(container, "101") == (0, 8)
    assert order(strict, buyer, 8).is_held


def test_addresses_are_no_addresses_and_are_forgotten(
    container: Container, clock: MovableClock
) -> None:
    """A keyed hash, for a week."""
    visitor(container, 1)
    with container.database.read() as conn:
        [row] = conn.execute(sa.select(schema.buyer_addresses)).all()
    assert HOME not in str(row)

    clock.move(days=8)
    assert forget_old(container) == 1
