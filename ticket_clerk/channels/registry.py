"""Registry of the channels and of the sender ids that each of them issues.

A sender id is an address, not text: `slack~T1~C1~dm~U1`, `web-…`, `+4915112345678`. Either the
server issues it (web chat, messengers) or a client supplies it (REST, socket.io, callback, the
shell). A client must not supply one that a channel issues, or it would speak for somebody else.
Every channel registers itself when its class is defined, so none can be forgotten.
"""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import unquote

from sanic import Sanic
from sanic.request import Request

from .cards import is_named_by_card

_LONGEST_SENDER = 128
_SENDER = re.compile(r"[A-Za-z0-9_+@](?:[A-Za-z0-9._@+=~:|-]*[A-Za-z0-9=~_-])?")
# The digits of a UUID pass the check digit now and then; a card number never has its letters.
_UUID = re.compile(
    r"(?<![0-9a-z])(?=[0-9-]*[a-f])[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}"
    r"(?![0-9a-z])",
    re.IGNORECASE,
)
_PARAMETER = "conversation_id"


class Issuer(Protocol):
    """Interface of a channel class in the registry."""

    def issues(self, sender_id: str) -> bool:
        """Return whether a sender id belongs to this channel's own."""


_channels: list[Issuer] = []


def register(channel: Issuer) -> None:
    """Reserve the ids that a channel issues."""
    _channels.append(channel)


def is_sender_id(sender_id: object) -> bool:
    """Return whether `sender_id` can name a conversation: short, printable ASCII."""
    return (
        isinstance(sender_id, str)
        and len(sender_id) <= _LONGEST_SENDER
        and _SENDER.fullmatch(sender_id) is not None
    )


def is_client_supplied_id(sender_id: object) -> bool:
    """Return whether a client may use a sender id: not issued by a channel, no card number."""
    return (
        isinstance(sender_id, str)
        and is_sender_id(sender_id)
        and not any(channel.issues(sender_id) for channel in _channels)
        and not is_named_by_card(_UUID.sub("uuid", sender_id))
    )


def decode_conversation_ids(app: Sanic) -> None:
    """Have Rasa's HTTP API decode the conversation ids in its addresses. Safe to repeat.

    Its routes (rasa/server.py) take an id as it stands in the address, so for `ann@example.com` a
    client that encodes what addresses must not hold would reach the conversation
    `ann%40example.com`. The worker's pushes are such calls.
    """
    if _decode not in app.request_middleware:
        app.register_middleware(_decode, "request")


async def _decode(request: Request) -> None:
    # No sender's id has a per cent sign in it, so decoding twice changes nothing: Sanic keeps what
    # it has once matched, and gives it to the next request for the same address.
    if _PARAMETER in request.match_info:
        request.match_info[_PARAMETER] = unquote(request.match_info[_PARAMETER])
