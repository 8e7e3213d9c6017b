"""A show that is moved: told once, kept, or refunded without a fee until a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.conftest import SHOWS
from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, pay, refunded, told
from tests.ticketing.ticket_desk import tickets, worth
from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.errors import InvalidRequest, NotRefundable, ShowNotChangeable
from ticket_clerk.ticketing.domain.models import Order, PaidElsewhere
from ticket_clerk.ticketing.domain.show_changes import ShowState
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.box_office import sell_elsewhere, take_back
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.show_changes import (
    apply_changes,
    call_off_show,
    find_show,
    list_untold,
    move_show,
    progress_of,
)
from ticket_clerk.ticketing.waiting_list import (
    join_waiting_list,
    leave_waiting_list,
    waits_of,
)

SHOW = "lakers-warriors"


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """Two tickets of $200, for which a fee is kept."""
    order = buy(container, stripe_wire)
    with container.database.begin() as conn:
        conn.execute(sa.update(schema.orders).values(refund_fee="10%"))
    return order


def move(container: Container, days: int = 7, **where: str) -> ShowState:
    """Move the show by so many days, with refunds until a day before it was to be."""
    show = find_show(container, SHOW)
    first = datetime.fromisoformat("2031-01-15T19:30:00-08:00")
    until = first - timedelta(days=1)
    return move_show(
        container,
        show.id,
        starts_at=show.starts_at + timedelta(days=days),
        refund_until=until,
        **where,
    )


def test_every_buyer_is_told_once_and_keeps_their_tickets(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The order, its tickets and what is on sale say the new time and place."""
    sam = FormDriver(container)
    order = buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    show = move(container, venue="The Forum", city="Inglewood")
    assert move_show(
        container, SHOW, starts_at=show.starts_at, refund_until=show.change.refund_until
    ) == find_show(container, SHOW)
    for _ in range(2):
        apply_changes(container)

    moved = queries.any_order(container, order.id)
    assert (moved.starts_at, moved.venue) == (show.starts_at, "The Forum")
    assert worth(container, order) == ["valid", "valid"]
    assert {ticket.venue for ticket in tickets(container, order)} == {"The Forum"}
    (listed,) = (one for one in queries.catalog(container).shows if one.id == SHOW)
    assert (listed.starts_at, listed.city) == (show.starts_at, "Inglewood")
    assert sam.push() == ["utter_show_moved"]
    assert "The Forum" in sam.read_all()
    titles = [button["title"] for button in sam.said[0]["buttons"]]
    assert titles == ["No, keep the tickets", f"Refund {order.id}"]
    assert sam.push() == []
    progress = progress_of(container, find_show(container, SHOW))
    assert progress is not None
    assert (progress.waiting, progress.payments, progress.notices) == (0, 0, 1)


