"""Regressions: kinds of sentences that were once misunderstood."""

from __future__ import annotations

from decimal import Decimal

import pytest

from actions.actions import ActionRespond
from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.understanding.quantities import parse_quantity
from ticket_clerk.understanding.waiting_list import asks_waiting_status, wants_to_leave


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("book me 2 for friday", 2),
        ("get us three for the owls", 3),
        ("ok 2 in the loge pls", 2),
        ("so 4 at the bleachers", 4),
        ("me and the missus", 2),
        ("my roommate and me", 2),
    ],
)
def test_a_number_is_understood_beside_small_words(text: str, number: int) -> None:
    """It was said once and is not asked for."""
    assert parse_quantity(text, asked=False) == Decimal(number)


@pytest.mark.parametrize("text", ["the 2 in the loge are noisy", "section 2 in the back"])
def test_other_numbers_stay_what_they_are(text: str) -> None:
    """Not each number in front of a place is how many."""
    assert parse_quantity(text, asked=False) is None


def test_the_list_is_the_waiting_list() -> None:
    """Nobody says its whole name twice."""
    assert asks_waiting_status("am i on that list already?")
    assert wants_to_leave("take me off the list")


def test_a_kind_of_show_in_two_words_lists_it(container: Container) -> None:
    """ "Some ballet" is no purchase and no question; it was out of scope."""
    sam = FormDriver(container)
    sam.receive("some ballet", "out_of_scope").run(ActionRespond(container))

    assert sam.responses == ["utter_shows_found"]


def test_a_show_that_was_spoken_of_in_vain_is_remembered(container: Container) -> None:
    """ "Is it any good?" is not ours to say, but what is known is; "one ticket" is for it."""
    sam = FormDriver(container)
    sam.receive("are the lakers any good?", "out_of_scope").run(ActionRespond(container))
    assert sam.responses == ["utter_show_facts"]

    assert sam.say("ok 1 ticket", "buy_tickets") == ["utter_ask_section"]
    assert "Lakers" in sam.read_all()


def test_who_is_offered_the_waiting_list_may_say_its_name(
    container: Container, stripe_wire: StripeWire
) -> None:
    """As a yes."""
    ben = Buyer("rest", "ben")
    start_checkout(container, ben, show_id="last-seat", section_id="front", quantity=1)
    sam = FormDriver(container)
    assert sam.say("1 for the last seat", "buy_tickets")[-1] == "utter_ask_confirm_waiting"

    assert sam.say("waiting list please", "use_waiting_list") == ["utter_waiting"]


def test_a_paid_order_that_shall_be_canceled_is_given_back(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Nobody has to find the word for it: the refund asks how many, and for a yes."""
    sam = FormDriver(container)
    buy(container, stripe_wire, buyer=sam.buyer)
    sam.receive("i can't go any more, cancel", "cancel_order")
    events = sam.run(ActionRespond(container))

    assert sam.responses == ["utter_paid_refunded_instead"]
    assert events[-1]["name"] == "refund_form"
