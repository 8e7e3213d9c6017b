"""The socket.io channel on a running Rasa: pushes are said or kept, never lost."""

from __future__ import annotations

import pytest

from tests.channels.rasa_process import RasaProcess
from tests.channels.socket_client import SocketClient
from tests.channels.unread_orders import insert_unread_order
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.orders import queries

GREETING = "Hello, which show?"


def _greet(rasa: RasaProcess, session_id: str) -> None:
    with SocketClient(rasa.url) as client:
        client.open_session(session_id)
        client.say("hello", session_id)
        assert client.next_text() == GREETING


def test_a_push_reaches_a_client_that_is_there(rasa: RasaProcess) -> None:
    """By itself, and it is in the conversation."""
    with SocketClient(rasa.url) as client:
        client.open_session("present")
        client.say("hello", "present")
        client.next_text()

        assert rasa.push("present", "socketio") == 200
        assert client.next_text() == "Said unasked."
    assert rasa.said("present") == [GREETING, "Said unasked."]


def test_a_push_to_an_absent_client_is_an_error_and_leaves_no_trace(rasa: RasaProcess) -> None:
    """So the worker does not take it for said, and tries again."""
    _greet(rasa, "absent")
    before = rasa.tracker("absent")["events"]

    assert rasa.push("absent", "socketio") == 500
    assert rasa.tracker("absent")["events"] == before


def test_a_client_that_comes_back_is_told_at_once(
    rasa: RasaProcess, live_container: Container
) -> None:
    """Without saying a word, once, and it is noted."""
    _greet(rasa, "returning")
    order = insert_unread_order(live_container, Buyer("socketio", "returning"))

    with SocketClient(rasa.url) as client:
        client.open_session("returning")
        assert client.next_text() == f"{order.id} is confirmed."
        client.open_session("returning")
        assert client.receives_nothing()
    assert queries.unread_messages(live_container, Buyer("socketio", "returning")) == []


def test_the_session_of_another_receives_nothing(
    rasa: RasaProcess, live_container: Container
) -> None:
    """A notice goes to its own room."""
    _greet(rasa, "hers")
    insert_unread_order(live_container, Buyer("socketio", "hers"))

    with SocketClient(rasa.url) as hers, SocketClient(rasa.url) as other:
        other.open_session("other")
        hers.open_session("hers")
        assert hers.next_text().endswith("is confirmed.")
        assert other.receives_nothing()


def test_a_session_without_an_id_gets_one(rasa: RasaProcess) -> None:
    """As with Rasa's own channel; no data at all is a request, too."""
    for data in ({}, {"session_id": None}, None):
        with SocketClient(rasa.url) as client:
            client.emit("session_request", data)
            event, session_id = client.received.get(timeout=60)
            assert (event, len(session_id)) == ("session_confirm", 32)


@pytest.mark.parametrize(
    "data",
    [
        None,
        5,
        "text",
        [],
        {},
        {"message": "hello"},
        {"message": None, "session_id": "odd"},
        {"message": 5, "session_id": "odd"},
        {"message": ["hello"], "session_id": "odd"},
        {"message": "hello", "session_id": 5},
        {"message": "hello", "session_id": ["odd"]},
        {"message": "hello", "session_id": "a b"},
    ],
)
def test_malformed_messages_are_dropped_and_the_client_stays(
    rasa: RasaProcess, data: object
) -> None:
    """Nobody is answered, and the next message is."""
    with SocketClient(rasa.url) as client:
        client.open_session("odd")
        client.emit("user_uttered", data)
        client.emit("session_request", {"session_id": data})
        client.say("hello", "odd", metadata="{not json")
        while (event := client.received.get(timeout=60))[0] != "bot_uttered":
            pass
        assert event[1]["text"] == GREETING


def test_typed_commands_are_text_here_too(rasa: RasaProcess) -> None:
    """The guard is the same on every channel."""
    with SocketClient(rasa.url) as client:
        client.open_session("typist")
        client.say("/EXTERNAL_door", "typist")
        assert client.next_text() == "I did not understand that."
