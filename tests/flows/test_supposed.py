"""What is asked for a case that may come is answered by the rules, and changes nothing."""

from __future__ import annotations

import pytest

from tests.flows.refunding import given_back
from tests.flows.test_sentences import Begin, shop, start, state
from tests.stripe_wire import StripeWire
from ticket_clerk.flows.turn import BUY_FORM, REFUND_FORM, TRANSFER_FORM, UPGRADE_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of

__all__ = ["shop", "start"]

ILL = [
    "what if mum is poorly on the day?",
    "what happens if she's unwell that week",
    "and if my husband has to work that night?",
    "suppose dad breaks his leg before then, what about the money?",
]
GUESSES = ["out_of_scope", "affirm", "request_refund", "buy_tickets"]
RULES = ("utter_about_refund_policy", "utter_refund_rules")


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize("text", [*ILL, *(f"yes. {one}" for one in ILL), f"yes, {ILL[0]}"])
def test_a_case_asked_at_a_summary_is_answered_by_the_refund_rules(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """A yes beside it waits for the answer; the one after that counts."""
    buyer = start("summary")
    before = state(shop, buyer)

    said = buyer.say(text, guess)

    assert said[0].startswith(RULES)
    assert said[-1].startswith("utter_ask_confirm_order")
    assert state(shop, buyer) == before
    assert buyer.say("yes", "affirm") == ["utter_checkout_link"]


@pytest.mark.parametrize(
    ("begun", "form"),
    [
        ("give one of my tickets to a friend", TRANSFER_FORM),
        ("refund two please", REFUND_FORM),
        ("upgrade us to the parquet", UPGRADE_FORM),
        ("one more in the loge please", BUY_FORM),
    ],
)
@pytest.mark.parametrize("text", [*ILL[:2], f"yes, {ILL[0]}"])
def test_a_case_asked_in_any_form_is_answered_and_the_form_goes_on(
    shop: Container, stripe_wire: StripeWire, start: Begin, begun: str, form: str, text: str
) -> None:
    """With what it asks for, and no ticket is given back, given away or moved."""
    buyer = start("paid")
    buyer.say(begun, "nlu_fallback")
    before = state(shop, buyer)
    assert before.form == form

    said = buyer.say(text, "affirm")

    assert said[0].startswith(RULES)
    assert state(shop, buyer) == before
    assert given_back(stripe_wire) == []


def test_another_case_has_its_own_answer(start: Begin) -> None:
    """Rain is no illness."""
    buyer = start("summary")

    buyer.say("yes. What if it rains?", "affirm")

    assert "under a roof" in buyer.read_all()


@pytest.mark.parametrize("text", ["yes please, if possible", "yes, if you like", "yes. Thanks"])
def test_a_polite_if_supposes_nothing(shop: Container, start: Begin, text: str) -> None:
    """The yes counts."""
    buyer = start("summary")

    assert "utter_checkout_link" in buyer.say(text, "affirm")
    assert len(orders_of(shop, buyer.buyer)) == 1
