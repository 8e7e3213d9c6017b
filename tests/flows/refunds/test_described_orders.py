"""Refunds of one of several orders for the same show: the buyer describes which."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import ask, given_back, paid
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.understanding.orders import number_part, orders_meant
from ticket_clerk.understanding.refunds import parse_portion

BESIDE = "utter_ask_confirm_refund_beside"


@pytest.fixture
def pair(container: Container, stripe_wire: StripeWire, sam: FormDriver) -> Order:
    """Two seats for $400."""
    return paid(container, stripe_wire, sam)


@pytest.fixture
def single(container: Container, stripe_wire: StripeWire, sam: FormDriver, pair: Order) -> Order:
    """One more of the same for $200, bought later."""
    return paid(container, stripe_wire, sam, quantity=1)


@pytest.mark.parametrize(
    "text",
    [
        "the $200 one",
        "the one that cost 200 dollars",
        "the one with a single ticket",
        "my order for 200, and Ida keeps hers",
        "just the single one, and keep Ida's two",
        "the other two stay",
    ],
)
def test_a_description_answers_which_order(sam: FormDriver, single: Order, text: str) -> None:
    """By its sum, its number of tickets, or what is to stay; nothing is asked again."""
    assert ask(sam, "refund a ticket for the lakers") == ["utter_ask_refund_order"]

    assert sam.say(text) == [BESIDE]

    assert f"order {single.id}) you'd get $200.00 back" in sam.read_all()


def test_the_larger_order_is_described_as_well(sam: FormDriver, single: Order, pair: Order) -> None:
    """How many of it go back is still to be said."""
    ask(sam)

    assert sam.say("the 400 one") == ["utter_ask_refund_quantity"]
    assert pair.id in sam.read_all()


def test_a_polite_question_with_a_description_gives_that_order_back(
    sam: FormDriver, single: Order
) -> None:
    """Whatever the NLU takes it for; without one the question is about the rules."""
    said = sam.say("can i give Bens ticket back, the 200 dollars one?", "out_of_scope")

    assert said == [BESIDE]
    assert single.id in sam.read_all()


def test_the_tickets_of_another_order_stay_and_are_named(
    stripe_wire: StripeWire, sam: FormDriver, single: Order, pair: Order
) -> None:
    """Nobody is told to have none left; once they are gone, it is said."""
    ask(sam, f"refund {single.id}")
    assert f"stay yours: 2 × Lakers vs Warriors, Section 101 (order {pair.id})" in sam.read_all()
    sam.say("yes", "affirm")

    assert given_back(stripe_wire) == [20000]
    assert ask(sam, "refund both") == ["utter_ask_confirm_refund_whole"]
    assert "no ticket left" in sam.read_all()


def test_an_answer_that_tells_no_order_is_not_met_with_the_same_words(
    sam: FormDriver, single: Order
) -> None:
    """It is said what would tell them apart."""
    assert ask(sam) == ["utter_ask_refund_order"]

    assert sam.say("the lakers ones")[-1] == "utter_ask_order_again"
    assert sam.say("hers, of the lakers")[-1] == "utter_ask_order_again"


def test_behind_an_answer_the_question_is_asked_as_before(sam: FormDriver, single: Order) -> None:
    """What was asked in between is no answer that nobody could read."""
    ask(sam)

    assert sam.say("when is the lakers game?", "ask_show")[-1] == "utter_ask_refund_order"


@pytest.mark.parametrize(
    "text",
    [
        "refund one ticket",
        "give one of my two back",
        "the 250 one",
        "keep 1",
        "I paid with two cards",
        "one with two friends",
    ],
)
def test_what_describes_no_order_leaves_it_open(single: Order, pair: Order, text: str) -> None:
    """How many go back may be of each; a sum of none is none."""
    assert orders_meant(text, [single, pair]) == [single, pair]


def test_orders_alike_are_not_told_apart(single: Order) -> None:
    """Their sum and number are those of both."""
    other = replace(single, id="ord_other")

    assert orders_meant("the single one for 200", [single, other]) == [single, other]


def test_no_number_of_a_description_is_how_many_go(single: Order, pair: Order) -> None:
    """Unless it tells no orders apart."""
    orders = [single, pair]

    assert parse_portion(number_part("the one for 400, keep Ida's one", orders), asked=True) != 400
    assert parse_portion(number_part("two of them", orders), asked=True) == 2
