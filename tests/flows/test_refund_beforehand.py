"""The rule for refunds is told to who asks before anything is bought."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.refunding import paid
from tests.flows.test_sentences import begin, shop, start
from tests.stripe_wire import StripeWire
from ticket_clerk.ticketing.container import Container

__all__ = ["shop", "start"]

RULE = "until 24 hours before the show"


@pytest.mark.parametrize("context", ["nothing", "summary"])
@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("how about refunds. in case my girl falls ill", "request_refund"),
        ("and if one of us is sick and we can't go, what then", "out_of_scope"),
        ("what about my money back if grandma is unwell", "request_refund"),
    ],
)
def test_a_case_that_is_thought_of_is_answered_by_the_rule(
    shop: Container, stripe_wire: StripeWire, context: str, text: str, guess: str
) -> None:
    """Nobody is told that they have bought nothing; a purchase goes on."""
    sam = begin(shop, stripe_wire, context, "sam")

    said = sam.say(text, guess)

    assert RULE in sam.read_all()
    assert "utter_refund_nothing" not in said
    assert context == "nothing" or said[-1].startswith("utter_ask_confirm_order")


@pytest.mark.parametrize("text", ["refund my tickets", "refund me if possible"])
def test_a_demand_before_anything_is_bought_is_told_so(container: Container, text: str) -> None:
    """There is nothing to refund."""
    assert FormDriver(container).say(text, "request_refund") == ["utter_refund_nothing"]


def test_a_demand_with_paid_tickets_begins_a_refund(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A polite condition changes nothing of it."""
    sam = FormDriver(container)
    paid(container, stripe_wire, sam)

    assert sam.say("refund my tickets if possible", "request_refund") == [
        "utter_ask_refund_quantity"
    ]
