"""Slack addresses: the sender id of a conversation names its team, channel, thread and person.

So a confirmation finds its thread whatever was said meanwhile and whoever asks for it: the order
keeps the sender's id, and nothing else has to be remembered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rasa.shared.exceptions import RasaException

# Ids are taken from signed requests only. `~` stays as it is in a URL, and Rasa's API has the
# sender's id there without decoding it.
_ID = r"[A-Za-z0-9_-]{1,32}"
_TIMESTAMP = r"[0-9]{1,16}\.[0-9]{1,8}"
_SENDER = re.compile(rf"slack~({_ID})~({_ID})~(dm|{_TIMESTAMP})~({_ID})")
_DIRECT = "dm"


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
