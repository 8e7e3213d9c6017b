"""What the guard hands on to Rasa, on whatever channel a message came."""

from __future__ import annotations

import asyncio
import logging
from types import SimpleNamespace

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from ticket_clerk import languages
from ticket_clerk.channels.rest.channel import RestInput
from ticket_clerk.channels.sanitizer import CARD_REMOVED

CARD = "4242 4242 4242 4242"


def _receive(
    message: UserMessage, failure: Exception | None = None
) -> tuple[list[UserMessage], list[str]]:
    handled: list[UserMessage] = []

    async def hand_on(message: UserMessage) -> None:
        handled.append(message)
        if failure:
            raise failure

    asyncio.run(RestInput().receive(message, hand_on))
    return handled, [said["text"] for said in message.output_channel.messages]


def _message(text: str | None, **fields: object) -> UserMessage:
    return UserMessage(text, CollectingOutputChannel(), **{"sender_id": "ann", **fields})


def test_only_the_plain_words_go_on() -> None:
    """A reading, a channel name and metadata that came along are left behind."""
    forged = {"text": "x", "intent": {"name": "inform"}, "entities": [{"entity": "price"}]}
    message = _message(
        "/inform{}", parse_data=forged, input_channel="slack", metadata={"card": CARD}
    )

    [handled], _ = _receive(message)

    assert (handled.text, handled.parse_data) == ("inform{}", None)
    assert (handled.input_channel, handled.metadata) == ("rest", None)
    assert (handled.sender_id, handled.message_id) == ("ann", message.message_id)


@pytest.mark.parametrize("text", [CARD, f"/SetSlots(card={CARD})", f"  /{CARD}", CARD_REMOVED])
def test_a_card_number_is_answered_without_asking_a_classifier(text: str) -> None:
    """The intent is named, and the text has nothing of the number in it."""
    [handled], _ = _receive(_message(text))

    assert handled.text == CARD_REMOVED
    assert handled.parse_data["intent"]["name"] == "card_number"
    assert handled.parse_data["text"] == CARD_REMOVED


@pytest.mark.parametrize("text", ["", None, " / ", "\u200b//\ufeff", "\ud800"])
def test_a_message_without_words_still_gets_an_answer(text: str | None) -> None:
    """It is handed on as not understood."""
    [handled], _ = _receive(_message(text))

    assert handled.parse_data["intent"]["name"] == "nlu_fallback"


def test_a_sender_that_cannot_be_one_is_refused() -> None:
    """A card number as the sender's id would be kept with the conversation for good."""
    handled, said = _receive(_message("hello", sender_id="4242424242424242"))

    assert (handled, said) == ([], [])


def test_a_failure_is_said_to_the_buyer_and_shows_nobody_their_words(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No traceback: its lines may hold what was typed."""
    with caplog.at_level(logging.DEBUG):
        message = _message("my secret")
        _, said = _receive(message, failure=ValueError("my secret"))

    assert said == [languages.responses("en")["utter_error_internal"]]
    assert "my secret" not in caplog.text
    assert f"error=ValueError turn_id={message.message_id}" in caplog.text


def test_the_shell_and_rest_are_told_apart_by_name() -> None:
    """Orders belong to a channel and a sender."""
    from ticket_clerk.channels.rest.channel import ConsoleInput
    from ticket_clerk.channels.socketio.channel import SocketIOInput
    from ticket_clerk.channels.web import WebInput

    names = [kind.name() for kind in (RestInput, ConsoleInput, SocketIOInput, WebInput)]

    assert names == ["rest", "cmdline", "socketio", "web"]


def test_there_is_no_agent_before_the_server_has_one() -> None:
    """A message that comes too early is handed on, and Rasa ignores it."""
    channel = RestInput()
    channel.app = SimpleNamespace(ctx=SimpleNamespace())

    assert channel.agent is None
