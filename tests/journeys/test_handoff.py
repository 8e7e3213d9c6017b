"""A person takes over on a running clerk: silence, answers in a name, news of money, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.channels.callback_double import CallbackDouble
from tests.channels.slack_double import SlackDouble
from tests.channels.telegram_double import TelegramDouble
from tests.journeys.buyers import RestBuyer, SocketBuyer, pay
from tests.journeys.clerk import Clerk
from tests.matrix.people import AtCallback, AtPage, InChat, InThread
from tests.operators_double import OperatorsDouble
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def operators() -> Iterator[OperatorsDouble]:
    """Operators' webhook receiver."""
    double = OperatorsDouble()
    yield double
    double.close()


@pytest.fixture(scope="module")
def callback() -> Iterator[CallbackDouble]:
    """The server behind CALLBACK_URL."""
    double = CallbackDouble()
    yield double
    double.close()


@pytest.fixture(scope="module")
def office(
    operators: OperatorsDouble,
    callback: CallbackDouble,
    slack: SlackDouble,
    telegram: TelegramDouble,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Clerk]:
    """A clerk that has operators, on every channel."""
    everywhere = {**slack.settings, **telegram.settings, "CALLBACK_URL": callback.url}
    folder = tmp_path_factory.mktemp("office")
    clerk = Clerk(folder, OPERATOR_WEBHOOK_URL=operators.url, **everywhere)
    try:
        clerk.start()
        yield clerk
    finally:
        clerk.stop()


def call(clerk: Clerk, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """Use the operators' API: post with a body, read without."""
    answer = requests.request(
        "GET" if body is None else "POST",
        f"{clerk.environ['ACTIONS_URL']}/payments/handoffs{path}",
        headers={"Authorization": f"Bearer {clerk.environ['PAYMENTS_API_TOKEN']}"},
        json=body,
        timeout=60,
    )
    answer.raise_for_status()
    content: dict[str, Any] = answer.json()
    return content


def handoff_of(operators: OperatorsDouble, sender_id: str) -> str:
    """Wait for the announcement of a buyer's handoff; returns its id."""

    def look() -> str | None:
        found = [one["handoff"] for one in operators.told]
        return next((one["id"] for one in found if one["sender_id"] == sender_id), None)

    return str(wait_until(look, "the announcement"))


def test_a_person_answers_and_hands_back(office: Clerk, operators: OperatorsDouble) -> None:
    """In an open chat: pushed, in the person's name, with the payment's news in between."""
    buyer = SocketBuyer(office)
    order_id, link = buyer.order_tickets("2 tickets for the lakers game in section 101")
    buyer.say("I want to speak to a human being")
    handoff_id = handoff_of(operators, buyer.sender_id)

    received = len(buyer.received)
    for text in ("hello?", "what's on", "/restart", "2 tickets for the lakers game"):
        buyer.client.emit("user_uttered", {"message": text, "session_id": buyer.sender_id})
    case = wait_until(lambda: _case_with(office, handoff_id, "2 tickets for the lakers"), "it all")
    assert case["orders"][0]["id"] == order_id
    call(office, f"/{handoff_id}/messages", {"operator": "Rita", "text": "Your seats are fine."})
    assert buyer.receives_once("Rita (a person): Your seats are fine.")
    pay(link)
    assert buyer.receives_once(order_id, "confirmed")
    assert len(buyer.received) == received + 2

    call(office, f"/{handoff_id}/close", {})
    assert buyer.receives_once("ticket bot again")
    buyer._turns += 4
    assert "Harbor" in buyer.say("what's on") or "Lakers" in buyer.received[-1]
    buyer.leave()


def test_on_rest_the_person_s_words_come_with_the_next_message(
    office: Clerk, operators: OperatorsDouble
) -> None:
    """In the middle of a form, which goes on where it was when the bot is back."""
    buyer = RestBuyer(office)
    buyer.say("2 tickets for the lakers game")
    buyer.say("I want to speak to a human being")
    handoff_id = handoff_of(operators, buyer.sender_id)

    assert buyer.say("section 101") == ""
    call(office, f"/{handoff_id}/messages", {"operator": "Rita", "text": "Go on."})
    assert buyer.say("are you there?") == "Rita (a person): Go on."
    call(office, f"/{handoff_id}/close", {})
    answer = buyer.say("section 101")

    assert "ticket bot again" in answer
    assert "2 × Lakers vs Warriors, Section 101" in answer


@pytest.mark.parametrize("channel", ["web", "callback", "slack", "telegram"])
def test_a_person_answers_in_the_same_place(
    office: Clerk,
    operators: OperatorsDouble,
    callback: CallbackDouble,
    slack: SlackDouble,
    telegram: TelegramDouble,
    channel: str,
) -> None:
    """Page, URL, thread or chat: the bot says nothing there until it is handed back."""
    buyers: dict[str, Callable[[], AtPage | AtCallback | InThread | InChat]] = {
        "web": lambda: AtPage(office),
        "callback": lambda: AtCallback(office, callback),
        "slack": lambda: InThread(office, slack),
        "telegram": lambda: InChat(office, telegram),
    }
    buyer = buyers[channel]()
    buyer.say("I want to speak to a human being")
    handoff_id = handoff_of(operators, buyer.sender_id)
    assert buyer.say("are you there?") == buyer.say("/restart") == ""

    call(office, f"/{handoff_id}/messages", {"operator": "Rita", "text": "I am."})
    _receives_once(buyer, "Rita (a person): I am.")
    call(office, f"/{handoff_id}/close", {})
    _receives_once(buyer, "ticket bot again")
    assert "Lakers" in buyer.say("what's on") + buyer.say("two tickets for the lakers game")


def _receives_once(buyer: AtPage | AtCallback | InThread | InChat, words: str) -> None:
    def look() -> bool:
        buyer.listen()
        return any(words in text for text in buyer.received)

    wait_until(look, words)
    assert sum(words in text for text in buyer.received) == 1


def _case_with(office: Clerk, handoff_id: str, text: str) -> dict[str, Any] | None:
    case: dict[str, Any] = call(office, f"/{handoff_id}")["handoff"]
    lines = [line["text"] for line in case["transcript"] if line["by"] == "buyer"]
    return case if any(text in line for line in lines) else None
