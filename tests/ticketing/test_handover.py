"""A conversation that people lead: announced until it is known, answered and handed back once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests.moving_clock import MovableClock
from tests.operators_double import OperatorsDouble
from tests.rasa_double import TOKEN, RasaDouble
from tests.ticketing.deliveries import deliver_due
from tests.ticketing.purchases import told
from ticket_clerk.operators_client import OperatorsClient, signature
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import handoffs
from ticket_clerk.ticketing.domain.errors import HandoffNotFound, WrongState
from ticket_clerk.ticketing.domain.models import Buyer, HandoffReason
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.orders.checkout import start_checkout

ANN, BEA = Buyer("socketio", "ann"), Buyer("socketio", "bea")
KEY = "api-token-of-the-tests"


@pytest.fixture
def operators() -> Iterator[OperatorsDouble]:
    """Somebody who is told."""
    double = OperatorsDouble()
    yield double
    double.close()


@pytest.fixture
def office(container: Container, operators: OperatorsDouble) -> Container:
    """A shop that has operators."""
    return replace(container, operators=OperatorsClient(operators.url, KEY))


def hand_over(container: Container, buyer: Buyer = ANN) -> str:
    """Hand a conversation over; returns the handoff's id."""
    handoff = handover.hand_over(container, buyer, HandoffReason.ASKED)
    assert handoff is not None
    return handoff.id


def test_without_operators_nobody_takes_over(container: Container) -> None:
    """A bot that is silent for nobody helps nobody."""
    assert handover.hand_over(container, ANN, HandoffReason.ASKED) is None
    assert handover.list_handoffs(container, is_open=True) == []


def test_operators_are_told_once_with_ids_and_a_signature(
    office: Container, operators: OperatorsDouble
) -> None:
    """As Stripe signs, with the token that answering needs; no words of the buyer's."""
    handoff_id = hand_over(office)
    deliver_due(office)
    deliver_due(office)

    (announcement,) = operators.told
    assert announcement["type"] == "handoff.opened"
    handoff = announcement["handoff"]
    assert (handoff["id"], handoff["channel"], handoff["sender_id"]) == (
        handoff_id, "socketio", "ann",
    )  # fmt: skip
    assert handoff["url"].endswith(f"/payments/handoffs/{handoff_id}")
    sent_at = int(operators.signatures[0].split(",")[0].removeprefix("t="))
    assert operators.signatures == [signature(operators.bodies[0], KEY.encode(), sent_at)]


def test_operators_who_are_away_are_told_later(
    office: Container, operators: OperatorsDouble, clock: MovableClock
) -> None:
    """The promise stays, as for buyers."""
    hand_over(office)
    operators.status = 503
    assert deliver_due(office) == 0

    operators.status = 200
    clock.move(minutes=1)

    assert deliver_due(office) == 1
    assert len(operators.told) == 1


def test_asking_again_is_the_same_handoff(office: Container, operators: OperatorsDouble) -> None:
    """One at a time for a conversation, and one announcement; another buyer's is another."""
    first, again, other = hand_over(office), hand_over(office), hand_over(office, BEA)
    deliver_due(office)

    assert (first == again, first == other) == (True, False)
    assert [one["handoff"]["id"] for one in operators.told] == [first, other]


def test_several_at_once_open_one(
    office: Container, operators: OperatorsDouble, make_container: Callable[[], Container]
) -> None:
    """The database allows no second one."""
    shops = [replace(make_container(), operators=office.operators) for _ in range(4)]
    barrier, found = threading.Barrier(4), []

    def ask(container: Container) -> None:
        barrier.wait()
        found.append(hand_over(container))

    threads = [threading.Thread(target=ask, args=(container,)) for container in shops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(found)) == 1
    assert len(handover.list_handoffs(office, is_open=True)) == 1


def test_looking_first_lets_two_open_one_each(office: Container) -> None:
    """The control: both look, both find none, and only the key keeps the second one out."""
    with office.database.read() as conn:
        assert [handoffs.find_open(conn, ANN) for _ in range(2)] == [None, None]
    with office.database.begin() as conn:
        opened = [
            handoffs.open_once(conn, ANN, HandoffReason.ASKED, now=office.now()) for _ in range(2)
        ]

    assert opened == [True, False]


def test_what_an_operator_says_is_a_promise(office: Container) -> None:
    """Repeated with its key it is said once."""
    handoff_id = hand_over(office)

    said = [
        handover.say(office, handoff_id, operator="Rita", text="Hello!", request_key="api:1")
        for _ in range(2)
    ]

    assert said[0] == said[1]
    assert told(office, ANN) == ["operator_message"]
    assert handover.message_of(office, said[0].id) == said[0]


def test_handing_back_is_told_once_and_ends_it(office: Container) -> None:
    """Nothing more is said in an operator's name; a new request is a new handoff."""
    handoff_id = hand_over(office)
    handover.hand_back(office, handoff_id)
    closed = handover.hand_back(office, handoff_id)

    assert closed.closed_at is not None
    assert told(office, ANN) == ["handed_back"]
    with pytest.raises(WrongState):
        handover.say(office, handoff_id, operator="Rita", text="One more thing")
    assert hand_over(office) != handoff_id
    assert [one.id for one in handover.list_handoffs(office, is_open=False)] == [handoff_id]


def test_an_unknown_handoff_is_none(office: Container) -> None:
    """For reading, saying and closing."""
    for use in (
        lambda: handover.read_case(office, "handoff_no"),
        lambda: handover.say(office, "handoff_no", operator="Rita", text="Hi"),
        lambda: handover.hand_back(office, "handoff_no"),
    ):
        with pytest.raises(HandoffNotFound):
            use()


def test_a_case_has_what_was_said_and_ordered(office: Container) -> None:
    """Who said what, and the buyer's orders and nobody else's."""
    order = start_checkout(office, ANN, show_id="lakers-warriors", section_id="101", quantity=1)
    start_checkout(office, BEA, show_id="lakers-warriors", section_id="101", quantity=1)
    rasa = RasaDouble(lambda channel, sender_id: [])
    said = {"utter_action": "utter_operator_says"}
    rasa.conversations["ann"] = [
        {"event": "user", "text": "a person please", "timestamp": 1.0},
        {"event": "bot", "text": "I've called somebody", "timestamp": 2.0, "metadata": {}},
        {"event": "slot", "name": "show", "value": None},
        {"event": "bot", "text": "Rita (a person): hi", "timestamp": 3.0, "metadata": said},
    ]
    container = replace(office, rasa=RasaClient(rasa.url, TOKEN))

    case = handover.read_case(container, hand_over(container))
    rasa.close()

    assert [line.by for line in case.transcript] == ["buyer", "clerk", "operator"]
    assert [one.id for one in case.orders] == [order.id]
