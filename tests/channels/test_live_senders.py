"""One id on two channels is two isolated conversations, on a running Rasa."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.channels.callback_double import CallbackDouble
from tests.channels.rasa_process import TOKEN, RasaProcess
from tests.channels.socket_client import SocketClient
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.rasa_client import RasaClient
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries

GREETING = "Hello, which show?"
FALLBACK = "I did not understand that."
Say = Callable[[str, str, str], list[str]]


def _over_rest(rasa: RasaProcess, sender: str, words: str) -> list[str]:
    return rasa.say(sender, words)


def _over_socketio(rasa: RasaProcess, sender: str, words: str) -> list[str]:
    """Return the messages up to the answer, earlier notifications included."""
    with SocketClient(rasa.url) as client:
        client.open_session(sender)
        client.say(words, sender)
        received = [client.next_text()]
        while received[-1] not in (GREETING, FALLBACK):
            received.append(client.next_text())
        return received


CHANNELS = ("rest", "socketio", "callback")
PAIRS = list(itertools.permutations(CHANNELS, 2))


@pytest.fixture
def say(rasa: RasaProcess, callback: CallbackDouble) -> Say:
    """Send a text as a sender over a channel; return what that sender received."""

    def over_callback(sender: str, words: str) -> list[str]:
        before = len(callback.taken(sender))
        address = f"{rasa.url}/webhooks/callback/webhook"
        requests.post(address, json={"sender": sender, "message": words}, timeout=60)
        return callback.taken(sender)[before:]

    def over(channel: str, sender: str, words: str) -> list[str]:
        if channel == "callback":
            return over_callback(sender, words)
        return (_over_rest if channel == "rest" else _over_socketio)(rasa, sender, words)

    return over


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_second_channel_of_an_id_has_a_conversation_of_its_own(
    rasa: RasaProcess, say: Say, first: str, second: str
) -> None:
    """Each keeps its own words; the first one's is found under the id as it is."""
    sender = f"ann-{first}-{second}"
    assert say(first, sender, "hello") == [GREETING]
    assert say(second, sender, "what a day") == [FALLBACK]
    assert say(first, sender, "hello") == [GREETING]

    assert rasa.said(sender) == [GREETING, GREETING]
    assert rasa.said(f"{second}~{sender}") == [FALLBACK]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_news_goes_to_its_own_channel_and_conversation(
    live_container: Container, say: Say, first: str, second: str
) -> None:
    """Whoever writes first, and whatever the other did meanwhile."""
    sender = f"bob-{first}-{second}"
    say(first, sender, "hello")
    say(second, sender, "hello")
    mine = insert_unread_order(live_container, Buyer(first, sender))
    theirs = insert_unread_order(live_container, Buyer(second, f"{second}~{sender}"))

    assert say(second, sender, "hello") == [f"{theirs.id} is confirmed.", GREETING]
    assert say(first, sender, "hello") == [f"{mine.id} is confirmed.", GREETING]
    for buyer in (Buyer(first, sender), Buyer(second, f"{second}~{sender}")):
        assert queries.unread_messages(live_container, buyer) == []


def test_all_channels_at_once_are_as_many_people(rasa: RasaProcess, say: Say) -> None:
    """Whichever came first has the name; nobody's words are in another's conversation."""
    for _ in range(3):
        sender = f"race-{secrets.token_hex(4)}"
        with ThreadPoolExecutor(len(CHANNELS)) as pool:
            said = [pool.submit(say, channel, sender, "hello") for channel in CHANNELS]
            assert [future.result() for future in said] == [[GREETING]] * len(CHANNELS)

        names = [sender, *(f"{channel}~{sender}" for channel in CHANNELS)]
        held = [_channels_in(rasa, name) for name in names]
        assert sorted(held) == sorted([[], *([channel] for channel in CHANNELS)])


def _channels_in(rasa: RasaProcess, conversation: str) -> list[str]:
    events = rasa.tracker(conversation)["events"]
    return [event["input_channel"] for event in events if event["event"] == "user"]


def test_what_is_said_carries_the_id_that_the_client_knows(rasa: RasaProcess) -> None:
    """Its own, whatever the conversation's name; also in a stream, and in pushes to its room."""
    _over_socketio(rasa, "carl", "hello")
    for query in ("", "?stream=true"):
        answer = rasa.post({"sender": "carl", "message": "hello"}, query)
        assert (
            answer.text.count('"recipient_id":"carl"') + answer.text.count('"recipient_id": "carl"')
            == 1
        )
    _over_rest(rasa, "dan", "hello")
    with SocketClient(rasa.url) as client:
        client.open_session("dan")
        client.say("hello", "dan")
        assert client.next_text() == GREETING
        assert rasa.push("socketio~dan", "socketio") == 200
        assert client.next_text() == "Said unasked."
    assert rasa.said("dan") == [GREETING]


@pytest.mark.parametrize(
    "given",
    [
        "web-" + "0a" * 16,
        "rest~ann",
        "socketio~ann",
        "slack~T1~C1~dm~U1",
        "telegram~1~1",
        "callback~ann",
        "cmdline~ann",
    ],
)
def test_nobody_chooses_an_id_that_is_ours_to_give(rasa: RasaProcess, given: str) -> None:
    """The ids of web chats and messengers, and the second form of everybody's."""
    assert rasa.post({"sender": given, "message": "hello"}).status_code == 400
    with SocketClient(rasa.url) as client:
        client.emit("session_request", {"session_id": given})
        client.say("hello", given)
        assert client.receives_nothing()
    assert not [e for e in rasa.tracker(given)["events"] if e["event"] == "user"]


@pytest.mark.parametrize("sender", ["a@b.example", "+1:555", "k=v", "a~b|c"])
def test_the_worker_finds_the_conversation_of_any_id(
    rasa: RasaProcess, live_container: Container, sender: str
) -> None:
    """Its calls have the id in an address, which must not become another one."""
    client = RasaClient(rasa.url, TOKEN)
    _over_rest(rasa, sender, "hello")
    order = insert_unread_order(live_container, Buyer("rest", sender))

    client.execute(sender, "action_report_payment", channel="rest")

    said = [e["text"] for e in client.latest_messages(sender) if e["event"] == "bot"]
    assert said == [GREETING, f"{order.id} is confirmed."]