def test_until_the_day_all_money_goes_back_without_a_fee_and_after_it_the_policy_counts(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """The policy's deadline has moved with the show."""
    before = quote_refund(container, ANN, order.id, 1)
    move(container)
    apply_changes(container)
    free = quote_refund(container, ANN, order.id, 1)
    until = queries.any_order(container, order.id).free_refund_until
    assert until is not None
    clock.move(seconds=(until - container.now()).total_seconds() + 60)
    late = quote_refund(container, ANN, order.id, 1)

    assert [quote.fee for quote in (before, free, late)] == [2000, 0, 2000]
    clock.move(seconds=7 * 86400)
    with pytest.raises(NotRefundable, match="too late"):
        quote_refund(container, ANN, order.id, 1)
    assert refunded(stripe_wire) == []


def test_who_says_refund_gets_all_of_it(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """As any refund in the chat, and told as one."""
    move(container)
    apply_changes(container)
    quote = quote_refund(container, ANN, order.id)
    refund_tickets(
        container, ANN, order.id, quantity=quote.quantity, quote_version=quote.quote_version
    )

    assert refunded(stripe_wire) == [40000]
    assert told(container)[1:] == ["show_moved", "refund_succeeded"]


def test_loading_the_file_moves_nothing_back_until_it_says_something_else(
    container: Container,
) -> None:
    """Also after two moves; a third time in the file counts."""
    show = move(container)
    show = move(container, venue="The Forum")
    catalog = read_shows_file(SHOWS)
    _load(container, catalog)
    assert find_show(container, SHOW).starts_at == show.starts_at
    assert find_show(container, SHOW).venue == "The Forum"

    later = show.starts_at + timedelta(days=30)
    shows = [replace(one, starts_at=later) if one.id == SHOW else one for one in catalog.shows]
    _load(container, replace(catalog, shows=tuple(shows)))
    assert find_show(container, SHOW).starts_at == later


def test_who_ordered_after_the_move_is_told_nothing(
    container: Container, stripe_wire: StripeWire
) -> None:
    """They know; and who has not paid yet is told of the new date with their link."""
    start_checkout(container, ANN, show_id=SHOW, section_id="201", quantity=1)
    move(container)
    after = start_checkout(container, ANN, show_id=SHOW, section_id="101", quantity=2)
    apply_changes(container)
    pay(container, stripe_wire, after)
    apply_changes(container)

    assert told(container) == ["show_moved", "payment_confirmed"]


def test_a_moved_show_can_be_moved_again_and_called_off(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """Who was not told yet is told of the last thing only."""
    sam = FormDriver(container)
    buy(container, stripe_wire, buyer=sam.buyer, quantity=1)
    sam.push()
    for _ in range(2):
        move(container)
        apply_changes(container)
    assert sam.push() == ["utter_show_moved"]
    move(container)
    call_off_show(container, SHOW)
    apply_changes(container)

    assert sam.push() == ["utter_show_called_off"]
    with pytest.raises(ShowNotChangeable):
        move(container)


@pytest.mark.takes_turns
@pytest.mark.parametrize(("days", "until"), [(-10000, 1), (1, -1), (1, 10000), (40000, 1)])
def test_a_time_that_cannot_be_changes_nothing(container: Container, days: int, until: int) -> None:
    """Over, too far away, or a refund for a show that has begun."""
    show = find_show(container, SHOW)
    with pytest.raises(InvalidRequest):
        move_show(
            container,
            SHOW,
            starts_at=show.starts_at + timedelta(days=days),
            refund_until=container.now() + timedelta(days=until),
        )

    assert find_show(container, SHOW) == show


def _load(container: Container, catalog: object) -> None:
    with container.database.begin() as conn:
        load_catalog(conn, catalog, now=container.now())


def test_who_waits_for_seats_is_told_once_of_each_move_and_keeps_the_place(
    container: Container, clock: MovableClock
) -> None:
    """Not who came to the list after it: they know where it is."""
    cal = FormDriver(container, sender_id="cal")
    join_waiting_list(container, cal.buyer, show_id=SHOW, section_id=None, quantity=2)
    clock.move(seconds=60)
    for venue in ("The Forum", "Elm Hall"):
        move(container, venue=venue)
        clock.move(seconds=60)
        for _ in range(2):
            apply_changes(container)
        assert cal.push() == ["utter_wait_moved"]
        assert (venue in cal.read_all(), cal.push()) == (True, [])

    dee = FormDriver(container, sender_id="dee")
    join_waiting_list(container, dee.buyer, show_id=SHOW, section_id=None, quantity=2)
    apply_changes(container)
    assert dee.push() == []
    assert len(waits_of(container, cal.buyer)) == 1


def test_who_waits_is_told_of_the_last_thing_only(
    container: Container, clock: MovableClock
) -> None:
    """Moved twice and then called off, or left meanwhile: what is no longer true is not said."""
    cal, dee = (FormDriver(container, sender_id=name) for name in ("cal", "dee"))
    for one in (cal, dee):
        join_waiting_list(container, one.buyer, show_id=SHOW, section_id=None, quantity=2)
    clock.move(seconds=60)
    for _ in range(2):
        move(container)
        apply_changes(container)
    leave_waiting_list(container, dee.buyer, {SHOW})
    assert dee.push() == []
    call_off_show(container, SHOW)
    apply_changes(container)

    assert cal.push() == ["utter_wait_called_off"]


def test_what_the_box_office_sold_is_listed_to_be_told_by_hand(container: Container) -> None:
    """Until its tickets are taken back; of a show that changed, and no other."""
    sold = [
        sell_elsewhere(
            container,
            "kim",
            show_id=SHOW,
            section_id="101",
            quantity=1,
            how=how,
            holder=None,
            request_key=how.value,
        )
        for how in PaidElsewhere
    ]
    assert list_untold(container, find_show(container, SHOW)) == []

    call_off_show(container, SHOW)
    apply_changes(container)
    listed = [order.id for order in list_untold(container, find_show(container, SHOW))]
    assert sorted(listed) == sorted(order.id for order in sold)

    take_back(container, sold[0].id)
    assert [order.id for order in list_untold(container, find_show(container, SHOW))] == listed[1:]
