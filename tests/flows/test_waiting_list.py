"""Waiting in the chat: a sold-out show, a yes, the news that seats are back, and leaving."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.waiting_list import offer_seats, waits_of
from ticket_clerk.understanding.waiting_list import (
    asks_waiting_status,
    is_about_waiting,
    wants_to_leave,
    wants_to_wait,
)

KIM = Buyer("rest", "kim")


@pytest.fixture
def held(container: Container) -> Order:
    """The only seat of The Last Seat, somebody else's."""
    return start_checkout(container, KIM, show_id="last-seat", section_id="front", quantity=1)


@pytest.fixture
def sam(container: Container, held: Order) -> FormDriver:
    """A buyer who wants that seat."""
    return FormDriver(container)


def test_a_sold_out_show_offers_the_nearest_and_its_waiting_list(sam: FormDriver) -> None:
    """With what it would cost, what happens next, and that nothing is charged."""
    said = sam.say("one ticket for the last seat", "buy_tickets")

    assert said == ["utter_show_sold_out", "utter_nearest_shows", "utter_ask_confirm_waiting"]
    for fact in ("1 × The Last Seat", "Front row", "$40.00", "until when", "Nothing is charged"):
        assert fact in sam.read_all()


def test_a_yes_makes_a_place_and_no_order(container: Container, sam: FormDriver) -> None:
    """The next message says how to leave it."""
    sam.say("1 ticket for the last seat", "buy_tickets")

    assert sam.say("yes", "affirm") == ["utter_waiting"]
    assert [wait.quantity for wait in waits_of(container, sam.buyer)] == [1]
    assert queries.orders_of(container, sam.buyer) == []
    assert not sam.active_loop


def test_a_no_leaves_without_a_place(container: Container, sam: FormDriver) -> None:
    """There is nothing to change about a show that is sold out."""
    sam.say("1 ticket for the last seat", "buy_tickets")

    assert sam.say("no", "deny") == ["utter_nothing_ordered"]
    assert waits_of(container, sam.buyer) == []


def test_an_alternative_may_be_taken_instead(container: Container, sam: FormDriver) -> None:
    """Naming it is enough; it is an ordinary purchase then."""
    sam.say("1 ticket for the last seat", "buy_tickets")

    assert sam.say("swan lake evening then") == ["utter_ask_confirm_order"]
    assert not sam.slots["is_waiting"]


def test_seats_that_came_back_are_told_with_their_link(
    container: Container, held: Order, sam: FormDriver
) -> None:
    """Once, however often it is looked."""
    sam.say("1 ticket for the last seat", "buy_tickets")
    sam.say("yes", "affirm")
    cancel_order(container, KIM, held.id)
    offer_seats(container)

    assert sam.push() == ["utter_seats_back"]
    (order,) = queries.orders_of(container, sam.buyer)
    for fact in (order.id, str(order.checkout_url), "$40.00 in total", "35 minutes"):
        assert fact in sam.read_all()
    assert sam.push() == []


def test_the_link_is_made_up_for_when_stripe_was_away(
    container: Container, held: Order, sam: FormDriver, stripe_wire: StripeWire
) -> None:
    """While it is still away, they read how to get it."""
    sam.say("1 ticket for the last seat", "buy_tickets")
    sam.say("yes", "affirm")
    cancel_order(container, KIM, held.id)
    stripe_wire.cut()
    offer_seats(container)

    assert sam.push() == ["utter_seats_back_without_link"]
    stripe_wire.mend()
    assert sam.say("send me the link", "payment_status") == ["utter_order_open"]


def test_what_was_canceled_meanwhile_is_not_told(
    container: Container, held: Order, sam: FormDriver
) -> None:
    """The news is not true any more."""
    sam.say("1 ticket for the last seat", "buy_tickets")
    sam.say("yes", "affirm")
    cancel_order(container, KIM, held.id)
    offer_seats(container)
    (order,) = queries.orders_of(container, sam.buyer)
    cancel_order(container, sam.buyer, order.id)

    assert sam.push() == []
    assert order.status is OrderStatus.OPEN


def test_the_list_is_told_and_left_in_words(container: Container, sam: FormDriver) -> None:
    """Leaving says which show, and leaving again that there is nothing to leave."""
    sam.say("1 ticket for the last seat", "buy_tickets")
    sam.say("yes", "affirm")

    assert sam.say("am I on the waiting list?", "use_waiting_list") == ["utter_waits"]
    assert "1 × The Last Seat" in sam.read_all()
    assert sam.say("take me off the waiting list", "use_waiting_list") == ["utter_waiting_left"]
    assert waits_of(container, sam.buyer) == []
    assert sam.say("take me off the waiting list", "use_waiting_list") == ["utter_not_waiting"]


def test_nobody_waits_for_seats_that_are_there(sam: FormDriver) -> None:
    """They are told so, and buy."""
    said = sam.say("put me on the waiting list for 2 swan lake evening", "use_waiting_list")

    assert said == ["utter_seats_are_there", "utter_ask_confirm_order"]


def test_one_may_wait_for_more_than_are_left_in_a_section(container: Container) -> None:
    """Two are there, five are wanted; "waiting list" is said to the refusal."""
    start_checkout(container, KIM, show_id="lakers-warriors", section_id="201", quantity=8)
    sam = FormDriver(container)
    assert sam.say("5 for the lakers, section 201", "buy_tickets")[0] == "utter_seats_left"

    sam.say("waiting list please", "use_waiting_list")
    assert sam.say("5") == ["utter_ask_confirm_waiting"]
    assert sam.say("yes", "affirm") == ["utter_waiting"]

    assert [(w.section_id, w.quantity) for w in waits_of(container, sam.buyer)] == [("201", 5)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("put us on the wait list", wants_to_wait),
        ("let me know when seats are back", wants_to_wait),
        ("could you notify me if tickets become available", wants_to_wait),
        ("remove me from the waitlist", wants_to_leave),
        ("I don't want to be on the waiting list", wants_to_leave),
        ("am I still on the waiting list?", asks_waiting_status),
    ],
)
def test_what_is_wanted_of_the_list_is_understood(text: str, wanted: object) -> None:
    """Exactly one of the three."""
    parsed = [one for one in (wants_to_wait, wants_to_leave, asks_waiting_status) if one(text)]

    assert parsed == [wanted]


@pytest.mark.parametrize("text", ["let me know how much it is", "wait a moment", "tell me more"])
def test_other_sentences_are_not_about_it(text: str) -> None:
    """Waiting a moment is not waiting for seats."""
    assert not is_about_waiting(text)


def test_nobody_is_asked_how_many_where_there_are_seats_for_anybody(container: Container) -> None:
    """The number comes after the section, as in any purchase."""
    kim = FormDriver(container)

    said = kim.say("put me on the waiting list for the lakers", "use_waiting_list")
    assert said == ["utter_seats_are_there", "utter_ask_section"]
