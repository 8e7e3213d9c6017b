"""The socket.io channel: Rasa's address and events, for people's own chat widgets.

Nothing is kept for a client that is away, so a push to nobody is an error here: Rasa then stores
nothing, the worker tries again, and a client that comes back is notified at once.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from rasa.core.channels import socketio
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from socketio.packet import BINARY_ACK, BINARY_EVENT, Packet

from ticket_clerk import languages
from ticket_clerk.channels.addresses import address_metadata
from ticket_clerk.channels.bus import Bus, get_bus
from ticket_clerk.channels.client_ids import ClientIdChannel, client_supplied_id
from ticket_clerk.channels.conversations.store import StoreUnavailable, store_of
from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.limits import get_limits
from ticket_clerk.channels.registry import is_client_supplied_id
from ticket_clerk.channels.sanitizer import plain_wording
from ticket_clerk.channels.undelivered import Delivery
from ticket_clerk.logs import get_logger

logger = get_logger(__name__)

TOO_FAST = "utter_too_fast"
_TOPIC = "said"
_MOST_SESSIONS = 10_000

Handler = Callable[..., Awaitable[Any]]

# A client that vanished without a word counts as present until a ping stays unanswered, and what
# is pushed meanwhile is lost. python-socketio's own 25 + 20 seconds are long for that. A client
# that polls answers pings over connections that it keeps: they have to be in use well before the
# server gives up idle ones (`ARRIVES_WITHIN_S`), or one is closed under the next poll.
PING_INTERVAL_S = 6
PING_TIMEOUT_S = 8


class Rooms:
    """Rooms of the sessions: their clients in this process, and access to those of the others."""

    def __init__(self, sio: Any, event: str, namespace: str | None, bus: Bus) -> None:
        """Send the other processes' messages to the clients of this one."""
        self._sio = sio
        self._event = event
        self._namespace = namespace or "/"
        self._bus = bus
        bus.on(_TOPIC, self._pass_on)

    async def say(self, session_id: str, response: dict[str, Any]) -> None:
        """Send in every process, whether or not a client is connected."""
        await self._say_here(session_id, response)
        await self._bus.publish(_TOPIC, {"session_id": session_id, "response": response})

    async def reach(self, session_id: str, response: dict[str, Any]) -> bool:
        """Send in every process; return whether a client was connected."""
        payload = {"session_id": session_id, "response": response}
        if not self._is_here(session_id):
            return await self._bus.ask(_TOPIC, payload)
        await self._say_here(session_id, response)
        await self._bus.publish(_TOPIC, payload)
        return True

    async def _pass_on(self, payload: dict[str, Any]) -> bool:
        is_here = self._is_here(payload["session_id"])
        await self._say_here(payload["session_id"], payload["response"])
        return is_here

    async def _say_here(self, session_id: str, response: dict[str, Any]) -> None:
        await self._sio.emit(self._event, response, room=session_id, namespace=self._namespace)

    def _is_here(self, session_id: str) -> bool:
        rooms = self._sio.manager.rooms.get(self._namespace, {})
        return bool(rooms.get(session_id))


class WordsPacket(Packet):
    """A packet without attachments.

    python-socketio waits for as many attachments as are announced and keeps them all meanwhile,
    even after the client disconnected (CVE-2026-48804).
    """

    def decode(self, encoded_packet: str) -> int:
        """Decode a packet; raises ValueError for one with attachments."""
        attachment_count: int = super().decode(encoded_packet)
        if self.packet_type in {BINARY_EVENT, BINARY_ACK}:
            raise ValueError("attachments are not taken")
        return attachment_count


class RecipientAbsent(RasaException):
    """No client is connected to the message's session."""


class AnswerOutput(socketio.SocketIOOutput):
    """Sends answers to the sender's clients, wherever they are connected."""

    def __init__(self, rooms: Rooms, sio: Any, bot_message_evt: str) -> None:
        super().__init__(sio, bot_message_evt)
        self.rooms = rooms

    async def _send_message(self, socket_id: str, response: Any) -> None:
        await self.rooms.say(client_supplied_id(self.name(), socket_id), response)


class PushOutput(AnswerOutput):
    """Sends pushed messages; raises :class:`RecipientAbsent` without a connected client."""

    async def _send_message(self, socket_id: str, response: Any) -> None:
        if not await self.rooms.reach(client_supplied_id(self.name(), socket_id), response):
            raise RecipientAbsent("Nobody is connected to this conversation.")


