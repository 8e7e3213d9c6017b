"""Parser of Slack's signed requests: sender, text and address of a message.

An address is a sender's id: team, channel, thread and person. So a confirmation finds its thread
whatever was said meanwhile and whoever asks for it: the order keeps the sender's id, and nothing
else has to be remembered.

https://api.slack.com/apis/events-api and …/interactivity/handling. Other bots, edits, deletions and
everything else that is no person's new message is nothing for us.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa.shared.exceptions import RasaException

from ticket_clerk.channels.messaging.base import Malformed, object_at
from ticket_clerk.secrets import equals_any, split_secrets

# Ids are taken from signed requests only. `~` stays as it is in a URL, and Rasa's API has the
# sender's id there without decoding it.
_ID = r"[A-Za-z0-9_-]{1,32}"
_TIMESTAMP = r"[0-9]{1,16}\.[0-9]{1,8}"
_SENDER = re.compile(rf"slack~({_ID})~({_ID})~(dm|{_TIMESTAMP})~({_ID})")
_DIRECT = "dm"
# Of a message that is new. All other kinds are edits, deletions, joins and the like.
_NEW = {None, "file_share", "thread_broadcast"}
_MENTION = re.compile(r"<@\w+(?:\|[^<>]*)?>")
# <http://address|as written>, <#C02|name>, <!here>, <tel:1|1>
_MARKED = re.compile(r"<[#!@]?([^<>|]*)(?:\|([^<>]*))?>")


class UnknownAddress(RasaException):
    """A sender's id that no Slack conversation has."""


@dataclass(frozen=True)
class Address:
    """A person in a thread of a channel, or in a direct message, where `thread` is None."""

    team: str
    channel: str
    thread: str | None
    user: str

    @property
    def sender_id(self) -> str:
        """The conversation's name, e.g. `slack~T0001~C0002~1700000000.000100~U0003`."""
        return "~".join(("slack", self.team, self.channel, self.thread or _DIRECT, self.user))


def parse_address(sender_id: str) -> Address:
    """Read a sender's id; raises :class:`UnknownAddress`."""
    match = _SENDER.fullmatch(sender_id)
    if match is None:
        raise UnknownAddress("This conversation is not one of Slack's.")
    team, channel, thread, user = match.groups()
    return Address(team, channel, None if thread == _DIRECT else thread, user)


@dataclass(frozen=True)
class IncomingMessage:
    """A message; `id` is Slack's own."""

    id: str
    address: Address
    text: str
    reply_thread: str | None
    """The thread to answer in: also in a direct message, which is one conversation all the same."""
    is_asked: bool
    """Whether the message addresses the clerk; if not, it needs an existing conversation."""


def read_event(body: Mapping[str, Any]) -> IncomingMessage | None:
    """The message of an `event_callback`, if it is one; raises Malformed."""
    event = object_at(body, "event")
    if not _is_new_message(event) or _is_own(body, event):
        return None
    channel, written = _id(event, "channel"), str(event.get("text") or "")
    thread = str(event["thread_ts"]) if event.get("thread_ts") else None
    is_direct = event.get("channel_type") == "im" or channel.startswith("D")
    is_mention = event.get("type") == "app_mention"
    if not is_direct and not is_mention and (thread is None or _MENTION.search(written)):
        # Not to us; or Slack sends the mention in an event of its own.
        return None
    address = _address_in(
        _id(body, "team_id"),
        channel,
        None if is_direct else thread or _id(event, "ts"),
        _id(event, "user"),
    )
    return IncomingMessage(
        _id(body, "event_id"),
        address,
        plain_text(written),
        thread or address.thread,
        is_direct or is_mention,
    )


def read_click(payload: Mapping[str, Any]) -> IncomingMessage | None:
    """Return the title of the pressed button; None for links. Raises Malformed."""
    actions = payload.get("actions")
    if payload.get("type") != "block_actions" or not isinstance(actions, list) or not actions:
        return None
    value = actions[0].get("value") if isinstance(actions[0], dict) else None
    if not isinstance(value, str):
        return None
    channel, message = _id(object_at(payload, "channel"), "id"), object_at(payload, "message")
    thread = str(message["thread_ts"]) if message.get("thread_ts") else None
    address = _address_in(
        _id(object_at(payload, "team"), "id"),
        channel,
        None if channel.startswith("D") else thread or _id(message, "ts"),
        _id(object_at(payload, "user"), "id"),
    )
    # A press has no id of its own but the token to open a dialog with, which is no one else's.
    press = hashlib.sha256(_id(payload, "trigger_id").encode()).hexdigest()[:32]
    return IncomingMessage(
        press, address, plain_text(value), thread or address.thread, is_asked=True
    )


def plain_text(written: str) -> str:
    """Return the text as typed: without mentions, link markup and Slack's escapes."""
    without = _MENTION.sub(" ", written)
    return html.unescape(_MARKED.sub(lambda m: m[2] or m[1], without)).strip()


def _is_new_message(event: Mapping[str, Any]) -> bool:
    return (
        event.get("type") in {"message", "app_mention"}
        and event.get("subtype") in _NEW
        and not event.get("bot_id")
        and not event.get("hidden")
        and not event.get("edited")
        and bool(event.get("user"))
    )


def _is_own(body: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    authorizations = body.get("authorizations")
    users = [
        entry.get("user_id")
        for entry in (authorizations if isinstance(authorizations, list) else [])
        if isinstance(entry, dict) and entry.get("is_bot")
    ]
    return event.get("user") in {*users, "USLACKBOT"}


def _address_in(team: str, channel: str, thread: str | None, user: str) -> Address:
    address = Address(team, channel, thread, user)
    try:
        return parse_address(address.sender_id)
    except UnknownAddress:
        raise Malformed from None


def _id(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str) or not value:
        raise Malformed(key)
    return value


TOLERANCE_S = 300
_LONGEST_TIMESTAMP = 12


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Compute the X-Slack-Signature of a body."""
    signed = b":".join((b"v0", timestamp.encode(), body))
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def is_signed(
    secret: str, body: bytes, *, timestamp: str | None, signature: str | None, now: float
) -> bool:
    """Return whether Slack signed this body within five minutes of `now`, in epoch seconds.

    `secret` may be several, comma-separated, while it is rolled.
    """
    if not timestamp or not signature or len(timestamp) > _LONGEST_TIMESTAMP:
        return False
    if not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    return equals_any(signature, [sign(each, timestamp, body) for each in split_secrets(secret)])
