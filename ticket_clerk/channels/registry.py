"""Channels whose senders choose their own ids, and what keeps them from becoming each other.

A sender's id names his conversation, as with stock Rasa, unless that name is another channel's:
then his conversation is `<channel>~<his id>`, from his first message on. What is said to him
carries his own id all the same. Ids that servers make (web chat, messengers) and names of that
second form cannot be chosen.
"""

import re
from typing import Any, NamedTuple

from rasa.core.channels.channel import OutputChannel

from .conversations.store import store_of
from .guard import Guarded
from .sanitizer import is_sender_id

# In Rasa's API a conversation's name stands in an address, which `~` survives as it is.
_GIVEN = re.compile(r"(rest|socketio|callback|cmdline|web|slack|telegram)~.*|web-[0-9a-f]{32}")


def is_chosen_id(sender_id: object) -> bool:
    """Whether somebody may call himself that: a sender's id, and none that is ours to give."""
    return is_sender_id(sender_id) and not _GIVEN.fullmatch(str(sender_id))


def conversation_name(channel: str, sender_id: str, holder: str | None) -> str:
    """Where a sender's conversation is, when a channel (or nobody) holds the one of his id."""
    return sender_id if holder in {channel, None} else f"{channel}~{sender_id}"


def chosen_id(channel: str, conversation: str) -> str:
    """The id that the sender of a channel's conversation chose."""
    return conversation.removeprefix(f"{channel}~")


class Entered(NamedTuple):
    """A conversation somebody writes into, and whether that begins it."""

    name: str
    is_new: bool


class Chosen(Guarded):
    """A channel whose senders choose their own ids: rest, socketio, callback, the shell."""

    def may_be(self, sender_id: object) -> bool:
        """Whether a sender may have this id."""
        return is_chosen_id(sender_id)

    async def conversation_of(self, sender_id: str) -> str:
        """The name of the sender's conversation, which is his from now on.

        Raises :class:`ticket_clerk.channels.conversations.store.StoreUnavailable`.
        """
        if self.agent is None:  # Rasa ignores what comes before it has a model
            return sender_id
        return (await self.enter(sender_id)).name

    async def enter(self, sender_id: str) -> Entered:
        """The same, and whether it was nobody's before; of several at once, one is told so."""
        store = store_of(self.agent)
        claim = await store.claim(sender_id, self.name())
        name = conversation_name(self.name(), sender_id, claim.channel)
        if name != sender_id:
            claim = await store.claim(name, self.name())
        return Entered(name, claim.is_first)

    async def find_conversation(self, sender_id: str) -> str:
        """The same without taking the name: for who only listens."""
        holder = await store_of(self.agent).channel_of(sender_id)
        return conversation_name(self.name(), sender_id, holder)

    def addressed(self, output: OutputChannel, sender_id: str) -> OutputChannel:
        """`output`, saying whatever it says to the id that the sender chose."""
        return Addressed(output, sender_id)


class Addressed(OutputChannel):
    """Says things to one sender under the id that he chose, whatever his conversation's name."""

    def __init__(self, output: OutputChannel, sender_id: str) -> None:
        self._output = output
        self._sender_id = sender_id

    def name(self) -> str:
        """The name of the channel behind."""
        return str(self._output.name())

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Send a message of any kind."""
        await self._output.send_response(self._sender_id, message)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Send a text."""
        await self._output.send_text_message(self._sender_id, text, **kwargs)
