"""A form that can be begun again is left by whoever takes their leave, with a short line."""

from __future__ import annotations

import pytest

from tests.flows.refunding import given_back
from tests.flows.test_sentences import Begin, shop, start
from tests.stripe_wire import StripeWire
from ticket_clerk.understanding.answers import says_goodbye
from ticket_clerk.understanding.refunds import parse_portion

__all__ = ["shop", "start"]
GOODBYES = ["bye", "that's all, thanks", "nothing else, thank you", "no, that's all for today"]


@pytest.mark.parametrize("text", GOODBYES)
@pytest.mark.parametrize("guess", ["goodbye", "thank_you", "affirm", "inform"])
def test_a_transfer_is_left(start: Begin, text: str, guess: str) -> None:
    """Before and after a ticket was chosen; nothing is asked again."""
    buyer = start("paid")
    buyer.say("give one of my tickets to a friend", "inform")

    assert len(buyer.say(text, guess)) == 1
    assert buyer.active_loop == {}

    buyer.say("give one of my tickets to a friend", "inform")
    buyer.say("ticket 2", "inform")

    assert buyer.say(text, guess) == ["utter_nothing_transferred"]
    assert buyer.active_loop == {}


@pytest.mark.parametrize("text", GOODBYES)
def test_a_refund_is_left_and_nothing_goes_back(
    start: Begin, stripe_wire: StripeWire, text: str
) -> None:
    """ "All" of a good-bye is no number of tickets."""
    buyer = start("refund_summary")

    assert buyer.say(text, "thank_you") == ["utter_nothing_refunded"]
    assert buyer.active_loop == {}
    assert given_back(stripe_wire) == []
    assert parse_portion(text, asked=True) is None


@pytest.mark.parametrize("text", ["thanks", "that's all four of them", "nothing for me"])
def test_thanks_alone_and_a_number_are_no_goodbye(text: str) -> None:
    """The control."""
    assert not says_goodbye(text)
