"""Guarantees of every messenger channel, on a running Rasa."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.channels.messengers import MESSENGERS, Talk
from tests.channels.rasa_process import RasaProcess
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer

GREETING = "Hello, which show?"
FALLBACK = "I did not understand that."
CARD = "4000056655665556"


@pytest.fixture(params=sorted(MESSENGERS))
def messenger(request: pytest.FixtureRequest) -> tuple[Any, Any]:
    """Each messenger's talks, and its double."""
    return MESSENGERS[request.param], request.getfixturevalue(request.param)


@pytest.fixture
def talk(messenger: tuple[Any, Any], rasa: RasaProcess) -> Talk:
    """A new user, in a private conversation."""
    kind, double = messenger
    talk: Talk = kind(double, rasa)
    return talk


def users_of(rasa: RasaProcess, talk: Talk) -> list[dict[str, Any]]:
    """Return the person's messages in the conversation."""
    return [e for e in rasa.tracker(talk.sender_id)["events"] if e["event"] == "user"]


def test_a_message_is_answered_once_in_place(talk: Talk) -> None:
    """With buttons that say what is written on them."""
    talk.say("hello")
    talk.wait_for(1)
    talk.press("Lakers vs Warriors")

    assert talk.wait_for(2) == [GREETING, FALLBACK]


def test_two_people_in_a_thread_are_two_buyers(
    messenger: tuple[Any, Any], rasa: RasaProcess, live_container: Container
) -> None:
    """What one ordered is told where they ordered it, and is not the other's."""
    kind, double = messenger
    ann, ben = kind.pair(double, rasa)
    ann.say("hello")
    ben.say("hello")
    ann.wait_for(2)
    order = insert_unread_order(live_container, Buyer(kind.channel, ann.sender_id))

    ben.say("hello")
    assert order.id not in "".join(ben.wait_for(3))

    rasa.push(ann.sender_id, kind.channel, "action_report_payment")
    assert ann.wait_for(4)[3:] == [f"{order.id} is confirmed."]


def test_what_the_messenger_sends_again_is_handled_once(talk: Talk, rasa: RasaProcess) -> None:
    """Also at the same moment, and after another message."""
    body = talk.message("hello")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: talk.post(body), range(4)))
    talk.wait_for(1)
    talk.say("good day")
    talk.post(body)

    assert [answer.status_code for answer in answers] == [200] * 4
    assert talk.wait_for(2) == [GREETING, FALLBACK]
    assert [event["text"] for event in users_of(rasa, talk)] == ["hello", "good day"]


def test_forged_requests_are_refused(talk: Talk) -> None:
    """Whoever does not know the secret is nobody."""
    answers = talk.forge(talk.message("hello"))

    assert [answer.status_code for answer in answers] == [401] * len(answers)
    assert talk.sent() == []


def test_a_genuine_request_of_another_shape_does_no_harm(talk: Talk) -> None:
    """It is refused or ignored, never an error of the server."""
    for body in (b"", b"nonsense", b"[1]", b"[" * 60_000, *talk.odd_bodies):
        assert talk.post(body).status_code in {200, 400}
    assert talk.post(b"x" * 600_000).status_code == 413


@pytest.mark.parametrize(
    "typed",
    [
        "/EXTERNAL_door",
        '/inform{"price":"1"}',
        "\u200b//SetSlots(price=1)",
        "/restart",
        pytest.param("x" * 100_000, id="100 KB"),
        pytest.param("7" * 100_000, id="digits"),
        "&lt;!channel&gt; <!everyone> <http://evil.example|free> \x00\x1b[31m",
        "<b>free</b> [x](http://evil.example) \x00\x1b[31m @everyone",
    ],
)
def test_nothing_typed_is_a_command_or_comes_back(
    talk: Talk, rasa: RasaProcess, typed: str
) -> None:
    """It is text like any other."""
    talk.say(typed)

    assert talk.wait_for(1) == [FALLBACK]
    [event] = users_of(rasa, talk)
    assert event["parse_data"]["intent"]["name"] == "nlu_fallback"
    assert len(event["text"]) <= 1000
    assert rasa.tracker(talk.sender_id)["slots"]["price"] is None


def test_a_card_number_is_removed(talk: Talk, rasa: RasaProcess) -> None:
    """Before tracker and log see it."""
    talk.say(CARD)

    assert talk.wait_for(1) == ["Never send a card number here."]
    assert CARD not in (rasa.var / "rasa.log").read_text(errors="replace")


def test_no_other_channel_takes_a_messengers_sender(talk: Talk, rasa: RasaProcess) -> None:
    """Over REST a client may supply any sender id but one that we issue."""
    talk.say("hello")
    talk.wait_for(1)

    assert rasa.post({"sender": talk.sender_id, "message": "hello"}).status_code == 400


def test_pauses_are_kept_and_refusals_told(talk: Talk, rasa: RasaProcess) -> None:
    """A push that was not taken is an error, and the worker tries again; no secret is logged."""
    talk.say("hello")
    talk.wait_for(1)

    talk.double.answers.append(talk.is_rate_limited)
    assert rasa.push(talk.sender_id, talk.channel) == 200
    talk.double.answers.append(talk.is_refused)
    assert rasa.push(talk.sender_id, talk.channel) == 500

    assert talk.wait_for(2) == [GREETING, "Said unasked."]
    assert rasa.said(talk.sender_id) == [GREETING, "Said unasked."]
    assert talk.double.refused == []
    log = (rasa.var / "rasa.log").read_text(errors="replace")
    assert not any(secret in log for secret in talk.secrets), "a secret is in the log"
