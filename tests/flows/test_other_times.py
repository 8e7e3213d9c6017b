"""Another day is asked for within a purchase, which stands as it stood, and "keep it" goes on."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from actions.actions import ValidateBuyTicketsForm
from tests.flows.conversation import DOMAIN, Conversation
from tests.flows.form_driver import FormDriver
from tests.flows.test_questions import GUESSED, PURCHASE, STATES, ana
from tests.flows.test_sentences import Begin, shop, start
from tests.flows.test_sentences import state as state_of
from ticket_clerk.flows.turn import BUY_FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders.queries import orders_of
from ticket_clerk.understanding.answers import is_no, is_stop, is_yes, keeps_as_is

__all__ = ["ana", "shop", "start"]

KEEPING = [
    "leave it as it is then",
    "no, keep it",
    "ok, stay with that",
    "keep it",
    "no, leave it the way it is",
    "fine, we'll stick to what we have",
    "let's leave everything as is, thanks",
    "then just keep that please",
    "don't change anything",
]
CHOSEN = ["section_asked", "number_asked", "summary"]
SLOTS = (*PURCHASE, "requested_slot", "offered_shows")


def _slots(buyer: FormDriver) -> dict[str, Any]:
    return {name: buyer.slots.get(name) for name in SLOTS}


def _read(buyer: FormDriver) -> str:
    return "\n".join(
        str(DOMAIN["responses"][one["response"]][0]["text"]).format_map(one)
        for one in buyer.answers
    )


@pytest.mark.parametrize("context", CHOSEN)
@pytest.mark.parametrize(
    ("text", "intent"),
    [("I'd rather go on a Sunday", "inform"), ("is there a Sunday one instead?", "browse_events")],
)
def test_another_day_is_answered_for_the_show_being_bought(
    start: Begin, context: str, text: str, intent: str
) -> None:
    """Nothing is on on Sundays: its own date is told, and no catalog."""
    buyer = start(context)
    before = _slots(buyer)

    said = buyer.say(text, intent)

    assert said[:2] == ["utter_fact_of_place", "utter_nothing_then"]
    assert "Sat, Mar 6, 2027" in _read(buyer)
    assert _slots(buyer) == before


@pytest.mark.parametrize("context", CHOSEN)
def test_what_is_on_that_day_is_a_few_and_the_purchase_stands(start: Begin, context: str) -> None:
    """There are games and concerts on Fridays; none is chosen by asking."""
    buyer = start(context)
    before = _slots(buyer)

    said = buyer.say("we'd rather go on a Friday", "inform")

    assert said[:2] == ["utter_fact_of_place", "utter_shows_found"]
    assert _read(buyer).count("•") <= 5
    assert "Magic Flute" not in _read(buyer)
    assert _slots(buyer) == before


def test_the_same_show_at_that_time_goes_before_all_others(shop: Container) -> None:
    """Harbor Lights has an evening, and so have six others."""
    buyer = FormDriver(shop, sender_id="harbor")
    buyer.say("two for harbor lights matinee", "inform")

    buyer.say("is there an evening one instead?", "browse_events")

    assert "Harbor Lights (evening)" in _read(buyer)
    assert "Swan Lake" not in _read(buyer)
    assert buyer.slots["show"] == "harbor-lights-matinee"


@pytest.mark.parametrize("context", CHOSEN)
@pytest.mark.parametrize("text", KEEPING[:3])
def test_whoever_keeps_it_goes_on_where_it_stood(start: Begin, context: str, text: str) -> None:
    """After another day was asked for, the same question stands again."""
    buyer = start(context)
    buyer.say("is there a Sunday one instead?", "browse_events")
    before = _slots(buyer)

    said = buyer.say(text, "deny" if text.startswith("no") else "affirm")

    assert "utter_nothing_ordered" not in said
    assert buyer.active_loop["name"] == BUY_FORM
    assert _slots(buyer) == before


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.sampled_from(KEEPING),
    state=st.sampled_from([one for one in STATES if len(one) > 1]),
    intent=st.sampled_from(GUESSED),
)
def test_keeping_leaves_orders_slots_and_summary_as_they_are(
    container: Container, ana: Conversation, text: str, state: dict[str, Any], intent: str
) -> None:
    """Whatever Rasa takes it for, and wherever in a purchase it is said."""
    orders = orders_of(container, ana.buyer)
    ana.slots, ana.active_loop = dict(state), {"name": BUY_FORM}

    ana.receive(text, intent).run(ValidateBuyTicketsForm(container))

    names = (*PURCHASE, "requested_slot")
    assert {name: ana.slots.get(name) for name in names} == {
        name: state.get(name) for name in names
    }
    assert orders_of(container, ana.buyer) == orders


@pytest.mark.parametrize("context", ["nothing", "paid", "unpaid", "refund_summary", "show_list"])
@pytest.mark.parametrize("intent", ["affirm", "deny", "cancel_order", "request_refund"])
def test_keeping_changes_no_order_anywhere(
    shop: Container, start: Begin, context: str, intent: str
) -> None:
    """Outside of a purchase it is what it says, too: no refund, no canceling, no order."""
    buyer = start(context)
    before, slots, form = state_of(shop, buyer).orders, dict(buyer.slots), dict(buyer.active_loop)
    for text in KEEPING:
        buyer.slots, buyer.active_loop = dict(slots), dict(form)
        buyer.say(text, intent)
        assert state_of(shop, buyer).orders == before, text


@pytest.mark.parametrize("text", KEEPING)
def test_to_keep_it_is_no_yes_to_a_change_of_it(text: str) -> None:
    """At the summary of a refund "ok, stay with that" gave the ticket back."""
    assert keeps_as_is(text)
    assert is_no(text, "affirm")
    assert not is_yes(text, "affirm")


@pytest.mark.parametrize("text", ["leave it", "no, stop", "forget it then", "no thanks"])
def test_leaving_still_leaves(start: Begin, text: str) -> None:
    """The control: these keep nothing."""
    assert not keeps_as_is(text)
    buyer = start("number_asked")
    buyer.say(text, "deny")
    assert buyer.active_loop.get("name") is None


@pytest.mark.parametrize("text", ["keep it but make it three", "keep two of them", "keep seat 4"])
def test_what_changes_something_is_no_mere_keeping(text: str) -> None:
    """The control: the rest of it counts."""
    assert not keeps_as_is(text)
    assert not is_stop(text)


@pytest.mark.parametrize(
    "text", ["can I pay on Sunday?", "and the doors on Sunday, when do they open?"]
)
def test_a_day_of_something_else_is_no_other_day_of_the_show(start: Begin, text: str) -> None:
    """The control: what is asked is another topic."""
    assert "utter_nothing_then" not in start("section_asked").say(text, "ask_show")
