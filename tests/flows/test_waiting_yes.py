"""A proposal waits where its buyer wants time: told once, and asked again when they come back."""

from __future__ import annotations

import pytest

from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of

__all__ = ["shop", "start"]

WAITS = "utter_proposal_waits"
PAUSES = [
    "wait",
    "not yet",
    "don't order it yet",
    "hold on, I'll ask my wife",
    "not so fast! I have to check with my sister first",
    "let me think about it",
]
QUESTIONS = [("do you take amex?", "ask_how_to_pay"), ("is there a bar?", "ask_show")]


@pytest.mark.parametrize("text", PAUSES)
@pytest.mark.parametrize("guess", ["deny", "inform", "out_of_scope", "nlu_fallback"])
def test_who_wants_time_reads_once_that_nothing_is_ordered(
    shop: Container, start: Begin, text: str, guess: str
) -> None:
    """Their questions are answered, the summary under none of the answers; a yes orders it."""
    buyer = start("summary")

    assert buyer.say(text, guess) == [WAITS]
    for question, intent in QUESTIONS:
        assert not any("ask_confirm" in said for said in buyer.say(question, intent))

    assert orders_of(shop, buyer.buyer) == []
    assert buyer.say("ok yes please", "affirm") == ["utter_checkout_link"]
    assert [order.quantity for order in orders_of(shop, buyer.buyer)] == [4]


@pytest.mark.parametrize("text", ["great", "perfect", "sounds good"])
def test_praise_of_an_answer_is_no_yes_to_what_waits(
    shop: Container, start: Begin, text: str
) -> None:
    """What was proposed is summed up again, as it is no longer what was said last."""
    buyer = start("summary")
    buyer.say("wait", "deny")
    buyer.say(*QUESTIONS[1])

    assert buyer.say(text, "affirm") == ["utter_ask_confirm_order_again"]
    assert orders_of(shop, buyer.buyer) == []


def test_praise_right_after_a_summary_is_a_yes(start: Begin) -> None:
    """The control."""
    assert start("summary").say("perfect", "affirm") == ["utter_checkout_link"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("make it three", "utter_ask_confirm_order"),
        ("so the four in the loge", "utter_ask_confirm_order_again"),
        ("xyzzy", "utter_ask_confirm_order_again"),
    ],
)
def test_who_comes_back_to_it_reads_it_again(start: Begin, text: str, said: str) -> None:
    """By a change, by naming the same, and where nothing was understood."""
    buyer = start("summary")
    buyer.say("not yet", "deny")
    buyer.say(*QUESTIONS[0])

    assert buyer.say(text, "nlu_fallback")[-1] == said


def test_a_question_alone_has_the_summary_under_its_answer(start: Begin) -> None:
    """The control: nobody has wanted time."""
    assert start("summary").say(*QUESTIONS[0])[-1] == "utter_ask_confirm_order_again"


def test_after_a_no_it_is_asked_once_what_to_change(start: Begin) -> None:
    """The answers to what is asked then stand alone."""
    buyer = start("summary")

    assert buyer.say("no", "deny") == ["utter_ask_change"]
    for question, intent in QUESTIONS:
        assert "utter_ask_change" not in buyer.say(question, intent)
    assert buyer.say("five tickets", "inform") == ["utter_ask_confirm_order"]
