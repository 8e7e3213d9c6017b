"""Parser of Telegram's updates: sender, text and address of a message.

An address is a sender's id: chat, topic and person. In a group everybody has a conversation of
their own: orders belong to people, not to groups.

https://core.telegram.org/bots/api#update. Other bots, edits, channels' posts and everything else
that is no person's new message is nothing for us.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rasa.shared.exceptions import RasaException

from ticket_clerk.channels.messaging.base import Malformed, object_at

from .keyboard import title_of

# Letters stand between the numbers, or two of them in a row might look like a card's.
_SENDER = re.compile(r"telegram~c(-?[0-9]{1,16})(?:~t([0-9]{1,16}))?~u([0-9]{1,16})")
# The button with which everybody begins; a link may have put a word of its own behind it.
_START = re.compile(r"/start(@\w+)?( [\w-]{1,64})?")
_GREETING = "Hello"
_COMMAND = re.compile(r"/\w+(@(\w+))?")


class UnknownAddress(RasaException):
    """A sender's id that no Telegram conversation has."""


@dataclass(frozen=True)
class Address:
    """A person in a chat; `topic` is the part of a forum, or None."""

    chat: int
    topic: int | None
    user: int

    @property
    def sender_id(self) -> str:
        """The conversation's name, e.g. `telegram~c-1001234567890~t45~u987654321`."""
        topic = "" if self.topic is None else f"~t{self.topic}"
        return f"telegram~c{self.chat}{topic}~u{self.user}"

    @property
    def params(self) -> dict[str, int]:
        """Return the address as parameters of Telegram's methods."""
        topic = {} if self.topic is None else {"message_thread_id": self.topic}
        return {"chat_id": self.chat, **topic}


def parse_address(sender_id: str) -> Address:
    """Read a sender's id; raises :class:`UnknownAddress`."""
    match = _SENDER.fullmatch(sender_id)
    if match is None:
        raise UnknownAddress("This conversation is not one of Telegram's.")
    chat, topic, user = match.groups()
    return Address(int(chat), int(topic) if topic else None, int(user))


@dataclass(frozen=True)
class IncomingMessage:
    """A message; `id` is the update's."""

    id: str
    address: Address
    text: str


def update_id(update: Mapping[str, Any]) -> str:
    """Return an update's id; raises Malformed."""
    return str(_number(update, "update_id"))


def read_message(update: Mapping[str, Any], username: str) -> IncomingMessage | None:
    """Parse a new message to the bot `username`; raises Malformed."""
    message = update.get("message")
    if not isinstance(message, dict):
        return None
    author, written = object_at(message, "from"), message.get("text")
    if author.get("is_bot") or not isinstance(written, str) or not written:
        return None
    is_private = object_at(message, "chat").get("type") == "private"
    if not is_private and not _is_addressed(message, written, username):
        return None
    mention = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE) if username else None
    words = mention.sub(" ", written).strip() if mention else written
    text = _GREETING if _START.fullmatch(written) else words
    return IncomingMessage(update_id(update), _address_in(message, author), text)


def read_press(update: Mapping[str, Any]) -> tuple[str, IncomingMessage | None] | None:
    """Parse a button press: query id and message; raises Malformed."""
    query = update.get("callback_query")
    if not isinstance(query, dict):
        return None
    query_id, data, message = str(query.get("id")), query.get("data"), query.get("message")
    if not isinstance(data, str) or not isinstance(message, dict):
        return query_id, None
    address = _address_in(message, object_at(query, "from"))
    return query_id, IncomingMessage(update_id(update), address, title_of(data, message))


def _is_addressed(message: Mapping[str, Any], written: str, username: str) -> bool:
    """Return whether a message in a group is for the bot: a command, its name, or a reply to it."""
    replied = message.get("reply_to_message")
    author = replied.get("from") if isinstance(replied, dict) else None
    if isinstance(author, dict) and author.get("is_bot"):
        return not username or str(author.get("username")).lower() == username.lower()
    command = _COMMAND.match(written)
    if command:
        return command[2] is None or command[2].lower() == username.lower()
    return bool(username) and f"@{username}".lower() in written.lower()


def _address_in(message: Mapping[str, Any], person: Mapping[str, Any]) -> Address:
    topic = _number(message, "message_thread_id") if message.get("is_topic_message") else None
    return Address(_number(object_at(message, "chat"), "id"), topic, _number(person, "id"))


def _number(data: Mapping[str, Any], key: str) -> int:
    value = data.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 10**16:
        raise Malformed(key)
    return value
