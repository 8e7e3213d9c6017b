"""More tickets than one order may have are orders that follow each other, a yes to each."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import shop
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import pay
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.payments.lines import parse_split

__all__ = ["shop"]


@pytest.fixture
def ana(shop: Container) -> FormDriver:
    """Somebody with many friends."""
    return FormDriver(shop)


def _numbers(shop: Container, buyer: FormDriver) -> list[int]:
    return sorted(order.quantity for order in orders_of(shop, buyer.buyer))


@pytest.mark.parametrize(
    "text",
    [
        "twelve tickets for the night owls, floor standing, as 8 and 4",
        "the night owls, floor standing, 12 tickets: 8 + 4",
        "12 tickets for the night owls in two orders, floor standing",
        "night owls, floor standing, 8 now and 4 in a second order",
    ],
)
def test_two_numbers_that_are_too_many_are_two_orders(
    shop: Container, ana: FormDriver, text: str
) -> None:
    """Each is summed up and ordered by a yes of its own."""
    assert ana.say(text, "buy_tickets") == ["utter_orders_in_turn", "utter_ask_confirm_order"]
    assert ana.slots["quantity"] == 8

    said = ana.say("yes", "affirm")

    assert said == ["utter_checkout_link", "utter_next_order", "utter_ask_confirm_order"]
    assert _numbers(shop, ana) == [8]
    assert ana.say("yes", "affirm") == ["utter_checkout_link"]
    assert _numbers(shop, ana) == [4, 8]
    assert ana.active_loop == {}


@pytest.mark.parametrize(
    "text", ["8 + 4", "8 and 4 then", "eight now, four later", "split it please", "in two orders"]
)
def test_who_said_too_many_divides_it_afterwards(
    shop: Container, ana: FormDriver, text: str
) -> None:
    """By a button or in words; the section may be asked for in between."""
    ana.say("there are twelve of us for the night owls", "buy_tickets")
    ana.say("floor standing", "inform")
    assert [one["title"] for one in ana.answers[-1]["buttons"]] == ["8 + 4", "8"]

    assert ana.say(text, "inform")[0] == "utter_orders_in_turn"
    ana.say("yes", "affirm")
    ana.say("yes", "affirm")

    assert _numbers(shop, ana) == [4, 8]


def test_a_yes_with_a_number_in_it_is_to_the_first(shop: Container, ana: FormDriver) -> None:
    """And none to what follows; what is asked beside it is answered once."""
    ana.say("12 for swan lake in the gallery, as 8 and 4", "buy_tickets")

    said = ana.say("yes, book the 8 gallery", "affirm")

    assert said.count("utter_ask_confirm_order") == 1
    assert ana.slots["quantity"] == 4
    assert _numbers(shop, ana) == [8]


def test_only_the_first_is_ordered_where_the_other_is_not_wanted(
    shop: Container, ana: FormDriver
) -> None:
    """It is left as any purchase."""
    ana.say("12 for swan lake in the gallery, as 8 and 4", "buy_tickets")
    ana.say("yes", "affirm")

    assert ana.say("stop", "deny") == ["utter_nothing_ordered"]
    assert _numbers(shop, ana) == [8]


def test_another_number_takes_the_rest_back(shop: Container, ana: FormDriver) -> None:
    """Who wants six after all wants six."""
    ana.say("12 for swan lake in the gallery, as 8 and 4", "buy_tickets")
    ana.say("make it 6", "inform")

    assert ana.say("yes", "affirm") == ["utter_checkout_link"]
    assert _numbers(shop, ana) == [6]


def test_an_equal_order_is_for_after_the_payment(
    shop: Container, stripe_wire: StripeWire, ana: FormDriver
) -> None:
    """The same seats again would be the same unpaid order."""
    ana.say("12 for swan lake in the gallery, as 6 and 6", "buy_tickets")

    assert ana.say("yes", "affirm") == ["utter_checkout_link", "utter_next_order_later"]
    pay(shop, stripe_wire, orders_of(shop, ana.buyer)[0])
    ana.push()
    assert ana.say("6 more", "buy_tickets") == ["utter_ask_confirm_order"]
    ana.say("yes", "affirm")
    assert _numbers(shop, ana) == [6, 6]


@pytest.mark.parametrize(
    "text",
    [
        "my kids are 6 and 8",
        "section 101 and 204",
        "at 7 and 8 pm",
        "2 and 3",
        "6 in the loge and 4 in the gallery",
        "two orders, one for me and one for my sister",
    ],
)
def test_other_numbers_are_no_orders(text: str) -> None:
    """The control: ages, sections, hours, what one order may have, and lines of one."""
    assert parse_split(text, 8) is None


def test_eight_of_ten_is_one_order(shop: Container, ana: FormDriver) -> None:
    """The control: who takes what one order may have gets that."""
    ana.say("10 for the night owls, floor standing", "buy_tickets")

    assert ana.say("8 then", "inform") == ["utter_ask_confirm_order"]
    assert ana.active_loop == {"name": BUY_FORM}
    assert ana.say("yes", "affirm") == ["utter_checkout_link"]


@pytest.mark.parametrize(
    "text", ["and the other two?", "now the rest please", "two more", "and the remaining 2 then"]
)
@pytest.mark.parametrize("is_paid", [False, True])
def test_those_that_one_order_had_no_room_for_are_a_second_one(
    shop: Container, stripe_wire: StripeWire, ana: FormDriver, text: str, *, is_paid: bool
) -> None:
    """Ten wanted to come and eight have tickets: the other two are summed up, and want a yes."""
    ana.say("10 tickets for the night owls, floor standing", "buy_tickets")
    ana.say("8 then", "inform")
    ana.say("yes", "affirm")
    if is_paid:
        pay(shop, stripe_wire, orders_of(shop, ana.buyer)[0])
        ana.push()

    said = ana.say(text, "inform")

    assert said[-1] == "utter_ask_confirm_order"
    assert _numbers(shop, ana) == [8]
    assert ana.say("yes", "affirm") == ["utter_checkout_link"]
    assert _numbers(shop, ana) == [2, 8]
    assert "utter_next_order" not in ana.say("and the other two?", "inform")


def test_those_that_are_left_may_sit_elsewhere(ana: FormDriver) -> None:
    """A section that is named is theirs."""
    ana.say("10 tickets for the night owls, floor standing", "buy_tickets")
    ana.say("8 then", "inform")
    ana.say("yes", "affirm")

    assert ana.say("and the other two in the upper circle", "inform") == ["utter_ask_confirm_order"]
    assert (ana.slots["section"], ana.slots["quantity"]) == ("upper", 2)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("and the other three?", "inform"),
        ("what other shows are on?", "browse_events"),
        ("any other show for 2 of us?", "browse_events"),
        ("refund the other two", "request_refund"),
        ("tell me more about the hall", "out_of_scope"),
        ("two more for the magic flute, balcony", "buy_tickets"),
    ],
)
def test_what_is_none_of_those_that_are_left_begins_no_order_of_them(
    ana: FormDriver, text: str, guess: str
) -> None:
    """Another number, other shows, and a question."""
    ana.say("10 tickets for the night owls, floor standing", "buy_tickets")
    ana.say("8 then", "inform")
    ana.say("yes", "affirm")

    assert "utter_next_order" not in ana.say(text, guess)


def test_nobody_is_left_of_a_party_that_had_room(ana: FormDriver) -> None:
    """The control: two wanted to come."""
    ana.say("2 tickets for the night owls, floor standing", "buy_tickets")
    ana.say("yes", "affirm")

    assert "utter_next_order" not in ana.say("and the other two?", "inform")
