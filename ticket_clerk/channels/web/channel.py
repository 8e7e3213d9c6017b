"""The `web` channel's side towards Rasa.

The conversation in the tracker store is the log that open pages follow, so nothing is sent to
anybody: a reload, a second tab, a restart of Rasa and a push all end in reading the same rows.
"""

import asyncio
import logging
import secrets
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic

from ticket_clerk import languages
from ticket_clerk.channels.addresses import address_metadata
from ticket_clerk.channels.bus import get_bus
from ticket_clerk.channels.conversations.store import ConversationStore, StoreUnavailable, store_of
from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.limits import get_limits
from ticket_clerk.ticketing.settings import Settings, read_environ

from .requests import Refused, Typed, require_share
from .routes import web_blueprint
from .session import Sessions, is_web_sender
from .streams import Streams

logger = logging.getLogger(__name__)

_GROWN = "grown"


class WebOutput(OutputChannel):
    """Sends nothing: pages show what Rasa stores in the tracker."""

    @classmethod
    def name(cls) -> str:
        """The channel's name, by which responses may be written for it."""
        return "web"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Do nothing: the tracker's commit wakes the pages."""

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Do nothing: the tracker's commit wakes the pages."""


class WebChannel(InputChannel):
    """Passes messages to Rasa, and gives access to the store that pages follow."""

    def __init__(self, session_key: str, language: str = languages.FIRST) -> None:
        self.language = language
        self.sessions = Sessions(session_key)
        self.streams = Streams()
        self._hand_on: OnNewMessage | None = None
        self._turns: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._watched: ConversationStore | None = None
        self._telling: set[asyncio.Future[None]] = set()

    @classmethod
    def name(cls) -> str:
        """The channel's name in addresses, conversations and orders."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> "WebChannel":
        """The channel in CLERK_LANGUAGE, with sessions signed by a key made from RASA_TOKEN."""
        key = read_environ().get("RASA_TOKEN")
        if not key:
            logger.warning("channels.web.unsigned RASA_TOKEN is not set: sessions end with Rasa")
        language = Settings.from_env(read_environ()).language
        return cls(key or secrets.token_hex(32), language)

    def get_output_channel(self) -> WebOutput:
        """Return the channel for pushes."""
        return WebOutput()

    def blueprint(self, on_new_message: OnNewMessage) -> Blueprint:
        """Page, messages and events under `/webhooks/web/`."""
        self._hand_on = on_new_message
        get_bus().on(_GROWN, self._wake)
        return web_blueprint(self)

    def store(self, app: Sanic) -> ConversationStore:
        """The conversations' store; raises :class:`Refused` while there is none to read."""
        try:
            store = store_of(app.ctx.agent)
        except StoreUnavailable:
            store = None
        if store is None or not app.ctx.agent.is_ready():
            raise Refused(503, "The clerk is not ready yet. Please try again in a moment.")
        if store is not self._watched:
            self._watched = store
            store.on_growth(self._publish_growth)
        return store

    def _publish_growth(self, sender_id: str) -> None:
        self.streams.wake(sender_id)
        if is_web_sender(sender_id):
            # The loop itself does not hold on to a task.
            publishing = asyncio.ensure_future(get_bus().publish(_GROWN, {"sender_id": sender_id}))
            self._telling.add(publishing)
            publishing.add_done_callback(self._telling.discard)

    async def _wake(self, body: dict[str, Any]) -> bool:
        self.streams.wake(body["sender_id"])
        return True

    async def take(self, app: Sanic, address: str, sender_id: str, typed: Typed) -> None:
        """Have Rasa answer a message; safe to repeat: one id is one message.

        Raises :class:`Refused` when there were too many, or Rasa could not keep it.
        """
        store = self.store(app)
        try:
            # A page that is closed meanwhile must not cut the turn short.
            await asyncio.shield(self._turn(app.ctx.agent, address, sender_id, typed))
            is_kept = await store.has_message(sender_id, typed.message_id)
        except StoreUnavailable:
            is_kept = False
        if not is_kept:
            raise Refused(503, "That did not arrive. Please try again in a moment.")

    def _turn(
        self, agent: Agent, address: str, sender_id: str, typed: Typed
    ) -> "asyncio.Task[None]":
        """Return the turn in progress for this message, or start one."""
        key = (sender_id, typed.message_id)
        if key not in self._turns:
            require_share(get_limits().take_message(address, sender_id))
            turn = asyncio.ensure_future(self._answer(agent, address, sender_id, typed))
            turn.add_done_callback(lambda _: self._turns.pop(key, None))
            self._turns[key] = turn
        return self._turns[key]

    async def _answer(self, agent: Agent, address: str, sender_id: str, typed: Typed) -> None:
        assert self._hand_on is not None  # noqa: S101  routes exist only with a blueprint
        message = UserMessage(
            typed.text,
            WebOutput(),
            sender_id,
            input_channel=self.name(),
            message_id=typed.message_id,
            metadata=address_metadata(address),
        )
        # Not the conversation's own lock, which the turn itself takes. A page that lost one server
        # sends the message again to another.
        async with agent.lock_store.lock(f"{sender_id}:{typed.message_id}"):
            if not await store_of(agent).has_message(sender_id, typed.message_id):
                await self._hand_on(message)
