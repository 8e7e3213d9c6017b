"""Handoff to operators, on request or after three misunderstood turns, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rasa_sdk import Action
from rasa_sdk.events import (
    ActionExecuted,
    ActionReverted,
    ConversationPaused,
    ConversationResumed,
)

from actions.actions import (
    ActionReportPayment,
    ActionRespond,
    ValidateBuyTicketsForm,
    ValidateRefundForm,
    ValidateSeasonForm,
)
from tests.flows.conversation import Conversation
from tests.flows.training import ROOT
from tests.moving_clock import MovableClock
from ticket_clerk.operators_client import OperatorsClient
from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import HandoffReason
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.handoffs.handover import give_back_unanswered

SILENCE = [ConversationPaused(), ActionExecuted("action_listen")]


@pytest.fixture
def office(container: Container) -> Container:
    """A shop that has operators, whom nobody tells anything here."""
    return replace(container, operators=OperatorsClient("http://127.0.0.1:9", "key"))


def test_without_operators_the_answer_is_honest_and_the_bot_goes_on(container: Container) -> None:
    """As long as OPERATOR_WEBHOOK_URL is not set; the shop's contact is named if it has one."""
    sam = Conversation()
    sam.receive("a person please", "human_handoff")

    assert sam.run(ActionRespond(container)) == []
    assert sam.responses == ["utter_human_handoff_unknown"]

    load_shows(container.database, ShowsFile(ROOT / "shows.yml"), now=container.now())
    sam.receive("a person please", "human_handoff")

    assert sam.run(ActionRespond(container)) == []
    assert sam.responses == ["utter_human_handoff"]
    assert "help@tickets.example" in sam.read()


def test_where_nobody_answers_no_person_is_offered(container: Container) -> None:
    """The third time in a row that nothing was understood names the contact instead."""
    load_shows(container.database, ShowsFile(ROOT / "shows.yml"), now=container.now())
    sam = Conversation()
    sam.slots = {"show": "lakers-warriors", "requested_slot": "section"}
    sam.active_loop = {"name": "buy_tickets_form"}
    for text in ("flurb", "gnarf", "gnarf!!"):
        sam.receive(text, "nlu_fallback").run(ValidateBuyTicketsForm(container))

    assert sam.responses[-1] == "utter_offer_contact"


def test_with_operators_the_bot_says_so_and_is_silent(office: Container) -> None:
    """The buyer knows whom they wait for."""
    sam = Conversation()
    sam.receive("a person please", "human_handoff")

    assert sam.run(ActionRespond(office)) == SILENCE
    assert sam.responses == ["utter_handed_over"]
    (handoff,) = handover.list_handoffs(office, is_open=True)
    assert (handoff.buyer, handoff.reason) == (sam.buyer, HandoffReason.ASKED)


def test_the_third_time_nothing_is_understood_people_take_over(office: Container) -> None:
    """First in words, then with buttons, then a person."""
    sam = Conversation()
    said, events = [], []
    for text in ("flurb", "gnarf", "gnarf!!"):
        events = sam.receive(text, "nlu_fallback").run(ActionRespond(office))
        said += sam.responses

    assert said == ["utter_not_understood", "utter_not_understood_again", "utter_handed_over"]
    assert events == SILENCE
    assert handover.list_handoffs(office, is_open=True)[0].reason is HandoffReason.NOT_UNDERSTOOD


def test_an_answer_in_between_starts_the_count_anew(office: Container) -> None:
    """Three in a row, not three in a life."""
    sam = Conversation()
    for text in ("flurb", "gnarf"):
        sam.receive(text, "nlu_fallback").run(ActionRespond(office))
    sam.receive("boston", "inform").run(ActionRespond(office))
    sam.receive("flurb", "nlu_fallback").run(ActionRespond(office))

    assert sam.responses == ["utter_not_understood"]


def _report(sam: Conversation, office: Container) -> list[dict[str, Any]]:
    """Report what is new; returns the events behind the one that undoes the push."""
    undone, *events = sam.run(ActionReportPayment(office))
    assert undone == ActionReverted()
    return events


def test_an_operator_speaks_in_their_own_name(office: Container) -> None:
    """The bot lends its channel and not its voice."""
    sam = Conversation()
    sam.receive("a person please", "human_handoff")
    sam.run(ActionRespond(office))
    (handoff,) = handover.list_handoffs(office, is_open=True)
    handover.say(office, handoff.id, operator="Rita", text="Hi, {link} is no link.")

    assert _report(sam, office) == []
    assert sam.read() == "Rita (a person): Hi, {link} is no link."
    assert _report(sam, office) == []
    assert sam.said == []


def test_only_handing_back_makes_the_bot_answer_again(office: Container) -> None:
    """And it says that it is the bot."""
    sam = Conversation()
    sam.receive("a person please", "human_handoff")
    sam.run(ActionRespond(office))
    (handoff,) = handover.list_handoffs(office, is_open=True)
    handover.hand_back(office, handoff.id)

    assert _report(sam, office) == [ConversationResumed()]
    assert sam.responses == ["utter_handed_back"]


def test_who_was_not_answered_is_told_and_has_the_bot_again(
    office: Container, clock: MovableClock
) -> None:
    """Instead of silence for good."""
    sam = Conversation()
    sam.receive("a person please", "human_handoff")
    sam.run(ActionRespond(office))
    clock.move(minutes=16)
    give_back_unanswered(office)

    assert _report(sam, office) == [ConversationResumed()]
    assert sam.responses == ["utter_nobody_answered"]


def test_who_is_not_understood_three_times_in_a_purchase_is_offered_a_person(
    office: Container,
) -> None:
    """The form goes on: they may still answer its question."""
    sam = Conversation()
    sam.slots = {"show": "lakers-warriors", "requested_slot": "section"}
    sam.active_loop = {"name": "buy_tickets_form"}
    said = []
    for text in ("flurb", "gnarf", "gnarf!!"):
        sam.receive(text, "nlu_fallback").run(ValidateBuyTicketsForm(office))
        said.append(sam.responses)

    missed = ["utter_not_understood_in_order"]
    assert said == [missed, missed, [*missed, "utter_offer_person"]]


@pytest.mark.parametrize(
    ("form", "slot", "form_validates", "missed"),
    [
        ("season_form", "confirm_season", ValidateSeasonForm, "utter_not_understood_in_season"),
        ("refund_form", "refund_order", ValidateRefundForm, "utter_not_understood_in_refund"),
    ],
)
def test_in_every_form_the_third_time_offers_a_person(
    office: Container, form: str, slot: str, form_validates: type[Action], missed: str
) -> None:
    """Not only while buying."""
    sam = Conversation()
    sam.slots = {"requested_slot": slot, "season_ticket": "lakers-season"}
    sam.active_loop = {"name": form}
    said = []
    for text in ("flurb", "gnarf", "gnarf!!"):
        sam.receive(text, "nlu_fallback").run(form_validates(office))
        said.append(sam.responses)

    assert said == [[missed], [missed], [missed, "utter_offer_person"]]


def test_what_is_out_of_scope_counts_too(office: Container) -> None:
    """Who is not understood does not care which of two sentences says so."""
    sam = Conversation()
    sam.receive("flurb", "out_of_scope").run(ActionRespond(office))
    sam.receive("gnarf", "nlu_fallback").run(ActionRespond(office))
    assert sam.responses == ["utter_not_understood_again"]
    sam.receive("gnarf flurb", "out_of_scope").run(ActionRespond(office))

    assert sam.responses == ["utter_handed_over"]
