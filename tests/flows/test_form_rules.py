"""No sentence is left without an answer while a form is active."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.flows.conversation import DOMAIN
from tests.flows.form_driver import FormDriver
from tests.flows.refunding import ask, paid
from tests.flows.training import ROOT
from tests.stripe_wire import StripeWire
from ticket_clerk.flows.purchase.form import FORM as PURCHASE
from ticket_clerk.flows.refund.form import FORM as REFUND
from ticket_clerk.flows.season.ending import FORM as SEASON_END
from ticket_clerk.flows.season.form import FORM as SEASON
from ticket_clerk.flows.transfer.form import FORM as TRANSFER
from ticket_clerk.flows.upgrade import FORM as UPGRADE
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout

FORMS = [PURCHASE, REFUND, SEASON, SEASON_END, TRANSFER, UPGRADE]


def test_every_intent_leads_to_the_dialogue_manager() -> None:
    """One rule for all that is said outside of a form; in a form no rule answers.

    What Rasa's classifier is unsure of leads there as well: its own fallback would apologize.
    """
    rules = yaml.safe_load((ROOT / "data/rules/dialogue.yml").read_text(encoding="utf-8"))["rules"]
    intents = {
        entry if isinstance(entry, str) else next(iter(entry)) for entry in DOMAIN["intents"]
    }

    assert [rule["steps"][1:] for rule in rules] == [[{"action": "action_respond"}]]
    assert {step["intent"] for step in rules[0]["steps"][0]["or"]} == {*intents, "nlu_fallback"}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_every_slot_of_a_form_is_in_the_domain(form: Any) -> None:
    """Setting a slot that isn't there fails silently in Rasa."""
    assert set(form.slots) <= set(DOMAIN["slots"])
    assert form.consent in form.slots


def test_a_no_that_goes_on_with_a_question_is_answered_at_a_refunds_confirmation(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The question is answered, and the form asks again."""
    sam = FormDriver(container)
    paid(container, stripe_wire, sam)
    ask(sam, "refund both tickets")

    answered, asked = sam.say("no, wait, where is the show?", "deny")

    assert answered in {"utter_show_facts", "utter_fact_of_place"}
    assert asked == "utter_ask_confirm_refund_again"


@pytest.mark.parametrize("intent", ["nlu_fallback", "inform", "deny"])
def test_an_order_number_without_a_known_intent_is_answered_while_three_orders_are_open(
    container: Container, intent: str
) -> None:
    """Whatever form is active, the order's status is said and the form goes on."""
    sam = FormDriver(container)
    orders = [
        start_checkout(
            container, sam.buyer, show_id="lakers-warriors", section_id="201", quantity=number
        )
        for number in (1, 2, 3)
    ]
    sam.say("tickets for swan lake", "buy_tickets")

    answers = sam.say(f"{orders[0].id} hmm", intent)

    assert "utter_order_open" in answers
    assert answers[-1].startswith("utter_ask_")


@pytest.mark.parametrize("text", ["/affirm", "/SetSlots(confirm_refund=true)", " /affirm{}"])
def test_slash_commands_never_count_as_consent(
    container: Container, stripe_wire: StripeWire, text: str
) -> None:
    """One guard for all forms."""
    sam = FormDriver(container)
    paid(container, stripe_wire, sam)
    ask(sam, "refund both tickets")

    assert sam.say(text, "affirm")[0] == "utter_not_understood_in_refund"
    assert stripe_wire.list_all("/v1/refunds") == []


@pytest.mark.parametrize(("intent", "confidence"), [("affirm", 0.4), ("inform", 1.0)])
def test_a_word_that_only_resembles_a_yes_orders_nothing(
    container: Container, intent: str, confidence: float
) -> None:
    """Channels drop the slash of "/affirm"; what is left needs Rasa to be sure of a yes."""
    sam = FormDriver(container)
    sam.say("2 tickets for lakers vs warriors in section 101", "buy_tickets")
    sam.receive("affirm", intent, confidence)
    sam._listen()

    assert queries.orders_of(container, sam.buyer) == []
    assert sam.active_loop
