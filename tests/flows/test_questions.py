"""A question changes nothing, and a wrong intent of Rasa's starts nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from actions.actions import ActionRespond, ValidateBuyTicketsForm
from tests.flows.conversation import DOMAIN, Conversation
from tests.flows.form_driver import FormDriver
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.languages.topics import topics
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.orders.queries import orders_of

INTENTS = sorted(name if isinstance(name, str) else next(iter(name)) for name in DOMAIN["intents"])
# Said by the channels themselves, never a guess of the model's.
GUESSED = [intent for intent in INTENTS if intent != "card_number"]
# "Can I get my money back?" may as well ask for it.
POLITE = re.compile(r".*\b(can|could|may|how do) i\b", re.IGNORECASE)
# What stands in front of a question in a sentence of its own may be meant.
STATED = re.compile(r"[.!] |need ")
QUESTIONS = [
    "is six allowed too?",
    "one of us is on crutches, is that a problem?",
    "is section 201 higher up?",
    "who called it off?",
    "what if 3 of us are late?",
    "do you take amex?",
    "would 8 be cheaper?",
    "why did you cancel my order?",
    "could it be that it's canceled?",
    "where do two people with a dog sit?",
    "how much would I get back?",
    "is there anything at 7 in the swan lake house?",
    *(
        example
        for topic in topics("en").values()
        for example in topic.examples
        if example.endswith("?") and not POLITE.match(example) and not STATED.search(example)
    ),
]
STATES: list[dict[str, Any]] = [
    {"requested_slot": "show"},
    {"show": "lakers-warriors", "requested_slot": "section"},
    {"show": "lakers-warriors", "section": "101", "requested_slot": "quantity"},
    {
        "show": "lakers-warriors",
        "section": "101",
        "quantity": 2,
        "quoted_amount": 40000,
        "requested_slot": "confirm_order",
    },
]
PURCHASE = ("show", "section", "quantity", "confirm_order", "quoted_amount", "replaces_order")


@pytest.fixture
def ana(container: Container, stripe_wire: StripeWire) -> Conversation:
    """A buyer with a paid and an unpaid order."""
    ana = Conversation("ana")
    buy(container, stripe_wire, buyer=ana.buyer)
    start_checkout(
        container, ana.buyer, show_id="swan-lake-matinee", section_id="stalls", quantity=1
    )
    return ana


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.sampled_from(QUESTIONS),
    state=st.sampled_from(STATES),
    intent=st.sampled_from(GUESSED),
)
def test_a_question_in_a_purchase_leaves_slots_and_orders_as_they_were(
    container: Container, ana: Conversation, question: str, state: dict[str, Any], intent: str
) -> None:
    """Whatever is asked, whenever, and whatever Rasa takes it for."""
    orders = orders_of(container, ana.buyer)
    ana.slots, ana.active_loop = dict(state), {"name": BUY_FORM}
    ana.receive(question, intent).run(ValidateBuyTicketsForm(container))

    assert {name: ana.slots.get(name) for name in PURCHASE} == {
        name: state.get(name) for name in PURCHASE
    }
    # A form in which nothing was said yet is left for a question about orders; nothing is lost.
    is_left = ana.slots["requested_slot"] is None and len(state) == 1
    assert is_left or ana.slots["requested_slot"] == state["requested_slot"]
    assert ana.said
    assert orders_of(container, ana.buyer) == orders


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.sampled_from(QUESTIONS), intent=st.sampled_from(GUESSED))
@example("Could we go on another evening with the same tickets?", "buy_tickets")
def test_a_question_outside_of_a_form_starts_no_purchase_and_changes_no_order(
    container: Container, ana: Conversation, question: str, intent: str
) -> None:
    """It is answered, or it is said that the answer isn't known."""
    orders = orders_of(container, ana.buyer)
    ana.slots, ana.active_loop = {}, {}

    events = ana.receive(question, intent).run(ActionRespond(container))

    assert [event for event in events if event["event"] == "followup"] == []
    assert ana.said
    assert orders_of(container, ana.buyer) == orders


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("I'd like to buy 2 tickets for the Lakers game", "buy_tickets"),
        ("refund my tickets please", "request_refund"),
        ("please cancel my order", "cancel_order"),
        ("what's on in chicago", "browse_events"),
        ("how much are the lakers tickets?", "ask_price"),
        ("did my payment go through?", "payment_status"),
        ("let me talk to a real person", "human_handoff"),
        ("thank you so much", "thank_you"),
        ("is there parking at the arena?", "ask_show"),
        ("put me on the waiting list for the last seat", "use_waiting_list"),
    ],
)
def test_a_wrong_intent_leads_where_the_right_one_does(
    container: Container, text: str, right: str
) -> None:
    """Rasa's intent is a witness: what the words surely say is done, whatever it thought."""
    outcomes = {}
    for intent in GUESSED:
        sam = FormDriver(container, sender_id=f"sam-{intent}")
        outcomes[intent] = (sam.say(text, intent), sam.active_loop.get("name"))

    assert {intent for intent, outcome in outcomes.items() if outcome != outcomes[right]} == set()
