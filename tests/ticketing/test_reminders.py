"""A day before a show its buyers get their tickets again, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, give_back, told
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.show_changes import (
    apply_changes,
    call_off_show,
    find_show,
    move_show,
)
from ticket_clerk.ticketing.tickets.reminders import remind_buyers

SHOW = "lakers-warriors"


def come_to(container: Container, clock: MovableClock, hours: float) -> None:
    """Let time go by until so many hours before the show."""
    left = find_show(container, SHOW).starts_at - container.now() - timedelta(hours=hours)
    clock.move(seconds=left.total_seconds())


def test_buyers_are_reminded_once_with_their_tickets(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Not before the last day, and not again."""
    sam = FormDriver(container)
    order = buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    come_to(container, clock, hours=25)
    assert remind_buyers(container) == 0
    come_to(container, clock, hours=23)

    assert [remind_buyers(container) for _ in range(2)] == [1, 0]
    assert sam.push() == ["utter_show_reminder"]
    assert order.id in sam.read_all()
    assert "/payments/tickets/tkt_" in sam.read_all()
    assert sam.push() == []


def test_a_word_switches_it_off(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """SHOW_REMINDERS=off."""
    come_to(container, clock, hours=20)
    quiet = replace(container, settings=replace(container.settings, show_reminders="off"))

    assert (remind_buyers(quiet), told(container)) == (0, ["payment_confirmed"])
    assert remind_buyers(container) == 1


def test_nobody_is_reminded_of_what_they_do_not_have(
    container: Container, clock: MovableClock, order: Order
) -> None:
    """Tickets that were refunded."""
    give_back(container, order)
    come_to(container, clock, hours=20)

    assert remind_buyers(container) == 0


def test_who_has_just_bought_is_not_reminded(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Within the last day; nor who comes after the show has begun."""
    come_to(container, clock, hours=20)
    buy(container, stripe_wire)
    assert remind_buyers(container) == 0
    come_to(container, clock, hours=-1)
    assert remind_buyers(container) == 0


@pytest.mark.parametrize("is_told_first", [False, True])
def test_a_show_that_is_called_off_reminds_of_nothing(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, is_told_first: bool
) -> None:
    """Also where the reminder was on its way already."""
    sam = FormDriver(container)
    buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    come_to(container, clock, hours=20)
    if is_told_first:
        assert remind_buyers(container) == 1
    call_off_show(container, SHOW)
    assert remind_buyers(container) == 0
    apply_changes(container)

    assert sam.push() == ["utter_show_called_off"]


def test_of_a_show_that_was_moved_buyers_are_reminded_anew(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """A day before the new time, which the reminder says."""
    come_to(container, clock, hours=20)
    remind_buyers(container)
    show = find_show(container, SHOW)
    move_show(
        container,
        SHOW,
        starts_at=show.starts_at + timedelta(days=7),
        refund_until=show.starts_at,
    )
    apply_changes(container)
    assert remind_buyers(container) == 0
    come_to(container, clock, hours=20)

    assert remind_buyers(container) == 1
    kinds = ["payment_confirmed", "show_reminder", "show_moved", "show_reminder"]
    assert told(container, ANN) == kinds
