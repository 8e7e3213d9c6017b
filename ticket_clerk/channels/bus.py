"""Message bus between Rasa processes, over Redis; a single process has none.

A broadcast, or a question that whoever can answers. Nothing is kept: who was away has missed
it, and the conversations' database is where everybody can look.
"""

import asyncio
import json
import uuid
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.settings import Settings, read_environ

logger = get_logger(__name__)

Handler = Callable[[dict[str, Any]], Awaitable[bool]]

_PREFIX = "ticket-clerk:"
_CHANNEL = f"{_PREFIX}bus"
_ANSWER_WITHIN_S = 2
_LOOK_EVERY_S = 5.0
_AGAIN_AFTER_S = 1.0
# Longer than any answer is waited for.
_SOCKET_TIMEOUT_S = 5
_FAILURES = (RedisError, OSError, asyncio.TimeoutError)


class Bus:
    """One process's connection to the others."""

    def __init__(self, redis_url: str) -> None:
        """Connect lazily; without an address there are no other processes."""
        self._redis = connect(redis_url) if redis_url else None
        self._handlers: dict[str, Handler] = {}
        self._me = uuid.uuid4().hex
        self._listening: asyncio.Task[None] | None = None

    def on(self, topic: str, handler: Handler) -> None:
        """Register a handler for `topic`; its return value answers requests."""
        self._handlers[topic] = handler

    async def start(self) -> None:
        """Subscribe, and reconnect when Redis is back. Safe to repeat."""
        if self._redis is not None and self._listening is None:
            self._listening = asyncio.ensure_future(self._listen())

    async def stop(self) -> None:
        """Unsubscribe. Safe to repeat."""
        if self._listening is not None:
            self._listening.cancel()
            self._listening = None

    async def publish(self, topic: str, body: dict[str, Any]) -> None:
        """Publish to the other processes; messages are lost while Redis is down."""
        await self._publish(topic, body, reply_to=None)

    async def ask(self, topic: str, body: dict[str, Any]) -> bool:
        """Return whether another process handled it within two seconds."""
        reply_to = f"{_PREFIX}reply:{uuid.uuid4().hex}"
        if self._redis is None or not await self._publish(topic, body, reply_to):
            return False
        try:
            return await self._redis.blpop([reply_to], timeout=_ANSWER_WITHIN_S) is not None
        except _FAILURES as error:
            _warn(error)
            return False

    async def _publish(self, topic: str, body: dict[str, Any], reply_to: str | None) -> bool:
        if self._redis is None:
            return False
        envelope = {"topic": topic, "from": self._me, "reply_to": reply_to, "body": body}
        try:
            await self._redis.publish(_CHANNEL, json.dumps(envelope))
        except _FAILURES as error:
            _warn(error)
            return False
        return True

    async def _listen(self) -> None:
        assert self._redis is not None  # noqa: S101  started only with it
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(_CHANNEL)
                    while True:
                        message = await subscription.get_message(timeout=_LOOK_EVERY_S)
                        if message is not None:
                            await self._take(json.loads(message["data"]))
            except _FAILURES as error:
                _warn(error)
                await asyncio.sleep(_AGAIN_AFTER_S)

    async def _take(self, envelope: dict[str, Any]) -> None:
        handler = self._handlers.get(envelope["topic"])
        if handler is None or envelope["from"] == self._me:
            return
        try:
            is_done = await handler(envelope["body"])
        except Exception as error:  # one failing handler must not stop the subscription
            _warn(error)
            return
        if is_done and envelope["reply_to"] and self._redis is not None:
            await self._redis.rpush(envelope["reply_to"], "done")
            await self._redis.expire(envelope["reply_to"], _SOCKET_TIMEOUT_S)


@lru_cache(maxsize=1)
def get_bus() -> Bus:
    """This process's bus, as REDIS_URL says."""
    return Bus(Settings.from_env(read_environ()).redis_url)


def connect(redis_url: str, *, checked_after_s: int = 10) -> Redis:
    """Connect to Redis with timeouts; a connection that was idle for so long is tried before use.

    One that is found dead is made again; what is asked over one is never repeated.
    """
    return Redis.from_url(
        redis_url,
        socket_timeout=_SOCKET_TIMEOUT_S,
        socket_connect_timeout=_ANSWER_WITHIN_S,
        health_check_interval=checked_after_s,
        # Of a connection and its check alone: no kinds of errors are named that it is for.
        retry=Retry(NoBackoff(), 1),
    )


def _warn(error: Exception) -> None:
    logger.warning("channels.bus.failed", error=type(error).__name__)
