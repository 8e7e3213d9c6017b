"""One turn of a conversation at a time, over all processes of Rasa. Named in endpoints.yml.

Within a process Rasa's own lock keeps turns in the order they came in. With REDIS_URL, whoever has
that one takes a second one that all processes share. Rasa's own Redis lock store reads, changes and
writes its tickets in three steps, so two processes can both be served (the negative control in
tests/channels/test_conversation_locks.py); here one `SET … NX` decides.
"""

import asyncio
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore, LockError, LockStore
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json

from ticket_clerk.channels.bus import connect
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.settings import Settings, read_environ

logger = get_logger(__name__)

_PREFIX = "ticket-clerk:turn:"
LEASE_S = 10
"""A process that was killed in a turn keeps the conversation for so long."""

CHECKED_AFTER_S = 1
"""A connection that was idle for longer is tried before use: Redis may have been restarted."""

_RENEW_EVERY_S = 3.0
_LOOK_EVERY_S = 0.05
# Only what is still ours: it may have run out, and be another's by now.
_IF_OURS = "if redis.call('get', KEYS[1]) == ARGV[1] then return {} else return 0 end"
_RENEW = _IF_OURS.format("redis.call('expire', KEYS[1], ARGV[2])")
_RELEASE = _IF_OURS.format("redis.call('del', KEYS[1])")
_FAILURES = (RedisError, OSError, asyncio.TimeoutError)


class ConversationLocks(InMemoryLockStore):
    """Rasa's lock store in memory, and one lock in Redis where several processes serve."""

    def __init__(self, endpoint_config: Any = None, redis_url: str | None = None) -> None:
        """Connect when first used; the address is REDIS_URL's."""
        super().__init__()
        if redis_url is None:
            redis_url = Settings.from_env(read_environ()).redis_url
        self._redis = connect(redis_url, checked_after_s=CHECKED_AFTER_S) if redis_url else None

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = 1,
    ) -> AsyncGenerator[TicketLock, None]:
        """Hold the conversation; raises Rasa's LockError after `lock_lifetime` seconds in vain."""
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as ticket:
            if self._redis is None:
                yield ticket
                return
            async with _shared(self._redis, _PREFIX + conversation_id, lock_lifetime):
                yield ticket

    async def is_held_elsewhere(self, conversation_id: str) -> bool:
        """Whether a process holds the shared lock; False where there is none to ask."""
        if self._redis is None:
            return False
        try:
            return bool(await self._redis.exists(_PREFIX + conversation_id))
        except _FAILURES:
            # Whoever then takes the lock is refused, and knows why.
            return False


@asynccontextmanager
async def _shared(redis: Redis, name: str, within_s: float) -> AsyncIterator[None]:
    token = secrets.token_hex(16)
    try:
        await asyncio.wait_for(_take(redis, name, token), within_s)
    except _FAILURES as error:
        # Going on alone would let two processes write one conversation.
        raise LockError(f"The conversation is not free: {type(error).__name__}.") from None
    renewing = asyncio.ensure_future(_renew(redis, name, token))
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(*_FAILURES):  # it runs out by itself
            await redis.eval(_RELEASE, 1, name, token)


async def _take(redis: Redis, name: str, token: str) -> None:
    while not await redis.set(name, token, nx=True, ex=LEASE_S):  # noqa: ASYNC110  others hold it
        await asyncio.sleep(_LOOK_EVERY_S)


async def _renew(redis: Redis, name: str, token: str) -> None:
    while True:
        await asyncio.sleep(_RENEW_EVERY_S)
        try:
            is_held = await redis.eval(_RENEW, 1, name, token, LEASE_S)
        except _FAILURES as error:
            logger.warning("channels.lock.not_renewed", error=type(error).__name__)
            continue
        if not is_held:
            logger.error("channels.lock.lost")
            return


def refuse_when_busy(app: Sanic, has_token: Callable[[Request], bool]) -> None:
    """Add the refusal to Rasa's HTTP API. Safe to repeat.

    Without the token nobody learns who talks at this moment; Rasa's route answers them 401.
    """
    if getattr(app.ctx, "refuses_when_busy", False):
        return
    app.ctx.refuses_when_busy = True

    async def refuse(request: Request) -> HTTPResponse | None:
        if request.args.get("if_busy") != "refuse" or not has_token(request):
            return None
        conversation_id = request.match_info.get("conversation_id")
        agent = getattr(request.app.ctx, "agent", None)
        if not conversation_id or agent is None:
            return None
        if not await is_busy(agent.lock_store, conversation_id):
            return None
        return json({"status": "failure", "reason": "ConversationBusy"}, status=423)

    app.register_middleware(refuse, "request")


async def is_busy(store: LockStore, conversation_id: str) -> bool:
    """Whether a turn of the conversation is under way, here or in another process."""
    store.update_lock(conversation_id)
    if store.is_someone_waiting(conversation_id):
        return True
    return isinstance(store, ConversationLocks) and await store.is_held_elsewhere(conversation_id)
