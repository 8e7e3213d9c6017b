"""The mix-in that cleans messages on a host's own channels."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from sanic import Blueprint

from ticket_clerk.rasa.cleaned import Cleaned, CleanedRest, CleanedSocketIO


class ChannelOfHost(InputChannel):
    """Keeps what its blueprint was given to call."""

    @classmethod
    def name(cls) -> str:
        """The host's name for it."""
        return "host"

    def blueprint(self, on_new_message: Any) -> Blueprint:
        """No routes: the tests call it."""
        self.on_new_message = on_new_message
        return Blueprint("host")


class CleanedChannelOfHost(Cleaned, ChannelOfHost):
    """The same behind the mix-in."""


def _received(text: str) -> UserMessage:
    channel, received = CleanedChannelOfHost(), []

    async def keep(message: UserMessage) -> None:
        received.append(message)

    channel.blueprint(keep)
    message = UserMessage(text, CollectingOutputChannel(), "ann", metadata={"page": "/home"})
    asyncio.run(channel.on_new_message(message))
    return received[0]


@pytest.mark.parametrize("typed", ["/restart", " /\u200b/restart", "/SetSlots(a=b)"])
def test_nothing_typed_is_a_command(typed: str) -> None:
    """Rasa takes what begins with a slash for an intent, a slot or a command."""
    assert not _received(typed).text.startswith("/")


def test_a_card_number_is_taken_out_and_answered_with_a_warning() -> None:
    """Neither tracker nor log see it, and no classifier is asked."""
    message = _received("my card is 4242 4242 4242 4242")

    assert message.text == "[card number removed]"
    assert message.parse_data["intent"]["name"] == "card_number"


def test_other_messages_go_on_as_they_are() -> None:
    """With the channel's own metadata, to the host's classifiers."""
    message = _received("two tickets, please")

    assert (message.text, message.parse_data) == ("two tickets, please", None)
    assert message.metadata == {"page": "/home"}


@pytest.mark.parametrize(("kind", "name"), [(CleanedRest, "rest"), (CleanedSocketIO, "socketio")])
def test_rasas_channels_keep_their_addresses(kind: Any, name: str) -> None:
    """A widget or a program need not know."""
    assert kind.name() == name
