"""The socket.io channel: Rasa's address and events, for people's own chat widgets.

Nothing is kept for a client that is away, so a push to nobody is an error here: Rasa then stores
nothing, the worker tries again, and a client that comes back is told at once.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels import socketio
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from socketio.packet import BINARY_ACK, BINARY_EVENT, Packet

from ticket_clerk.channels.bus import get_bus
from ticket_clerk.channels.client_ids import ClientIdChannel, client_supplied_id
from ticket_clerk.channels.conversations.store import StoreUnavailable
from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.registry import is_client_supplied_id
from ticket_clerk.channels.sanitizer import plain_wording
from ticket_clerk.channels.undelivered import Telling

from .rooms import Rooms

logger = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[Any]]

# A client that vanished without a word counts as present until a ping stays unanswered, and what
# is pushed meanwhile is lost. python-socketio's own 25 + 20 seconds are long for that. A client
# that polls answers pings over connections that it keeps: they have to be in use well before the
# server gives up idle ones (`ARRIVES_WITHIN_S`), or one is closed under the next poll.
PING_INTERVAL_S = 6
PING_TIMEOUT_S = 8


class WordsPacket(Packet):
    """A packet without attachments: what is said here is words.

    python-socketio waits for as many attachments as are announced and keeps them all meanwhile,
    even when the client has gone (CVE-2026-48804).
    """

    def decode(self, encoded_packet: str) -> int:
        """Read a packet that came; raises ValueError for one that announces attachments."""
        attachment_count: int = super().decode(encoded_packet)
        if self.packet_type in {BINARY_EVENT, BINARY_ACK}:
            raise ValueError("attachments are not taken")
        return attachment_count


class RecipientAbsent(RasaException):
    """Nobody is connected under the session id that a message is for."""


class AnswerOutput(socketio.SocketIOOutput):
    """Sends answers to the sender's clients, wherever they are connected."""

    def __init__(self, rooms: Rooms, sio: Any, bot_message_evt: str) -> None:
        super().__init__(sio, bot_message_evt)
        self.rooms = rooms

    async def _send_message(self, socket_id: str, response: Any) -> None:
        await self.rooms.say(client_supplied_id(self.name(), socket_id), response)


class PushOutput(AnswerOutput):
    """Sends what Rasa says unasked, and raises :class:`RecipientAbsent` rather than lose it."""

    async def _send_message(self, socket_id: str, response: Any) -> None:
        if not await self.rooms.reach(client_supplied_id(self.name(), socket_id), response):
            raise RecipientAbsent("Nobody is connected to this conversation.")


class SocketIOInput(ClientIdChannel, socketio.SocketIOInput):
    """Rasa's `socketio` channel behind the guard."""

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Rasa's blueprint; its handlers see only data of the right shape."""
        blueprint = super().blueprint(on_new_message)
        self.rooms = Rooms(self.sio, self.bot_message_evt, self.namespace, get_bus())
        self.sio.packet_class = WordsPacket
        self.sio.eio.ping_interval = PING_INTERVAL_S
        self.sio.eio.ping_timeout = PING_TIMEOUT_S
        handlers = self.sio.handlers[self.namespace or "/"]
        handlers["session_request"] = self._checked_session(handlers["session_request"])
        handlers[self.user_message_evt] = self._checked_message(handlers[self.user_message_evt])
        return blueprint

    def get_output_channel(self) -> PushOutput:
        """The channel for pushes."""
        return PushOutput(self.rooms, self.sio, self.bot_message_evt)

    async def receive(self, message: UserMessage, hand_on: OnNewMessage) -> None:
        """Handle a message; all clients of its session hear the answer."""
        message.output_channel = AnswerOutput(self.rooms, self.sio, self.bot_message_evt)
        await super().receive(message, hand_on)

    async def tell_unread(self, sender_id: str, output: OutputChannel) -> Telling:
        """Tell through the channel that notices an absent client, whatever `output` is."""
        return await super().tell_unread(sender_id, self.get_output_channel())

    async def _welcome_back(self, session_id: str) -> None:
        try:
            conversation = await self.find_conversation(session_id)
        except StoreUnavailable:  # it is told with the next message
            return
        await self.tell_unread(conversation, self.get_output_channel())

    def _checked_session(self, confirm: Handler) -> Handler:
        async def session_request(sid: str, data: Any = None) -> None:
            session_id = data.get("session_id") if isinstance(data, dict) else None
            if session_id is not None and not is_client_supplied_id(session_id):
                self._refuse("session_id")
                return
            await confirm(sid, {"session_id": session_id})
            if session_id and self.session_persistence:
                await self._welcome_back(session_id)

        return session_request

    def _checked_message(self, handle: Handler) -> Handler:
        async def user_uttered(sid: str, data: Any = None) -> None:
            if not isinstance(data, dict) or not isinstance(data.get("message"), str):
                self._refuse("message")
            elif self.session_persistence and not is_client_supplied_id(data.get("session_id")):
                self._refuse("session_id")
            else:
                words = plain_wording(data["message"]).text
                await handle(sid, {"message": words, "session_id": data.get("session_id")})

        return user_uttered

    def _refuse(self, field: str) -> None:
        logger.warning("channels.message.refused channel=%s reason=%s", self.name(), field)
