""" "One more" counts from the number that was just said, and every clear yes is a yes."""

from __future__ import annotations

import pytest

from tests.flows.refunding import given_back
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.quantities import number_readings, parse_increase

__all__ = ["shop", "start"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("one more", 5),
        ("no, one more", 5),
        ("add another", 5),
        ("actually add another one please", 5),
        ("can we add one more?", 5),
        ("one less", 3),
        ("take one off", 3),
    ],
)
@pytest.mark.parametrize("guess", ["inform", "browse_events", "cancel_order"])
def test_a_change_counts_from_the_number_summed_up(
    start: Begin, text: str, number: int, guess: str
) -> None:
    """Whatever it is taken for; the new sum waits for a yes."""
    buyer = start("summary")

    assert buyer.say(text, guess)[-1] == "utter_ask_confirm_order"
    assert buyer.slots["quantity"] == number


def test_it_counts_from_it_while_the_number_is_asked_again(start: Begin) -> None:
    """The number just summed up is what one more is added to."""
    buyer = start("summary")
    buyer.say("change the number of tickets", "inform")
    assert buyer.slots["quantity"] is None

    buyer.say("one more", "inform")

    assert buyer.slots["quantity"] == 5


def test_with_no_number_said_one_more_is_one(start: Begin) -> None:
    """The control: there is nothing to count from."""
    buyer = start("number_asked")
    buyer.say("one more", "inform")

    assert buyer.slots["quantity"] == 1


@pytest.mark.parametrize("text", ["add another show", "take one", "another date please"])
def test_other_things_are_no_tickets_more(text: str) -> None:
    """The control."""
    assert parse_increase(text) == 0


def test_more_than_proposed_may_still_be_all_of_them() -> None:
    """The control: "no, six more" to two may be six."""
    assert [int(number) for number in number_readings("no, six more", 2)] == [6, 8]


@pytest.mark.parametrize("yes", ["yep", "yup", "sure thing", "of course"])
@pytest.mark.parametrize("guess", ["affirm", "inform", "nlu_fallback"])
def test_a_short_yes_is_one_to_an_order(
    shop: Container, start: Begin, yes: str, guess: str
) -> None:
    """By the word, whatever it is taken for."""
    buyer = start("summary")
    buyer.say(yes, guess)

    assert len(orders_of(shop, buyer.buyer)) == 1


@pytest.mark.parametrize("yes", ["yep", "yup", "sure thing", "of course"])
def test_a_short_yes_is_one_to_a_refund(start: Begin, stripe_wire: StripeWire, yes: str) -> None:
    """As to an order."""
    start("refund_summary").say(yes, "inform")

    assert given_back(stripe_wire) == [9800]


@pytest.mark.parametrize("no", ["of course not", "absolutely not"])
def test_the_same_words_with_a_not_are_none(shop: Container, start: Begin, no: str) -> None:
    """The control."""
    buyer = start("summary")
    buyer.say(no, "deny")

    assert orders_of(shop, buyer.buyer) == []
