"""Tickets that go back or stay are counted by whose they are, with no name on any of them."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import given_back
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.flows.turn import REFUND_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.refunds import parse_portion

GUESSES = ["request_refund", "cancel_order", "inform", "nlu_fallback"]


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize(
    ("text", "goes"),
    [
        ("give me my sister's money back and keep mine and mum's", 1),
        ("mate cant come, cancl his 1 keep mine", 1),
        ("give back Lena's and my brother's, and keep mine", 2),
    ],
)
def test_who_goes_and_who_stays_says_how_many(
    container: Container, stripe_wire: StripeWire, text: str, goes: int, guess: str
) -> None:
    """Of three tickets; nobody is asked how many, and nothing goes back before the yes."""
    sam = FormDriver(container)
    buy(container, stripe_wire, buyer=sam.buyer, quantity=3)
    sam.push()

    assert sam.say(text, guess) == ["utter_ask_confirm_refund"]
    assert sam.active_loop["name"] == REFUND_FORM
    assert f"For {goes} × Lakers vs Warriors" in sam.read_all()
    assert given_back(stripe_wire) == []

    sam.say("yes", "affirm")
    assert given_back(stripe_wire) == [goes * 20000]


@pytest.mark.parametrize(
    ("text", "portion"),
    [
        ("give me my sister's money back and keep mine and mum's", 1),
        ("refund mum's and dad's", 2),
        ("only hers", 1),
        ("keep mine and mums, refund the rest", "keep 2"),
        ("refund all but mine", "keep 1"),
        ("it's my sister's birthday, refund two", 2),
        ("refund my friends", None),
        ("refund Friday's tickets", None),
        ("give mum's ticket to Ann", None),
    ],
)
def test_a_number_is_read_from_whose_they_are(text: str, portion: int | str | None) -> None:
    """Several people in one word, days and gifts are no number."""
    assert parse_portion(text, asked=False) == portion
