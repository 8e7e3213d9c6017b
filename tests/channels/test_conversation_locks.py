"""One turn of a conversation at a time, in one process and in several, on a real Redis."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from rasa.core.lock_store import LockError, LockStore, RedisLockStore

from tests.redis_server import RedisServer
from ticket_clerk.channels.conversations import locks
from ticket_clerk.channels.conversations.locks import ConversationLocks, is_busy


class Turns:
    """Counts how many turns are under way at the same moment."""

    def __init__(self) -> None:
        """None yet."""
        self.under_way = 0
        self.most = 0
        self.done: list[str] = []

    async def take(self, store: LockStore, name: str, lasts_s: float = 0.02) -> None:
        """Take one turn of the conversation `ann`."""
        async with store.lock("ann", wait_time_in_seconds=0.01):
            self.under_way += 1
            self.most = max(self.most, self.under_way)
            await asyncio.sleep(lasts_s)
            self.under_way -= 1
            self.done.append(name)


def _at_once(make: Callable[[], LockStore], stores: int, turns: int) -> Turns:
    async def run() -> Turns:
        counted = Turns()
        served = [make() for _ in range(stores)]
        await asyncio.gather(
            *(counted.take(store, f"{n}") for n in range(turns) for store in served)
        )
        return counted

    return asyncio.run(run())


def test_without_redis_a_process_takes_one_turn_at_a_time_in_order() -> None:
    """As stock Rasa."""
    turns = _at_once(lambda: ConversationLocks(redis_url=""), stores=1, turns=5)

    assert (turns.most, turns.done) == (1, ["0", "1", "2", "3", "4"])


def test_several_processes_take_one_turn_at_a_time(redis_server: RedisServer) -> None:
    """Each has a store of its own; all turns are taken."""
    turns = _at_once(lambda: ConversationLocks(redis_url=redis_server.url), stores=3, turns=5)

    assert (turns.most, len(turns.done)) == (1, 15)


def test_without_the_shared_lock_they_take_turns_at_once() -> None:
    """The control: each process has only its own lock."""
    assert _at_once(lambda: ConversationLocks(redis_url=""), stores=3, turns=2).most == 3


def test_rasas_own_redis_lock_gives_one_ticket_twice(redis_server: RedisServer) -> None:
    """The control: reading, changing and writing are three steps, and two come in between."""
    one, other = (RedisLockStore(port=redis_server.port, db=7) for _ in range(2))
    read_by_both = [store.get_or_create_lock("ann") for store in (one, other)]
    tickets = []
    for store, lock in zip((one, other), read_by_both, strict=True):
        tickets.append(lock.issue_ticket(60))
        store.save_lock(lock)

    assert tickets == [0, 0]
    assert not any(store.get_lock("ann").is_locked(0) for store in (one, other))


def test_a_killed_process_keeps_the_conversation_for_a_few_seconds(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease runs out, since nobody renews it."""
    monkeypatch.setattr(locks, "LEASE_S", 1)

    async def run() -> float:
        dead = ConversationLocks(redis_url=redis_server.url)
        await locks._take(dead._redis, f"{locks._PREFIX}ann", "of the dead")
        began = time.monotonic()
        await Turns().take(ConversationLocks(redis_url=redis_server.url), "next")
        return time.monotonic() - began

    assert 0.5 < asyncio.run(run()) < 60


def test_a_long_turn_keeps_its_lease(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An action may wait for Stripe for longer than a lease lasts."""
    # A process that gets no core for a moment must not lose a lease that it renews.
    monkeypatch.setattr(locks, "LEASE_S", 4)
    monkeypatch.setattr(locks, "_RENEW_EVERY_S", 0.2)

    async def run() -> Turns:
        turns = Turns()
        stores = [ConversationLocks(redis_url=redis_server.url) for _ in range(2)]
        await asyncio.gather(*(turns.take(store, "long", lasts_s=5) for store in stores))
        return turns

    turns = asyncio.run(run())
    assert (turns.most, len(turns.done)) == (1, 2)


def test_a_lock_that_ran_out_is_not_taken_from_who_has_it_now(redis_server: RedisServer) -> None:
    """Letting go is for the holder alone."""

    async def run() -> str:
        store = ConversationLocks(redis_url=redis_server.url)
        name = f"{locks._PREFIX}bob"
        async with store.lock("bob"):
            await store._redis.set(name, "another's")
        left = await store._redis.get(name)
        await store._redis.delete(name)
        return str(left, "ascii")

    assert asyncio.run(run()) == "another's"


def test_without_its_redis_nothing_is_begun(redis_server: RedisServer) -> None:
    """Two processes that both went on alone would lose each other's words."""

    async def run() -> None:
        store = ConversationLocks(redis_url="redis://127.0.0.1:1/0")
        async with store.lock("ann"):
            pass

    with pytest.raises(LockError):
        asyncio.run(run())


def test_a_redis_that_was_restarted_refuses_no_turn(redis_server: RedisServer) -> None:
    """Connections of before are found dead and made again before anything is asked over them."""

    async def run() -> list[str]:
        store, turns = ConversationLocks(redis_url=redis_server.url), Turns()
        await turns.take(store, "before")
        redis_server.kill()
        redis_server.start()
        await asyncio.sleep(locks.CHECKED_AFTER_S + 0.1)
        await turns.take(store, "after")
        assert not await is_busy(store, "ann")
        return turns.done

    assert asyncio.run(run()) == ["before", "after"]


def test_a_conversation_is_busy_while_any_process_has_it(redis_server: RedisServer) -> None:
    """Seen at once and by every process, without a place in the queue; without Redis by its own."""

    async def run() -> list[bool]:
        one, other = (ConversationLocks(redis_url=redis_server.url) for _ in range(2))
        alone = ConversationLocks(redis_url="")
        async with one.lock("cal"), alone.lock("cal"):
            held = [await is_busy(store, "cal") for store in (one, other, alone)]
        return held + [await is_busy(store, "cal") for store in (one, other, alone)]

    assert asyncio.run(run()) == [True] * 3 + [False] * 3


def test_without_its_redis_a_conversation_is_not_called_busy() -> None:
    """The push goes on to the lock, which refuses it with the reason."""
    store = ConversationLocks(redis_url="redis://127.0.0.1:1/0")

    assert asyncio.run(is_busy(store, "cal")) is False
