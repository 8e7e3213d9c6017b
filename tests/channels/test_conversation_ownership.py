"""Conversation ownership: the first channel to use a name owns it, also concurrently."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted

from tests.channels.conversations import add, open_store, typed
from tests.databases import create_database
from ticket_clerk.channels.conversations.ownership import Claim
from ticket_clerk.channels.conversations.store import ConversationStore
from ticket_clerk.ticketing.privacy.personal_data import FORGET_ACTION, forget_conversation

CHANNELS = ("rest", "socketio", "callback", "cmdline")


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database for conversations, of both kinds."""
    if request.param == "sqlite":
        return str(tmp_path / "trackers.db")
    return create_database(request.getfixturevalue("postgresql_url"), "claims")


@pytest.fixture
def store(address: str) -> ConversationStore:
    """A tracker store on it."""
    return ConversationStore(domain=Domain.empty(), db=address)


def test_the_first_channel_has_the_name_for_good(store: ConversationStore) -> None:
    """Asking again changes nothing, and looking takes nothing."""

    async def ask() -> list[str | None]:
        looked = await store.channel_of("ann")
        claims = [await store.claim("ann", each) for each in ("rest", "socketio", "rest")]
        assert [claim.is_first for claim in claims] == [True, False, False]
        return [looked, *(claim.channel for claim in claims), await store.channel_of("ann")]

    assert asyncio.run(ask()) == [None, "rest", "rest", "rest", "rest"]


def test_of_all_channels_at_once_one_has_it(address: str) -> None:
    """Each with a store of its own, as in several processes; one is told that it began."""
    stores = [ConversationStore(domain=Domain.empty(), db=address) for _ in CHANNELS]
    for number in range(20):
        name = f"ann-{number}"

        def take(index: int, name: str = name) -> Claim:
            return asyncio.run(stores[index].claim(name, CHANNELS[index]))

        with ThreadPoolExecutor(len(CHANNELS)) as pool:
            told = list(pool.map(take, range(len(CHANNELS))))
        assert len({claim.channel for claim in told}) == 1
        assert sum(claim.is_first for claim in told) == 1


def test_looking_first_and_writing_then_lets_two_have_it(tmp_path: Path) -> None:
    """The control: without the one statement that decides, both believe that it is theirs."""
    store = open_store(tmp_path / "trackers.db")

    async def take() -> list[str]:
        free = [await store.channel_of("ann") is None for _ in ("rest", "socketio")]
        return [
            channel for channel, is_free in zip(("rest", "socketio"), free, strict=True) if is_free
        ]

    assert asyncio.run(take()) == ["rest", "socketio"]


def test_a_conversation_from_before_belongs_to_its_first_message(store: ConversationStore) -> None:
    """A store of an older version has no claims yet."""

    async def ask() -> list[object]:
        await add(store, "ann", typed("hello", channel="socketio"), typed("hi", channel="rest"))
        return [await store.channel_of("ann"), *await store.claim("ann", "rest")]

    assert asyncio.run(ask()) == ["socketio", "socketio", False]


def test_what_is_forgotten_may_be_begun_by_anybody(store: ConversationStore) -> None:
    """The row holds a sender's id, so it goes with the conversation."""

    async def forget() -> Claim:
        await store.claim("ann", "rest")
        await add(store, "ann", typed("hello"))
        await add(store, "ann", ActionExecuted(FORGET_ACTION))
        return await store.claim("ann", "socketio")

    assert asyncio.run(forget()) == ("socketio", True)


def test_forgotten_past_rasa_it_is_free_too(tmp_path: Path) -> None:
    """Where Rasa does not run, its file is written directly."""
    file = tmp_path / "trackers.db"
    store = open_store(file)
    asyncio.run(store.claim("ann", "rest"))

    forget_conversation(file, "ann")

    assert asyncio.run(store.claim("ann", "socketio")) == ("socketio", True)
