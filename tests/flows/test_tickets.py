"""The addresses of tickets: with the confirmation, with the order, and whenever one asks."""

from __future__ import annotations

import re

import pytest

from tests.flows.form_driver import FormDriver
from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, pay, receive_all
from tests.ticketing.purchases import refund_at_stripe as refund
from tests.ticketing.ticket_desk import tickets
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket


@pytest.fixture
def sam(container: Container) -> FormDriver:
    """A buyer's conversation."""
    return FormDriver(container)


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """Two tickets of Sam's."""
    return buy(container, stripe_wire, buyer=sam.buyer)


def _sent(sam: FormDriver) -> list[str]:
    """List the ids of the tickets whose addresses stand on a line of their own."""
    address = r"http://127\.0\.0\.1:5055/payments/tickets/(tkt_\w+)"
    return re.findall(rf"(?m)^{address}$", sam.read_all())


def _ids(container: Container, order: Order) -> list[str]:
    return [ticket.id for ticket in tickets(container, order)]


def test_the_confirmation_has_a_line_for_each_ticket(
    container: Container, sam: FormDriver, order: Order
) -> None:
    """Plain text, which every channel can say."""
    assert sam.push() == ["utter_payment_confirmed"]
    assert _sent(sam) == _ids(container, order)


def test_better_seats_are_confirmed_with_the_new_tickets(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """And that the old ones are none any more."""
    sam.push()
    old = _ids(container, order)
    pay(container, stripe_wire, start_upgrade(container, sam.buyer, order.id, section_id="201"))

    assert sam.push() == ["utter_upgrade_confirmed"]
    assert _sent(sam) == _ids(container, order) != old
    assert "old tickets are no longer valid" in sam.read_all()


def test_a_season_ticket_is_confirmed_with_its_ticket(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """And shown with it when its state is asked for."""
    order = start_season_ticket(container, sam.buyer, season_ticket_id="lakers-season")
    pay(container, stripe_wire, order)

    assert sam.push() == ["utter_season_confirmed"]
    assert _sent(sam) == _ids(container, order)
    assert sam.say("is my season ticket active?", "payment_status") == ["utter_season_is_active"]
    assert _sent(sam) == _ids(container, order)


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("where is my ticket?", "payment_status"),
        ("Can I have my tickets again?", "payment_status"),
        ("send me my tickets again please", "inform"),
        ("i lost my tickets", "inform"),
        ("show me my tickets", "show_orders"),
    ],
)
def test_who_asks_for_their_tickets_gets_them_again(
    container: Container, sam: FormDriver, order: Order, words: str, intent: str
) -> None:
    """Asked as a question about the order, or as one about lost tickets."""
    sam.push()

    sam.say(words, intent)

    assert _sent(sam) == _ids(container, order)


def test_another_buyer_gets_none_of_them(container: Container, order: Order) -> None:
    """Nor who says the order's number."""
    kim = FormDriver(container, "kim")

    for words in (
        "where is my ticket?",
        f"where are the tickets of {order.id}",
        "i lost my ticket",
    ):
        kim.say(words, "payment_status")
        assert _sent(kim) == []


def test_returned_tickets_are_not_sent(
    container: Container, stripe_wire: StripeWire, sam: FormDriver, order: Order
) -> None:
    """Of two with one returned the other; told of late, the confirmation has no more either."""
    refund(stripe_wire, order, amount=20000)
    receive_all(container, stripe_wire)
    left = _ids(container, order)[:1]

    sam.push()
    assert _sent(sam) == left
    sam.say("where is my ticket?", "payment_status")
    assert _sent(sam) == left


def test_when_the_show_is_over_no_tickets_are_sent(
    container: Container, sam: FormDriver, order: Order, clock: MovableClock
) -> None:
    """Half a day after its beginning."""
    sam.push()
    assert order.starts_at is not None
    clock.move(seconds=(order.starts_at - container.now()).total_seconds() + 13 * 3600)

    sam.say("where is my ticket?", "payment_status")

    assert _sent(sam) == []
