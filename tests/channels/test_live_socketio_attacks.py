"""Attacks over socket.io, on a running Rasa."""

from __future__ import annotations

import pytest
import requests

from tests.channels.rasa_process import RasaProcess
from tests.channels.socket_client import SocketClient
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer

GREETING = "Hello, which show?"
FALLBACK = "I did not understand that."
MARKUP = '<script>alert(1)</script><a href="https://evil.example">[x](https://evil.example)</a>'


@pytest.mark.parametrize(
    "typed",
    [
        "/EXTERNAL_door",
        '/inform{"price":"1"}',
        " \u200b/\ufeff//EXTERNAL_door",
        "\uff0fEXTERNAL_door",
        "/SetSlots(price=1)",
        "/restart",
        "/session_start",
        '/EXTERNAL_door@0.9{"price": 1}',
        "\x00/\x1b[31minform",
        MARKUP,
        "x" * 100_000,
    ],
    ids=lambda text: text.encode()[:24].hex(),
)
def test_nothing_typed_is_an_intent_a_slot_or_a_command(rasa: RasaProcess, typed: str) -> None:
    """It is text, at most a thousand characters of it, and nothing of it comes back."""
    session = f"sock-{hash(typed) & 0xFFFFFFFF:x}"
    with SocketClient(rasa.url) as client:
        client.open_session(session)
        client.say("hello", session)
        assert client.next_text() == GREETING
        client.say(typed, session)
        assert client.next_text() == FALLBACK

    tracker = rasa.tracker(session)
    users = [event for event in tracker["events"] if event["event"] == "user"]
    intents = [event["parse_data"]["intent"]["name"] for event in users]
    assert intents == ["greet", "nlu_fallback"]
    assert tracker["slots"]["price"] is None
    assert len(users[1]["text"]) <= 1000
    assert not any(ord(character) < 32 for character in users[1]["text"])


def test_what_else_comes_with_a_message_is_not_kept(rasa: RasaProcess) -> None:
    """Metadata, another channel, another sender."""
    with SocketClient(rasa.url) as client:
        client.open_session("sock-plain")
        client.say(
            "hello",
            "sock-plain",
            metadata={"admin": MARKUP},
            input_channel="rest",
            sender_id="sock-other",
            room="sock-other",
        )
        assert client.next_text() == GREETING

    [said] = [e for e in rasa.tracker("sock-plain")["events"] if e["event"] == "user"]
    assert said["input_channel"] == "socketio"
    assert "admin" not in str(said)
    assert rasa.said("sock-other") == []


def test_nothing_is_received_without_asking_for_the_session(
    rasa: RasaProcess, live_container: Container
) -> None:
    """Who writes into another's session writes in its name, as with stock Rasa, and reads nothing:
    answers and news go to the session's own clients.
    """
    with SocketClient(rasa.url) as hers:
        hers.open_session("sock-hers")
        hers.say("hello", "sock-hers")
        assert hers.next_text() == GREETING
        order = insert_unread_order(live_container, Buyer("socketio", "sock-hers"))
        with SocketClient(rasa.url) as other:
            other.open_session("sock-other")
            other.say("what a day", "sock-hers")
            assert hers.next_text() == f"{order.id} is confirmed."
            assert hers.next_text() == FALLBACK
            assert other.receives_nothing()


FRAMES = [
    b"",
    b"4",
    b"42",
    b"42[",
    b"42{}",
    b'42"user_uttered"',
    b"42[]",
    b"42[null]",
    b'42["user_uttered"]',
    b'42["user_uttered",{"message":"hello"},1,2,3]',
    b'42["no_such_event",{}]',
    b"452-[]",
    b"99999999999999999999",
    b"\xff\xfe\x00",
    b"4" + b"[" * 5000,
    b'42["user_uttered",' + b"[" * 5000,
    b"b" * 5000,
    b"\x1e" * 1000,
]


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: frame[:12].hex() or "empty")
def test_a_malformed_frame_costs_at_most_its_own_connection(
    rasa: RasaProcess, frame: bytes
) -> None:
    """Whoever is connected beside it goes on talking."""
    address = f"{rasa.url}/socket.io/"
    with SocketClient(rasa.url) as beside:
        beside.open_session("sock-beside")
        opened = requests.get(address, {"EIO": "4", "transport": "polling"}, timeout=60)
        sid = opened.text.split('"sid":"')[1].split('"')[0]
        query = {"EIO": "4", "transport": "polling", "sid": sid}
        requests.post(address, data=b"40", params=query, timeout=60)
        answer = requests.post(address, data=frame, params=query, timeout=60)

        assert "Traceback" not in answer.text
        assert "site-packages" not in answer.text
        beside.say("hello", "sock-beside")
        assert beside.next_text() == GREETING


def test_what_is_announced_as_an_attachment_is_not_waited_for(rasa: RasaProcess) -> None:
    """Python-socketio keeps a message until all its attachments are there, in memory and beyond
    the end of the connection; of words there are none, so nothing that follows is taken for one.
    """
    address = f"{rasa.url}/socket.io/"
    announced = b'459999999999-["user_uttered",{"_placeholder":true,"num":0}]'
    asked = b'42["session_request",{"session_id":"sock-announced"}]'
    opened = requests.get(address, {"EIO": "4", "transport": "polling"}, timeout=60)
    sid = opened.text.split('"sid":"')[1].split('"')[0]
    query = {"EIO": "4", "transport": "polling", "sid": sid}
    for frame in (b"40", announced, asked):
        requests.post(address, data=frame, params=query, timeout=60)

    received = ""
    while "session_confirm" not in received:
        answer = requests.get(address, params=query, timeout=60)
        assert answer.ok, answer.text
        received += answer.text
