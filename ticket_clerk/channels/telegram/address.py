"""Telegram addresses: the sender id of a conversation names its chat, topic and person.

In a group everybody has a conversation of their own: orders belong to people, not to groups.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rasa.shared.exceptions import RasaException

# Letters stand between the numbers, or two of them in a row might look like a card's.
_SENDER = re.compile(r"telegram~c(-?[0-9]{1,16})(?:~t([0-9]{1,16}))?~u([0-9]{1,16})")


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
