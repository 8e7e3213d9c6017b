"""The `web` channel: its side towards Rasa, and its routes for browsers.

The conversation in the tracker store is the log that open pages follow, so nothing is sent to
anybody: a reload, a second tab, a restart of Rasa and a push all end in reading the same rows.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk import languages
from ticket_clerk.channels.addresses import address_metadata
from ticket_clerk.channels.bus import get_bus
from ticket_clerk.channels.conversations.store import ConversationStore, StoreUnavailable, store_of
from ticket_clerk.channels.guard import OnNewMessage
from ticket_clerk.channels.limits import get_limits
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.settings import Settings, read_environ

from .page import HEADERS, INDEX, PAGE_FILES, PageFile
from .session import (
    Refused,
    Sessions,
    Typed,
    is_web_sender,
    read_cookie,
    read_position,
    read_typed,
    require_own_page,
    require_share,
    set_cookie,
)
from .streams import Streams

logger = get_logger(__name__)

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

    def __init__(self, session_key: str, spoken: Sequence[str] = (languages.FIRST,)) -> None:
        self._spoken = spoken
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
    def from_credentials(cls, credentials: dict[str, Any] | None) -> WebChannel:
        """The channel in CLERK_LANGUAGE, with sessions signed by a key made from RASA_TOKEN."""
        key = read_environ().get("RASA_TOKEN")
        if not key:
            logger.warning("channels.web.unsigned", reason="no RASA_TOKEN: sessions end with Rasa")
        spoken = Settings.from_env(read_environ()).languages
        return cls(key or secrets.token_hex(32), spoken)

    def language_of(self, request: Request) -> str:
        """The language of the page: of those that are loaded the one that the browser prefers."""
        return languages.preferred(request.headers.get("accept-language", ""), self._spoken)

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

    def _turn(self, agent: Agent, address: str, sender_id: str, typed: Typed) -> asyncio.Task[None]:
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


# How long a page waits with its stream when its network has too many.
STREAM_PAUSE_S = 15
_STREAM_TYPE = "text/event-stream; charset=utf-8"
# Proxies must pass a stream on as it comes.
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def web_blueprint(channel: WebChannel) -> Blueprint:
    """The routes of the web chat."""
    blueprint = Blueprint("web_chat")
    _add_page(blueprint, channel)
    _add_conversation(blueprint, channel)

    @blueprint.exception(Refused)
    async def refuse(_request: Request, refused: Refused) -> HTTPResponse:
        headers = {"Cache-Control": "no-store", **refused.headers}
        return response.json({"error": refused.reason}, status=refused.status, headers=headers)

    @blueprint.listener("after_server_start")
    async def watch_store(app: Sanic, _loop: object) -> None:
        # Before the first visitor: what is pushed here may be for a page of another server.
        with suppress(Refused):
            channel.store(app)

    @blueprint.listener("before_server_stop")
    async def end_streams(_app: Sanic, _loop: object) -> None:
        channel.streams.close()

    return blueprint


def _add_page(blueprint: Blueprint, channel: WebChannel) -> None:
    @blueprint.get("/")
    async def page(request: Request) -> HTTPResponse:
        if not request.path.endswith("/"):
            return response.redirect(f"{request.path}/", status=308)
        answer = _file(INDEX, channel.language_of(request))
        if channel.sessions.sender_id(read_cookie(request)) is None:
            limits = get_limits()
            require_share(limits.begin_session(limits.address_of(request)))
            set_cookie(answer, request, channel.sessions.start())
        return answer

    for file in PAGE_FILES:
        name = file.name.replace(".", "_")
        blueprint.add_route(_serve(file, channel), f"/{file.name}", name=name)


def _add_conversation(blueprint: Blueprint, channel: WebChannel) -> None:
    @blueprint.post("/messages")
    async def messages(request: Request) -> HTTPResponse:
        require_own_page(request)
        sender_id = _require_session(request, channel)
        typed = read_typed(request)
        await channel.take(request.app, get_limits().address_of(request), sender_id, typed)
        return response.json({"id": typed.message_id})

    @blueprint.get("/events")
    async def events(request: Request) -> None:
        require_own_page(request)
        sender_id = _require_session(request, channel)
        position = read_position(request)
        store = channel.store(request.app)
        limits = get_limits()
        address = limits.address_of(request)
        if not limits.open_stream(address):
            require_share(STREAM_PAUSE_S)
        # A connection that lived on after its stream would hold up a stopping server.
        request.stream.keep_alive = False
        try:
            stream = await request.respond(content_type=_STREAM_TYPE, headers=_STREAM_HEADERS)
            # The browser opens the next stream when one ends early.
            with suppress(StoreUnavailable):
                await channel.streams.follow(store, sender_id, position, stream.send)
            await stream.eof()
        finally:
            limits.close_stream(address)


def _require_session(request: Request, channel: WebChannel) -> str:
    sender_id = channel.sessions.sender_id(read_cookie(request))
    if sender_id is None:
        raise Refused(403, "This chat has no session. Please load the page again.")
    return sender_id


def _serve(
    file: PageFile, channel: WebChannel
) -> Callable[[Request], Coroutine[object, object, HTTPResponse]]:
    async def serve(request: Request) -> HTTPResponse:
        return _file(file, channel.language_of(request))

    return serve


def _file(file: PageFile, language: str) -> HTTPResponse:
    return HTTPResponse(file.read(language), headers=dict(HEADERS), content_type=file.content_type)
