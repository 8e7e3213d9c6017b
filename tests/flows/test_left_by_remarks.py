"""A form that the talk has left asks nothing a third time: it ends with one short sentence."""

from __future__ import annotations

import pytest

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, shop, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of

__all__ = ["shop", "start"]
REMARK = "I'd love to see swan lake some day, my brother raves about it"
REMARKS = ("he plays the cello himself", "my neighbour keeps bees, you know")
OF_OWN_TICKETS = [
    ("can I move to better seats?", "upgrade_seat", "utter_nothing_upgraded"),
    ("I'd like to give some back", "request_refund", "utter_nothing_refunded"),
    ("give one of my tickets to a friend", "inform", "utter_deny"),
]


@pytest.fixture
def wisher(shop: Container) -> FormDriver:
    """Somebody whose remark was taken for an order."""
    buyer = FormDriver(shop)
    assert buyer.say(REMARK, "buy_tickets") == ["utter_ask_section"]
    return buyer


@pytest.mark.parametrize("remark", [REMARKS[1], "he is a gem", "flurb gnarf"])
@pytest.mark.parametrize("guess", ["out_of_scope", "nlu_fallback"])
def test_a_purchase_that_a_remark_has_begun_is_left(
    wisher: FormDriver, remark: str, guess: str
) -> None:
    """Unclear words are no answer to a form that has never had one."""
    wisher.say(REMARKS[0], guess)

    assert wisher.say(remark, guess) == ["utter_nothing_ordered"]
    assert wisher.active_loop == {}
    assert wisher.slots["show"] is None


@pytest.mark.parametrize(("request_", "intent", "said"), OF_OWN_TICKETS)
def test_every_form_is_left(start: Begin, request_: str, intent: str, said: str) -> None:
    """The tickets stay as they are."""
    buyer = start("paid")
    buyer.say(request_, intent)
    buyer.say(REMARKS[0], "out_of_scope")

    assert buyer.say(REMARKS[1], "out_of_scope") == [said]
    assert buyer.active_loop == {}


def test_a_form_in_which_nothing_was_chosen_is_left(shop: Container) -> None:
    """Nothing was begun that could be stopped."""
    buyer = FormDriver(shop)
    buyer.say("I want a season ticket", "subscribe_season_tickets")
    buyer.say(REMARKS[0], "out_of_scope")

    assert buyer.say(REMARKS[1], "out_of_scope") == ["utter_deny"]
    assert buyer.active_loop == {}


@pytest.mark.parametrize(
    "between", ["is there a lift?", "how long is it?", "what colour are the chairs?", "the loge"]
)
def test_questions_about_what_is_bought_and_answers_keep_the_purchase(
    wisher: FormDriver, between: str
) -> None:
    """The control: neither two remarks in a row nor two that were not about it."""
    wisher.say(REMARKS[0], "out_of_scope")
    wisher.say(between, "out_of_scope")
    wisher.say(REMARKS[1], "out_of_scope")

    assert wisher.active_loop
    assert wisher.slots["show"] == "swan-lake"


@pytest.mark.parametrize("questions", [("is there a lift?", "how long is it?", "and parking?")])
def test_questions_alone_never_leave_it(wisher: FormDriver, questions: tuple[str, ...]) -> None:
    """The control: somebody who asks is interested."""
    for question in questions:
        wisher.say(question, "out_of_scope")

    assert wisher.active_loop


def test_what_was_answered_as_far_as_the_summary_is_kept(shop: Container, start: Begin) -> None:
    """The control: a chatty buyer who has chosen it all may still say yes."""
    buyer = start("summary")
    for remark in REMARKS:
        buyer.say(remark, "out_of_scope")
    buyer.say("yes please", "affirm")

    assert len(orders_of(shop, buyer.buyer)) == 1
