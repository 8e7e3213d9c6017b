"""Refunds during a purchase: a question is answered, a request leaves the purchase."""

from __future__ import annotations

import pytest
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.actions import ValidateBuyTicketsForm
from tests.flows.conversation import Conversation
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.flows.turn import REFUND_FORM as FORM
from ticket_clerk.ticketing.container import Container

ASKED_AGAIN = SlotSet("requested_slot", "quantity")


@pytest.fixture
def sam(container: Container, stripe_wire: StripeWire) -> Conversation:
    """A buyer with two paid tickets, in the middle of another purchase."""
    sam = Conversation()
    buy(container, stripe_wire, buyer=sam.buyer)
    sam.active_loop = {"name": BUY_FORM}
    sam.slots = {"show": "swan-lake-matinee", "section": "stalls", "requested_slot": "quantity"}
    return sam


@pytest.mark.parametrize(
    "text",
    [
        "actually refund my lakers tickets",
        "first give me my money back for the other ones",
        "can you refnd the lakers tickets",
        "i want to hand the other tickets back",
    ],
)
def test_a_wish_leaves_the_purchase_and_begins_the_refund(
    container: Container, sam: Conversation, text: str
) -> None:
    """Nobody has to say "stop" first; that nothing was ordered is said."""
    events = sam.receive(text, "request_refund").run(ValidateBuyTicketsForm(container))

    assert sam.responses == ["utter_nothing_ordered"]
    assert events[0] == ActiveLoop(None)
    assert events[-1] == FollowupAction(FORM)
    assert sam.slots["show"] is None


@pytest.mark.parametrize(
    "text", ["do i get my money back if it rains?", "are they refundable?", "what if i'm ill?"]
)
def test_a_question_is_answered_and_the_purchase_goes_on(
    container: Container, sam: Conversation, text: str
) -> None:
    """The form asks its question again."""
    events = sam.receive(text, "request_refund").run(ValidateBuyTicketsForm(container))

    assert events[-1] == ASKED_AGAIN
    assert sam.slots["show"] == "swan-lake-matinee"
    assert sam.responses == ["utter_refund_rules_for_orders"]


def test_what_only_resembles_such_a_wish_throws_nothing_away(
    container: Container, sam: Conversation
) -> None:
    """Of money and of giving back it must speak."""
    sam.receive("i don't need the seats over there", "request_refund")

    sam.run(ValidateBuyTicketsForm(container))

    assert sam.slots["show"] == "swan-lake-matinee"


def test_with_nothing_to_give_back_the_purchase_goes_on(container: Container) -> None:
    """It says so, and asks on."""
    ben = Conversation("ben")
    ben.active_loop = {"name": BUY_FORM}
    ben.slots = {"show": "swan-lake-matinee", "section": "stalls", "requested_slot": "quantity"}
    ben.receive("refund please", "request_refund")

    assert ben.run(ValidateBuyTicketsForm(container))[-1] == ASKED_AGAIN
    assert ben.responses == ["utter_refund_nothing"]
