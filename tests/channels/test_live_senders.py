"""One id on two channels is two people, on a running Rasa: neither hears or sees the other's."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from integrations.payments import queries
from integrations.payments.models import Buyer
from integrations.payments.rasa_client import RasaClient
from integrations.payments.shop import Shop
from tests.channels.promises import promise
from tests.channels.rasa_process import TOKEN, RasaProcess
from tests.channels.socket_client import SocketClient

GREETING = "Hello, which show?"
FALLBACK = "I did not understand that."
Say = Callable[[RasaProcess, str, str], list[str]]


def _over_rest(rasa: RasaProcess, sender: str, words: str) -> list[str]:
    return rasa.say(sender, words)


def _over_socketio(rasa: RasaProcess, sender: str, words: str) -> list[str]:
    """What is heard up to the answer, news that came first included."""
    with SocketClient(rasa.url) as client:
        client.open_session(sender)
        client.say(words, sender)
        heard = [client.next_text()]
        while heard[-1] not in (GREETING, FALLBACK):
            heard.append(client.next_text())
        return heard


SAY: dict[str, Say] = {"rest": _over_rest, "socketio": _over_socketio}
PAIRS = [("rest", "socketio"), ("socketio", "rest")]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_second_channel_of_an_id_has_a_conversation_of_its_own(
    rasa: RasaProcess, first: str, second: str
) -> None:
    """Each keeps its own words; the first one's is found under the id as it is."""
    sender = f"ann-{first}"
    assert SAY[first](rasa, sender, "hello") == [GREETING]
    assert SAY[second](rasa, sender, "what a day") == [FALLBACK]
    assert SAY[first](rasa, sender, "hello") == [GREETING]

    assert rasa.said(sender) == [GREETING, GREETING]
    assert rasa.said(f"{second}~{sender}") == [FALLBACK]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_news_goes_to_its_own_channel_and_conversation(
    rasa: RasaProcess, live_shop: Shop, first: str, second: str
) -> None:
    """Whoever writes first, and whatever the other did meanwhile."""
    sender = f"bob-{first}"
    SAY[first](rasa, sender, "hello")
    SAY[second](rasa, sender, "hello")
    mine = promise(live_shop, Buyer(first, sender))
    theirs = promise(live_shop, Buyer(second, f"{second}~{sender}"))

    assert SAY[second](rasa, sender, "hello") == [f"{theirs.id} is confirmed.", GREETING]
    assert SAY[first](rasa, sender, "hello") == [f"{mine.id} is confirmed.", GREETING]
    for buyer in (Buyer(first, sender), Buyer(second, f"{second}~{sender}")):
        assert queries.unread_messages(live_shop, buyer) == []


def test_both_at_once_are_two_people(rasa: RasaProcess) -> None:
    """Whichever came first has the name; nobody's words are in the other's conversation."""
    for _ in range(3):
        sender = f"race-{secrets.token_hex(4)}"
        with ThreadPoolExecutor(2) as pool:
            rest = pool.submit(_over_rest, rasa, sender, "hello")
            socket = pool.submit(_over_socketio, rasa, sender, "what a day")
            assert (rest.result(), socket.result()) == ([GREETING], [FALLBACK])

        own = rasa.said(sender)
        other = "socketio" if own == [GREETING] else "rest"
        assert own in ([GREETING], [FALLBACK])
        assert rasa.said(f"{other}~{sender}") == ([FALLBACK] if own == [GREETING] else [GREETING])


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
        assert client.hears_nothing()
    assert not [e for e in rasa.tracker(given)["events"] if e["event"] == "user"]


@pytest.mark.parametrize("sender", ["a@b.example", "+1:555", "k=v", "a~b|c"])
def test_the_worker_finds_the_conversation_of_any_id(
    rasa: RasaProcess, live_shop: Shop, sender: str
) -> None:
    """Its calls have the id in an address, which must not become another one."""
    client = RasaClient(rasa.url, TOKEN)
    _over_rest(rasa, sender, "hello")
    order = promise(live_shop, Buyer("rest", sender))

    client.execute(sender, "action_report_payment", channel="rest")

    said = [e["text"] for e in client.tracker_events(sender) if e["event"] == "bot"]
    assert said == [GREETING, f"{order.id} is confirmed."]