class SocketIOInput(ClientIdChannel, socketio.SocketIOInput):
    """Rasa's `socketio` channel behind the guard."""

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Return Rasa's blueprint; its handlers receive validated data only."""
        self._sessions: OrderedDict[str, None] = OrderedDict()
        self._warned: set[str] = set()
        blueprint = super().blueprint(on_new_message)
        self.rooms = Rooms(self.sio, self.bot_message_evt, self.namespace, get_bus())
        self.sio.packet_class = WordsPacket
        self.sio.eio.ping_interval = PING_INTERVAL_S
        self.sio.eio.ping_timeout = PING_TIMEOUT_S
        self.sio.eio.cors_allowed_origins = is_allowed_origin
        limit_connections(self.sio.eio)
        handlers = self.sio.handlers[self.namespace or "/"]
        handlers["session_request"] = self._checked_session(handlers["session_request"])
        handlers[self.user_message_evt] = self._checked_message(handlers[self.user_message_evt])
        return blueprint

    def get_output_channel(self) -> PushOutput:
        """The channel for pushes."""
        return PushOutput(self.rooms, self.sio, self.bot_message_evt)

    async def receive(self, message: UserMessage, hand_on: OnNewMessage) -> None:
        """Handle a message; all clients of its session receive the answer."""
        message.output_channel = AnswerOutput(self.rooms, self.sio, self.bot_message_evt)
        await super().receive(message, hand_on)

    async def deliver_unread(self, sender_id: str, output: OutputChannel) -> Delivery:
        """Deliver through the channel that reports an absent client, whatever `output` is."""
        return await super().deliver_unread(sender_id, self.get_output_channel())

    async def _welcome_back(self, session_id: str) -> None:
        try:
            conversation = await self.find_conversation(session_id)
        except StoreUnavailable:  # it is delivered with the next message
            return
        await self.deliver_unread(conversation, self.get_output_channel())

    def _checked_session(self, confirm: Handler) -> Handler:
        async def session_request(sid: str, data: Any = None) -> None:
            session_id = data.get("session_id") if isinstance(data, dict) else None
            if session_id is not None and not is_client_supplied_id(session_id):
                self._refuse("session_id")
                return
            if not await self._may_begin(sid, session_id):
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
                await self._take(sid, data, handle)

        return user_uttered

    async def _take(self, sid: str, data: dict[str, Any], handle: Handler) -> None:
        session_id = data.get("session_id")
        address = self._address_of(sid)
        is_welcome = not get_limits().take_message(address, f"{self.name()}~{session_id or sid}")
        if is_welcome and await self._may_begin(sid, session_id):
            self._warned.discard(sid)
            words = plain_wording(data["message"]).text
            metadata = {self.metadata_key: address_metadata(address)}
            await handle(sid, {"message": words, "session_id": session_id, **metadata})
        else:
            await self._reply_rate_limited(sid)

    async def _may_begin(self, sid: str, session_id: str | None) -> bool:
        """Return whether the session exists, or the client's address may start another."""
        name = session_id or sid
        if name in self._sessions or await self._is_kept(name):
            return True
        if get_limits().begin_session(self._address_of(sid)):
            await self._reply_rate_limited(sid)
            return False
        self._sessions[name] = None
        if len(self._sessions) > _MOST_SESSIONS:
            self._sessions.popitem(last=False)
        return True

    async def _is_kept(self, session_id: str) -> bool:
        try:
            return await store_of(self.agent).channel_of(session_id) is not None
        except StoreUnavailable:
            return False

    async def _reply_rate_limited(self, sid: str) -> None:
        # Once until a message is taken again: answering each would be what a flood is after.
        if sid not in self._warned:
            self._warned.add(sid)
            self._refuse("limit")
            words = languages.responses(get_limits().settings.language)[TOO_FAST]
            payload = {"text": words}
            await self.sio.emit(self.bot_message_evt, payload, room=sid, namespace=self.namespace)

    def _address_of(self, sid: str) -> str:
        environ = self.sio.get_environ(sid, self.namespace) or {}
        return get_limits().address_of(environ["sanic.request"])

    def _refuse(self, field: str) -> None:
        logger.warning("channels.message.refused", channel=self.name(), reason=field)


def is_allowed_origin(origin: str, environ: dict[str, Any]) -> bool:
    """Return whether a page may connect: one of our own address, or of SOCKETIO_ORIGINS."""
    try:
        is_own = urlsplit(origin).netloc == environ["sanic.request"].host
    except ValueError:
        return False
    return is_own or origin in get_limits().settings.socketio_origins


def limit_connections(eio: Any) -> None:
    """Limit and count an address's connections in the engine."""
    connect, disconnect = eio.handlers["connect"], eio.handlers["disconnect"]
    addresses: dict[str, str] = {}

    async def limited_connect(eio_sid: str, environ: dict[str, Any]) -> Any:
        limits = get_limits()
        address = limits.address_of(environ["sanic.request"])
        if not limits.open_stream(address):
            return "Too many connections from your network. Please wait a little."
        addresses[eio_sid] = address
        return await connect(eio_sid, environ)

    async def counted_disconnect(eio_sid: str) -> Any:
        if eio_sid in addresses:
            get_limits().close_stream(addresses.pop(eio_sid))
        return await disconnect(eio_sid)

    eio.on("connect", limited_connect)
    eio.on("disconnect", counted_disconnect)
