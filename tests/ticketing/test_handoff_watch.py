"""While people lead a conversation: each message is announced, and nobody is left in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.moving_clock import MovableClock
from tests.operators_double import OperatorsDouble
from tests.rasa_double import TOKEN, RasaDouble
from tests.ticketing.deliveries import deliver_due
from tests.ticketing.purchases import told
from ticket_clerk.operators_client import OperatorsClient
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import handoffs
from ticket_clerk.ticketing.domain.models import Buyer, HandoffReason
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.handoffs.handover import ANSWERED_WITHIN, watch_handoffs

ANN = Buyer("rest", "ann")
HANDED_OVER = {"event": "bot", "metadata": {"utter_action": "utter_handed_over"}}


@pytest.fixture
def operators() -> Iterator[OperatorsDouble]:
    """Somebody who is told."""
    double = OperatorsDouble()
    yield double
    double.close()


@pytest.fixture
def rasa() -> Iterator[RasaDouble]:
    """Conversations; nothing is said in them but what a test writes."""
    double = RasaDouble(lambda channel, sender_id: [])
    yield double
    double.close()


@pytest.fixture
def office(container: Container, operators: OperatorsDouble, rasa: RasaDouble) -> Container:
    """A shop that has operators, and conversations to read."""
    people = OperatorsClient(operators.url, "key")
    return replace(container, operators=people, rasa=RasaClient(rasa.url, TOKEN))


def wrote(text: str, message_id: str) -> dict[str, Any]:
    """What Rasa keeps of a buyer's message."""
    return {"event": "user", "text": text, "message_id": message_id}


def hand_over(container: Container) -> str:
    """Hand Ann over; returns the handoff's id."""
    handoff = handover.hand_over(container, ANN, HandoffReason.ASKED)
    assert handoff is not None
    return handoff.id


def test_operators_are_told_once_of_each_later_message(
    office: Container, operators: OperatorsDouble, rasa: RasaDouble
) -> None:
    """With its id and none of its words; what was said before is in the transcript."""
    handoff_id = hand_over(office)
    rasa.conversations["ann"] += [wrote("help", "m1"), HANDED_OVER, wrote("hello?", "m2")]

    assert watch_handoffs(office) == 1
    rasa.conversations["ann"].append(wrote("are you there?", "m3"))
    assert [watch_handoffs(office), watch_handoffs(office)] == [1, 0]
    while deliver_due(office):
        pass

    kinds = [(one["type"], one.get("message", {}).get("id")) for one in operators.told]
    assert kinds == [("handoff.opened", None), ("handoff.message", "m2"), ("handoff.message", "m3")]
    assert {one["handoff"]["id"] for one in operators.told} == {handoff_id}
    assert b"hello" not in b"".join(operators.bodies)


def test_rasa_away_puts_it_off(office: Container, rasa: RasaDouble) -> None:
    """What was written stays in the conversation."""
    hand_over(office)
    rasa.conversations["ann"] += [HANDED_OVER, wrote("hello?", "m2")]
    rasa.mood = "away"
    assert watch_handoffs(office) == 0

    rasa.mood = "well"
    assert watch_handoffs(office) == 1


def test_who_is_not_answered_has_the_bot_again(
    office: Container, operators: OperatorsDouble, clock: MovableClock
) -> None:
    """They are told so, and the operators, too; each once."""
    hand_over(office)
    assert watch_handoffs(office) == 0
    clock.move(minutes=ANSWERED_WITHIN.total_seconds() / 60)

    assert [watch_handoffs(office), watch_handoffs(office)] == [1, 0]
    while deliver_due(office):
        pass

    assert told(office, ANN) == ["handoff_unanswered"]
    assert [one["type"] for one in operators.told] == ["handoff.opened", "handoff.returned"]
    assert handover.list_handoffs(office, is_open=True) == []


def test_who_was_answered_stays_with_the_people(office: Container, clock: MovableClock) -> None:
    """However long it takes them to go on."""
    handoff_id = hand_over(office)
    handover.say(office, handoff_id, operator="Rita", text="One moment.")
    clock.move(minutes=ANSWERED_WITHIN.total_seconds() / 60 + 1)

    assert watch_handoffs(office) == 0


def test_an_answer_that_was_faster_keeps_the_conversation(office: Container) -> None:
    """Found late and answered since: the database looks again when it closes."""
    handoff_id = hand_over(office)
    with office.database.read() as conn:
        (late,) = handoffs.list_unanswered(conn, opened_before=office.now())
    handover.say(office, handoff_id, operator="Rita", text="Here I am.")

    with office.database.begin() as conn:
        assert not handoffs.close_unanswered(conn, late.id, now=office.now())


def test_without_the_second_look_he_would_be_sent_back(office: Container) -> None:
    """The control: closing what was found late takes it from who has just answered."""
    handoff_id = hand_over(office)
    with office.database.read() as conn:
        (late,) = handoffs.list_unanswered(conn, opened_before=office.now())
    handover.say(office, handoff_id, operator="Rita", text="Here I am.")

    with office.database.begin() as conn:
        assert handoffs.close_once(conn, late.id, now=office.now())
