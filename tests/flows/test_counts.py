"""How many tickets, where a number is doubted, turned down, or there already."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.quantities import (
    number_readings,
    parse_corrected,
    parse_increase,
    parse_quantity,
)

__all__ = ["shop"]
Ordering = Callable[..., FormDriver]


@pytest.fixture
def ordering(shop: Container, stripe_wire: StripeWire) -> Ordering:
    """Somebody who has ordered 8 bleachers, and paid for them or not."""

    def order(*, is_paid: bool) -> FormDriver:
        buyer = FormDriver(shop)
        made = start_checkout(
            shop, buyer.buyer, show_id="red-sox-yankees", section_id="bleachers", quantity=8
        )
        if is_paid:
            pay(shop, stripe_wire, made)
            buyer.push()
        return buyer

    return order


@pytest.mark.parametrize(
    "text", ["2?? no, SIX more please", "not 2, another 6", "no not two, six more please"]
)
def test_more_beside_a_number_that_is_turned_down_is_the_sum(shop: Container, text: str) -> None:
    """Whoever doubts the 2 that were summed up wants 6 and not 8, and is answered nothing else."""
    buyer = FormDriver(shop)
    buyer.say("red sox bleachers, 2 tickets", "buy_tickets")

    said = buyer.say(text, "nlu_fallback")

    assert (buyer.slots["quantity"], said) == (6, ["utter_ask_confirm_order"])


@pytest.mark.parametrize(("text", "number"), [("add 2 more", 4), ("no, two more please", 4)])
def test_more_beside_a_number_that_stands_is_added(shop: Container, text: str, number: int) -> None:
    """The control."""
    buyer = FormDriver(shop)
    buyer.say("red sox bleachers, 2 tickets", "buy_tickets")

    buyer.say(text, "nlu_fallback")

    assert buyer.slots["quantity"] == number


def test_more_behind_a_bare_no_is_asked(shop: Container) -> None:
    """It may be the sum or not: both are buttons."""
    buyer = FormDriver(shop)
    buyer.say("red sox bleachers, 2 tickets", "buy_tickets")

    said = buyer.say("no, six more please", "nlu_fallback")

    assert said == ["utter_ask_which_quantity"]
    assert [button["title"] for button in buyer.answers[-1]["buttons"]] == ["6", "8"]


def test_a_number_instead_of_another_is_how_many_come(ordering: Ordering) -> None:
    """What else the message speaks of counts no tickets."""
    buyer = ordering(is_paid=True)

    buyer.say(
        "paid. turns out only 6 more are coming, so the last order is 6 not 8. plus receipts for"
        " both please",
        "nlu_fallback",
    )

    assert (buyer.slots["show"], buyer.slots["quantity"]) == ("red-sox-yankees", 6)


@pytest.mark.parametrize("text", ["two more orders the same, 8 + 8", "8, and then 8 again after"])
@pytest.mark.parametrize("guess", ["nlu_fallback", "buy_tickets", "inform"])
def test_the_same_again_is_another_order(
    shop: Container, ordering: Ordering, text: str, guess: str
) -> None:
    """While the first waits for its payment it is not replaced, and the same again has to wait."""
    buyer = ordering(is_paid=False)

    said = buyer.say(text, guess)

    assert said == ["utter_ask_same_order"]
    assert buyer.slots["replaces_order"] is None
    assert [order.status for order in orders_of(shop, buyer.buyer)] == [OrderStatus.OPEN]


@pytest.mark.parametrize("text", ["two more orders the same, 8 + 8", "8, and then 8 again after"])
def test_the_same_again_is_summed_up_once_the_first_is_paid(ordering: Ordering, text: str) -> None:
    """One after the other: the first eight of them."""
    buyer = ordering(is_paid=True)

    said = buyer.say(text, "nlu_fallback")

    assert (buyer.slots["quantity"], said) == (8, ["utter_ask_confirm_order"])


def test_the_same_again_is_no_change_that_was_begun(ordering: Ordering) -> None:
    """Where it was taken for one, it goes on as an order of its own."""
    buyer = ordering(is_paid=False)
    buyer.say("make it 6 instead", "nlu_fallback")
    assert buyer.slots["replaces_order"]

    said = buyer.say("no, 8, and then 8 again after", "nlu_fallback")

    assert buyer.slots["replaces_order"] is None
    assert "utter_ask_confirm_replacement" not in said


def test_only_that_is_asked_instead_replaces(ordering: Ordering) -> None:
    """The control: a change of the number is one."""
    buyer = ordering(is_paid=False)

    said = buyer.say("make it 6 instead", "nlu_fallback")

    assert buyer.active_loop == {"name": BUY_FORM}
    assert said == ["utter_ask_confirm_replacement"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 adult 2 kids", 3),
        ("me n my 3 kids", 4),
        ("two more orders of 5", 5),
        ("only 6 more are coming so it is 6", 6),
        ("it is 5 not 4. and receipts for both", 5),
    ],
)
def test_who_comes_is_counted_and_orders_are_not(text: str, number: int) -> None:
    """Members of a party beside each other are one number."""
    assert parse_quantity(text, asked=True) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "proposed", "corrected", "more"),
    [
        ("2? no, six more", 2, 6, 0),
        ("two more", 2, None, 2),
        ("not 4, two more", 2, None, 2),
        ("one less", 2, None, -1),
    ],
)
def test_what_a_number_becomes(text: str, proposed: int, corrected: int, more: int) -> None:
    """Only where the proposed number itself is turned down is the other one the sum."""
    assert parse_corrected(text, proposed) == corrected
    assert corrected or parse_increase(text) == more


def test_readings_need_a_number_that_was_proposed() -> None:
    """Without one there is nothing to add to."""
    assert number_readings("no, six more", 2) == (6, 8)
    assert number_readings("no, six more") == ()
