"""Base class of messenger channels: verified webhooks, and answers sent to the sender's address.

A channel that is switched off has no routes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.exceptions import InvalidConfigException, RasaException
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty

from ticket_clerk.channels.conversations.store import store_of
from ticket_clerk.channels.guard import Guarded, OnNewMessage
from ticket_clerk.languages.domain import SLOT, variant
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.domain.errors import ConfigError

from .api_client import ApiClient

logger = get_logger(__name__)

T = TypeVar("T")


class Malformed(Exception):
    """A genuine request that is not of the documented shape."""


class SwitchedOff(RasaException):
    """A message is to be sent over a channel whose tokens are not set."""


class Messenger(Guarded):
    """A channel that a messenger's servers call; `api` is None while it is switched off."""

    answer_within_s = 1.5
    """How long a request waits for its turn. What Rasa had not acknowledged when it died, the
    messenger sends again."""

    def __init__(self, api: ApiClient | None) -> None:
        """Open no connection yet."""
        self.api = api
        self.turns = Turns(self.name())
        self._hand_on: OnNewMessage | None = None

    def routes(self, on_new_message: OnNewMessage) -> Blueprint:
        """`POST webhook` under the channel's name; nothing at all while it is switched off."""
        self._hand_on = on_new_message
        blueprint = Blueprint(f"{self.name()}_webhook")
        if self.api is not None:

            @blueprint.post("/webhook")
            async def webhook(request: Request) -> HTTPResponse:
                return await self._receive(request)

            blueprint.listener("before_server_stop")(self._stop)
        return blueprint

    def get_output_channel(self) -> OutputChannel:
        """The channel for pushes; raises :class:`SwitchedOff`.

        Rasa would otherwise collect what is said, keep it as said, and nobody would read it.
        """
        if self.api is None:
            raise SwitchedOff(f"{self.name()} is switched off: its tokens are not set.")
        return self.open_output(self.api)

    def open_output(self, api: ApiClient) -> OutputChannel:
        """Return the output channel that sends through `api`."""
        raise NotImplementedError

    def is_genuine(self, request: Request) -> bool:
        """Return whether the messenger itself sent the request."""
        raise NotImplementedError

    async def take(self, request: Request) -> HTTPResponse:
        """Answer a genuine request; raises :class:`Malformed`."""
        raise NotImplementedError

    async def begin(self, message: UserMessage) -> HTTPResponse:
        """Have Rasa handle the message exactly once; returns what the messenger is answered."""
        assert self._hand_on is not None  # noqa: S101  routes exist only with a blueprint
        wait_s = self.answer_within_s
        is_taken = await self.turns.begin(self.agent, message, self._hand_on, wait_s=wait_s)
        return empty(status=200 if is_taken else 503)

    def words(self, response: str, message: Mapping[str, Any] | None = None) -> str | None:
        """The domain's words for a part of the channel's own, in the language of a message.

        None where it has none.
        """
        domain = self.agent.domain if self.agent else None
        texts = domain.responses.get(response) if domain else None
        return str(variant(texts, str((message or {}).get(SLOT)))["text"]) if texts else None

    async def _receive(self, request: Request) -> HTTPResponse:
        if not self.is_genuine(request):
            return self._refuse("signature", 401)
        if self.agent is None:
            return self._refuse("no_model", 503)
        try:
            return await self.take(request)
        except Malformed:
            return self._refuse("shape", 400)

    def _refuse(self, reason: str, status: int) -> HTTPResponse:
        logger.warning("channels.request.refused", channel=self.name(), reason=reason)
        return empty(status=status)

    async def _stop(self, _app: Sanic, _loop: object) -> None:
        await self.turns.finish()
        if self.api is not None:
            await self.api.close()


def json_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object in a body; raises :class:`Malformed`."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Malformed("body")
    return body


def object_at(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under a key of a messenger's JSON; raises :class:`Malformed`."""
    value = data.get(key)
    if not isinstance(value, dict):
        raise Malformed(key)
    return value


def checked(read: Callable[[], T]) -> T:
    """Read the settings with `read`; raises InvalidConfigException for a wrong one."""
    try:
        return read()
    except ConfigError as error:
        raise InvalidConfigException(str(error)) from None


_LOOK_EVERY_S = 0.1
_FINISH_WITHIN_S = 10.0
# Before a message is tried again that was acknowledged and could not be handled.
_PAUSES_S = (1.0, 2.0, 4.0, 8.0)


class Turns:
    """Turns in progress on one channel."""

    def __init__(self, channel: str) -> None:
        """Start without turns in progress."""
        self._channel = channel
        self._tasks: set[asyncio.Task[bool]] = set()

    async def begin(
        self, agent: Agent, message: UserMessage, hand_on: OnNewMessage, *, wait_s: float
    ) -> bool:
        """Handle the message unless it was handled; return when done, or after `wait_s`.

        False where it could not be, with Redis or the database away: who sent it has to send it
        again. The turn goes on when the caller does not wait any longer. Safe to repeat.
        """
        turn = self._keep(self._run(agent, message, hand_on))
        await asyncio.wait({turn}, timeout=wait_s)
        if turn.done():
            return turn.result()
        self._keep(self._see_through(turn, agent, message, hand_on))
        return True

    def _keep(self, turn: Coroutine[Any, Any, bool]) -> asyncio.Task[bool]:
        task = asyncio.ensure_future(turn)
        # The loop itself does not hold on to a task.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self) -> None:
        """Wait for the turns in progress before the server stops."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_FINISH_WITHIN_S)

    async def _see_through(
        self,
        turn: asyncio.Task[bool],
        agent: Agent,
        message: UserMessage,
        hand_on: OnNewMessage,
    ) -> bool:
        """Try an acknowledged message again, since nobody else brings it any more."""
        is_taken = await turn
        for pause in _PAUSES_S:
            if is_taken:
                break
            await asyncio.sleep(pause)
            is_taken = await self._run(agent, message, hand_on)
        return is_taken

    async def _run(self, agent: Agent, message: UserMessage, hand_on: OnNewMessage) -> bool:
        try:
            # Another name than the conversation's own, which the turn itself locks.
            name = f"{self._channel}:{message.sender_id}"
            async with agent.lock_store.lock(name, wait_time_in_seconds=_LOOK_EVERY_S):
                if await store_of(agent).has_message(message.sender_id, message.message_id):
                    logger.info("channels.message.repeated", channel=self._channel)
                    return True
                await hand_on(message)
        except Exception as error:  # nobody may await the task, and no traceback may show words
            logger.error("channels.turn.failed", channel=self._channel, error=type(error).__name__)
            return False
        return True
