"""What could be done at another time, and what the buyer will do then, changes nothing now."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.flows.form_driver import FormDriver
from tests.flows.test_sentences import Begin, begin, shop, start, state
from tests.stripe_wire import StripeWire
from ticket_clerk.flows.turn import BUY_FORM, REFUND_FORM, TRANSFER_FORM, UPGRADE_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.understanding.text import normalize
from ticket_clerk.understanding.times.own import is_for_later, without_own_times

__all__ = ["shop", "start"]

ASKING = ["could I", "can we still", "may I", "hmm, might I", "would I be able to", "is it ok if I"]
ACTS = [
    "change it to 3",
    "add one more",
    "cancel",
    "cancel the order",
    "make it the parquet",
    "move to the parquet",
    "swap it for Harbor Lights",
    "drop one ticket",
    "give one back",
    "get a refund",
    "upgrade my seats",
    "give one to a friend",
    "put my sister's name on one",
    "replace it by two in the gallery",
    "end my season ticket",
]
TIMES = [
    "later",
    "later on",
    "afterwards",
    "tomorrow",
    "on Friday",
    "next week",
    "next week",
    "some other day",
    "once I've paid",
    "after paying",
    "on March 3",
]
STATES = ["section_asked", "number_asked", "summary", "paid", "refund_summary", "unpaid"]
BEGUN = ["upgrade us to the parquet", "give one of my tickets to a friend"]
GUESSES = ["affirm", "deny", "inform", "buy_tickets", "cancel_order", "request_refund"]
SLOTS = {
    BUY_FORM: ("show", "section", "quantity", "replaces_order", "is_changing_order"),
    REFUND_FORM: ("refund_order", "refund_quantity"),
    UPGRADE_FORM: ("upgrade_order", "upgrade_section"),
    TRANSFER_FORM: ("transfer_ticket", "transfer_holder"),
}


def _kept(shop: Container, buyer: FormDriver) -> tuple[Any, ...]:
    slots = [buyer.slots.get(name) for names in SLOTS.values() for name in names]
    return (state(shop, buyer), buyer.slots.get("requested_slot"), slots)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asking=st.sampled_from(ASKING),
    act=st.sampled_from(ACTS),
    time=st.sampled_from(TIMES),
    context=st.sampled_from([*STATES, *BEGUN]),
    guess=st.sampled_from(GUESSES),
    number=st.integers(min_value=1),
)
@example("could I", "change it to 3", "later", "summary", "inform", 1)
@example("can we still", "cancel", "tomorrow", "summary", "cancel_order", 2)
@example("could I", "move to the parquet", "later", "section_asked", "inform", 3)
@example("may I", "upgrade my seats", "later on", "paid", "affirm", 4)
def test_what_is_asked_of_another_time_is_not_done(
    shop: Container,
    stripe_wire: StripeWire,
    asking: str,
    act: str,
    time: str,
    context: str,
    guess: str,
    number: int,
) -> None:
    """Whatever it is, wherever it is asked, and whatever it is taken for."""
    buyer = begin(shop, stripe_wire, "paid" if context in BEGUN else context, f"sam{number}")
    if context in BEGUN:
        buyer.say(context, "nlu_fallback")
    before = _kept(shop, buyer)

    said = buyer.say(f"{asking} {act} {time}?", guess)

    assert said
    assert _kept(shop, buyer) == before


@pytest.mark.parametrize(
    "text",
    [
        "I'll pay tomorrow",
        "we'll decide on Saturday",
        "I'd tell you in the evening",
        "I'm going to ask my wife on Friday",
        "I might add one more next week",
        "we will cancel tomorrow",
        "I'll be back later",
    ],
)
@pytest.mark.parametrize("context", ["section_asked", "number_asked", "summary"])
@pytest.mark.parametrize("guess", ["inform", "goodbye", "deny", "cancel_order"])
def test_what_is_announced_for_another_time_is_not_done(
    shop: Container, start: Begin, text: str, context: str, guess: str
) -> None:
    """No show is looked for on that day either, and the form goes on."""
    buyer = start(context)
    before = _kept(shop, buyer)

    said = buyer.say(text, guess)

    assert _kept(shop, buyer) == before
    assert not {"utter_shows_found", "utter_nothing_then", "utter_goodbye"} & set(said)


@pytest.mark.parametrize(
    ("context", "text", "slot", "value"),
    [
        ("section_asked", "could we move to the parquet?", "section", "parquet"),
        ("number_asked", "could I have 3?", "quantity", 3),
        ("summary", "can I have five?", "quantity", 5),
        ("summary", "could I change it to 3?", "quantity", 3),
        ("summary", "could we take the gallery instead?", "section", "gallery"),
        ("summary", "make it 3, I'll pay tomorrow", "quantity", 3),
    ],
)
def test_what_is_asked_for_now_is_taken(
    start: Begin, context: str, text: str, slot: str, value: object
) -> None:
    """The control: the same without another time, and beside what is to be done then."""
    buyer = start(context)

    buyer.say(text, "inform")

    assert buyer.slots[slot] == value


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("can I get a refund?", REFUND_FORM),
        ("could you upgrade us to the parquet?", UPGRADE_FORM),
        ("give one of my tickets to a friend", TRANSFER_FORM),
    ],
)
def test_what_is_asked_for_now_begins(start: Begin, text: str, form: str) -> None:
    """The control for paid tickets."""
    buyer = start("paid")

    buyer.say(text, "nlu_fallback")

    assert buyer.active_loop["name"] == form


@pytest.mark.parametrize(
    ("text", "guess", "said"),
    [
        ("can I still cancel tomorrow?", "nlu_fallback", "utter_about_refund_policy"),
        ("could I take a better section later?", "deny", "utter_about_exchange_policy"),
        ("can I add one more afterwards?", "nlu_fallback", "utter_about_order_limit"),
        ("I'll pay tomorrow", "show_orders", "utter_about_hold_time"),
    ],
)
def test_the_rule_for_it_is_told(start: Begin, text: str, guess: str, said: str) -> None:
    """It is no refusal, and what is summed up follows."""
    answers = start("summary").say(text, guess)

    assert answers == [said, "utter_ask_confirm_order_again"]


OWN = [
    "I'll pay tomorrow",
    "can you hold the two until tomorrow?",
    "I'll tell you in the evening",
    "can I pick them up on Saturday?",
    "could my sister decide by Thursday?",
    "we will know on Sunday whether mum comes",
    "I'm going to pay on Friday",
    "can I order it on March 3?",
]
OF_SHOWS = [
    "we'd like to go on Saturday",
    "can we come on Saturday?",
    "rather in the evening",
    "can I have two for Saturday?",
    "make it the evening",
    "could we do Saturday instead?",
    "we can only make it on a Friday",
    "we're in Chicago on Saturday",
    "I want to see it on Friday",
    "can I move to the Saturday?",
    "book me two on Friday",
    "what do you have in the evening?",
    "is there a later one?",
    "can we come later?",
    "I can't on Friday",
    "can you find me something on Saturday?",
    "tell me what show I can go to tonight",
    "what can I do in Boston tomorrow?",
    "can we change to the show in the evening?",
    "could you move us to the one on Friday?",
]


@pytest.mark.parametrize("text", OWN)
def test_a_day_of_the_buyers_own_is_blanked_out(text: str) -> None:
    """It is when they do something else than to see a show."""
    assert without_own_times(normalize(text)) != normalize(text)
    assert is_for_later(text)


@pytest.mark.parametrize("text", [*OF_SHOWS, "can I pay?", "could I have 3?", "no, after all 3"])
def test_a_day_of_a_show_stays(text: str) -> None:
    """The control: they go, see or choose, or name no time."""
    assert without_own_times(normalize(text)) == normalize(text)
    assert not is_for_later(text)


@pytest.mark.parametrize(
    "text", ["maybe later", "see you later", "what does it mean when it says so?"]
)
def test_later_alone_announces_nothing(text: str) -> None:
    """Nor does what is the case at some time."""
    assert not is_for_later(text)


def test_what_is_done_today_is_for_no_later_time() -> None:
    """Although it names no day of a show."""
    assert without_own_times("can i pay today?") != "can i pay today?"
    assert not is_for_later("can I pay today?")


def test_beside_a_yes_the_rule_is_told_with_the_link(start: Begin) -> None:
    """A question about later takes nothing from the yes, and has its answer."""
    said = start("summary").say("yes please. Can I add one more later?", "affirm")

    assert set(said) == {"utter_about_order_limit", "utter_checkout_link"}


@pytest.mark.parametrize(
    "text", ["my salary comes on Friday", "my salary comes on Friday, I'd pay then"]
)
def test_a_day_at_which_nothing_is_known_leaves_the_show(
    shop: Container, start: Begin, text: str
) -> None:
    """It wants no game on a Friday."""
    buyer = start("summary")
    before = _kept(shop, buyer)

    buyer.say(text, "out_of_scope")

    assert _kept(shop, buyer) == before


@pytest.mark.parametrize("text", ["rather something on Friday", "we can only come on a Friday"])
def test_a_day_that_is_wanted_is_told_of(start: Begin, text: str) -> None:
    """The control: what is on then."""
    buyer = start("summary")

    buyer.say(text, "inform")

    assert "Night Owls" in buyer.read_all()
