"""Numbered seats in the chat: told before paying if they are apart, and which ones they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.numbered_house import number_seats
from tests.ticketing.purchases import buy
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders.checkout import cancel_order, start_checkout
from ticket_clerk.ticketing.waiting_list import join_waiting_list, offer_seats

APART = "utter_seats_apart"


@pytest.fixture
def sam(container: Container, tmp_path: Path) -> FormDriver:
    """A buyer in a house where section 101 has rows of three seats, and ten in all."""
    number_seats(container, tmp_path, rows="{A: 3, B: 3, C: 4}")
    return FormDriver(container)


def _ask_for(sam: FormDriver, quantity: int) -> list[str]:
    return sam.say(f"{quantity} tickets for the Lakers, section 101", "buy_tickets")


def test_the_summary_says_that_they_are_not_side_by_side(sam: FormDriver) -> None:
    """Five seats fit into no row: told before the yes, and once."""
    assert _ask_for(sam, 5) == [APART, "utter_ask_confirm_order"]
    assert "5 free seats side by side in Section 101" in sam.read_all()

    assert sam.say("yes", "affirm") == ["utter_checkout_link"]


def test_nothing_is_said_where_there_is_room(sam: FormDriver) -> None:
    """Four fit into row C."""
    assert _ask_for(sam, 4) == ["utter_ask_confirm_order"]
    assert sam.say("yes", "affirm") == ["utter_checkout_link"]


def test_room_that_went_between_summary_and_yes_is_told_with_the_link(
    container: Container, sam: FormDriver
) -> None:
    """Somebody else holds row C by then."""
    _ask_for(sam, 4)
    other = FormDriver(container, sender_id="other")
    start_checkout(container, other.buyer, show_id="lakers-warriors", section_id="101", quantity=4)

    assert sam.say("yes", "affirm") == [APART, "utter_checkout_link"]


def test_the_confirmation_names_row_and_seats(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """And so does the answer about the order."""
    buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    seats = "Your seats for Lakers vs Warriors: Section 101, row A, seats 1 and 2."
    assert seats in sam.read_all()

    sam.say("where is my order?", "payment_status")
    assert seats in sam.read_all()


def test_an_upgrade_says_it_too(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Section 201 has two rows of five: six tickets don't fit into one. Told once."""
    buy(container, stripe_wire, buyer=sam.buyer, quantity=6)
    sam.push()
    sam.say("I'd like better seats", "upgrade_seat")

    assert APART in sam.responses
    assert sam.say("yes, upgrade them", "affirm") == ["utter_upgrade_link"]


def test_seats_that_come_back_say_it_with_the_link(container: Container, sam: FormDriver) -> None:
    """Who waited reads it before they pay."""
    kim = Buyer("rest", "kim")
    held = [
        start_checkout(container, kim, show_id="lakers-warriors", section_id="101", quantity=n)
        for n in (4, 6)
    ]
    join_waiting_list(container, sam.buyer, show_id="lakers-warriors", section_id="101", quantity=5)
    cancel_order(container, kim, held[1].id)
    offer_seats(container)

    assert sam.push() == ["utter_seats_back"]
    assert "5 free seats side by side in Section 101" in sam.read_all()


@pytest.mark.parametrize(
    ("quantity", "response", "seats"),
    [
        (3, "utter_own_seats_together", "Section 101, row A, seats 1–3"),
        (5, "utter_own_seats_apart", "Section 101, row A, seat 1; row C, seats 1–4"),
    ],
)
@pytest.mark.parametrize("text", ["are our seats next to each other?", "do we all sit in one row?"])
def test_who_asks_whether_they_sit_together_reads_of_their_own_seats(
    container: Container,
    stripe_wire: StripeWire,
    sam: FormDriver,
    text: str,
    quantity: int,
    response: str,
    seats: str,
) -> None:
    """Be the show named or not; what holds for orders to come is for those who have none."""
    buy(container, stripe_wire, buyer=sam.buyer, quantity=quantity)
    sam.push()

    assert sam.say(text, "upgrade_seat") == [response]
    assert seats in sam.read_all()

    other = FormDriver(container, sender_id="other")
    assert "utter_own" not in str(other.say(f"{text} at the Lakers", "upgrade_seat"))


def test_seats_that_are_being_chosen_are_not_the_own_ones(
    container: Container, stripe_wire: StripeWire, sam: FormDriver
) -> None:
    """Of a second order the rule is told."""
    buy(container, stripe_wire, buyer=sam.buyer)
    sam.push()
    _ask_for(sam, 2)

    assert "utter_own" not in str(sam.say("would they be next to each other?", "out_of_scope"))


def test_seats_without_numbers_have_the_rule(container: Container, stripe_wire: StripeWire) -> None:
    """In a house without rows nothing is told of any row."""
    ann = FormDriver(container, sender_id="ann")
    buy(container, stripe_wire, buyer=ann.buyer)
    ann.push()

    assert "utter_own" not in str(ann.say("are our seats next to each other?", "out_of_scope"))
