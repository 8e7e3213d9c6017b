"""Who keeps some tickets and doesn't say how many is asked for the number."""

from __future__ import annotations

import pytest

from tests.flows.refunding import given_back
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from ticket_clerk.understanding.refunds import parse_portion

__all__ = ["shop", "start"]
KEPT = [
    "keep mine and my kids', refund the rest",
    "refund all but mine and my kids'",
    "I want to keep my ticket and my kids' ones, send back the others",
    "keep mine and my two kids', refund the rest",
]


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("before", ["paid", "refund_summary"])
def test_the_number_is_asked_for(
    start: Begin, stripe_wire: StripeWire, before: str, text: str
) -> None:
    """Neither all of them nor what was summed up before."""
    buyer = start(before)

    assert buyer.say(text, "request_refund")[-1] == "utter_ask_refund_quantity"
    buyer.say("yes", "affirm")
    assert given_back(stripe_wire) == []

    buyer.say("1", "inform")
    buyer.say("yes", "affirm")
    assert given_back(stripe_wire) == [9800]


@pytest.mark.parametrize(
    ("text", "portion"),
    [
        ("keep mine, refund the rest", "keep 1"),
        ("keep two, refund the rest", "keep 2"),
        ("we can't keep them, refund everything", "all"),
        ("refund the rest", "all"),
    ],
)
def test_what_is_counted_is_as_before(text: str, portion: str) -> None:
    """The control."""
    assert parse_portion(text, asked=True) == portion


def test_a_number_that_goes_back_decides() -> None:
    """The control: whose the others are doesn't matter then."""
    assert parse_portion("keep mine and my kids' and refund two", asked=True) == 2
