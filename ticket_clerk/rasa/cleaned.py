"""Cleans messages on a host's own channels: no card number, nothing typed that is a command.

A mix-in for any input channel, in front of its class. What our own channels promise beyond that,
``docs/plug-in.md`` lists.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from rasa.core.channels.socketio import SocketIOInput
from sanic import Blueprint

from ticket_clerk.channels.sanitizer import plain_wording

OnNewMessage = Callable[[UserMessage], Awaitable[Any]]
_CARD = {"name": "card_number", "confidence": 1.0}


class Cleaned(InputChannel):
    """A channel whose messages are cleaned before tracker, log or action see them."""

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Rasa's blueprint of the channel, with the cleaning in front of `on_new_message`."""

        async def clean(message: UserMessage) -> Any:
            wording = plain_wording(message.text or "")
            message.text = wording.text
            if wording.had_card:
                # No classifier is asked: the answer is a warning.
                message.parse_data = {
                    "text": wording.text,
                    "intent": _CARD,
                    "intent_ranking": [_CARD],
                    "entities": [],
                }
            return await on_new_message(message)

        return super().blueprint(clean)


class CleanedRest(Cleaned, RestInput):
    """Rasa's `rest`, cleaned."""


class CleanedSocketIO(Cleaned, SocketIOInput):
    """Rasa's `socketio`, cleaned."""
