"""A clock that is wrong, or moved: a clear error or a purchase, and never half of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import VISA, pay
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import ConfigError, StripeRejected
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.settings import Settings

ANN = Buyer("rest", "ann")


def _off(container: Container, **by: float) -> Container:
    """The same shop on a machine whose clock is wrong; Stripe's is right."""
    return replace(container, now=lambda: container.now() + timedelta(**by))


def _seats_left(container: Container) -> int:
    return queries.catalog(container).shows[0].sections[0].seats_left


@pytest.mark.takes_turns
@pytest.mark.parametrize("minutes", [-4, 4, 60, 23 * 60])
def test_a_clock_that_is_off_by_a_little_changes_nothing(
    container: Container, stripe_wire: StripeWire, minutes: int
) -> None:
    """Four minutes behind, or most of a day ahead, of Stripe's."""
    wrong = _off(container, minutes=minutes)

    order = start_checkout(wrong, ANN, show_id="lakers-warriors", section_id="101", quantity=2)

    assert pay(wrong, stripe_wire, order).status is OrderStatus.PAID


@pytest.mark.takes_turns
@pytest.mark.parametrize("hours", [-24, -0.2, 24, 24 * 20])
def test_a_clock_that_is_off_by_more_sells_nothing_until_it_is_right(
    container: Container, stripe_wire: StripeWire, hours: float
) -> None:
    """Stripe refuses the session; no seat is held, and with the right clock the buyer buys."""
    left = _seats_left(container)

    with pytest.raises(StripeRejected):
        start_checkout(
            _off(container, hours=hours),
            ANN,
            show_id="lakers-warriors",
            section_id="101",
            quantity=2,
        )

    assert _seats_left(container) == left
    assert queries.orders_of(container, ANN)[0].status is OrderStatus.CANCELED
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)
    assert pay(container, stripe_wire, order).status is OrderStatus.PAID


JUMPS = [{"hours": 10.0}, {"days": 3.0}, {"hours": -10.0}, {"days": -3.0}]


@pytest.mark.takes_turns
@pytest.mark.parametrize("moved", JUMPS)
def test_a_clock_that_jumps_while_a_buyer_pays_loses_nothing(
    container: Container, stripe_wire: StripeWire, moved: dict[str, float]
) -> None:
    """However overdue by our clock: what was paid is the buyer's, also where no event came."""
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)
    stripe_wire.standin.pay(order.checkout_session_id, card=VISA)

    reconcile(_off(container, **moved))

    assert queries.any_order(container, order.id).status is OrderStatus.PAID


@pytest.mark.takes_turns
@pytest.mark.parametrize("moved", JUMPS)
def test_a_clock_that_jumps_frees_no_seat_that_can_still_be_paid_for(
    container: Container, stripe_wire: StripeWire, moved: dict[str, float]
) -> None:
    """The hold ends only where Stripe's page is closed, too."""
    left = _seats_left(container)
    start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)

    reconcile(_off(container, **moved))

    (session,) = stripe_wire.sessions()
    is_held = _seats_left(container) == left - 2
    assert is_held == (session["status"] == "open")


@pytest.mark.parametrize("seconds", ["1e12", "-1e12", "inf", "nan"])
def test_a_clock_offset_beyond_all_calendars_is_said_at_the_start(seconds: str) -> None:
    """And not by the first buyer."""
    with pytest.raises(ConfigError, match="PAYMENTS_CLOCK_OFFSET_S"):
        Settings.from_env({"PAYMENTS_CLOCK_OFFSET_S": seconds})
