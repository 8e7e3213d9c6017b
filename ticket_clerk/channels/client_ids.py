"""Channels with client-supplied sender ids; the same id on two channels is two conversations.

As with stock Rasa the sender id names the conversation, unless another channel holds that name:
then the conversation is `<channel>~<sender id>`, from its first message on. What is said to the
sender carries the id that the client supplied all the same.
"""

from typing import Any, ClassVar, NamedTuple

from rasa.core.channels.channel import OutputChannel

from .conversations.store import store_of
from .guard import Guarded


def conversation_name(channel: str, sender_id: str, holder: str | None) -> str:
    """Name a sender's conversation, given the channel (or nobody) that holds the one of that id."""
    return sender_id if holder in {channel, None} else f"{channel}~{sender_id}"


def client_supplied_id(channel: str, conversation: str) -> str:
    """The sender id that the client of a channel's conversation supplied."""
    return conversation.removeprefix(f"{channel}~")


class Entered(NamedTuple):
    """A conversation that a message enters, and whether it is new."""

    name: str
    is_new: bool


class ClientIdChannel(Guarded):
    """A channel with client-supplied sender ids: REST, socket.io, callback, the shell."""

    ids_are_client_supplied: ClassVar[bool] = True

    async def conversation_of(self, sender_id: str) -> str:
        """Claim the sender's conversation and return its name.

        Raises :class:`ticket_clerk.channels.conversations.store.StoreUnavailable`.
        """
        if self.agent is None:  # Rasa ignores what comes before it has a model
            return sender_id
        return (await self.enter(sender_id)).name

    async def enter(self, sender_id: str) -> Entered:
        """Claim the sender's conversation; report it as new to exactly one caller."""
        store = store_of(self.agent)
        claim = await store.claim(sender_id, self.name())
        name = conversation_name(self.name(), sender_id, claim.channel)
        if name != sender_id:
            claim = await store.claim(name, self.name())
        return Entered(name, claim.is_first)

    async def find_conversation(self, sender_id: str) -> str:
        """Name the sender's conversation without claiming it, for a client that only listens."""
        holder = await store_of(self.agent).channel_of(sender_id)
        return conversation_name(self.name(), sender_id, holder)

    def addressed(self, output: OutputChannel, sender_id: str) -> OutputChannel:
        """Wrap `output` so that it addresses the sender by the client-supplied id."""
        return AddressedOutput(output, sender_id)


class AddressedOutput(OutputChannel):
    """Output to one sender under the client-supplied id, whatever the conversation's name."""

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
