"""The tracker store as a log: positions, wake-ups, and a file that keeps what was committed."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet

from tests.channels.conversations import add, open_store, typed
from ticket_clerk.channels.conversations.store import StoreUnavailable
from ticket_clerk.ticketing.privacy.personal_data import FORGET_ACTION, forget_conversation


def test_what_was_said_is_read_from_a_position_on(tmp_path: Path) -> None:
    """Only words count, only this sender's, each once and in order."""

    async def read() -> tuple[list[str], list[str]]:
        store = open_store(tmp_path / "trackers.db")
        await add(store, "ann", typed("one"), SlotSet("show", "x"), BotUttered("two"))
        await add(store, "bob", typed("not ann's"))
        first = await store.said_since("ann", 0)
        await add(store, "ann", typed("three"), ActionExecuted("action_listen"))
        rest = await store.said_since("ann", first[-1].position)
        return [e.event["text"] for e in first], [e.event["text"] for e in rest]

    assert asyncio.run(read()) == (["one", "two"], ["three"])


def test_listeners_are_woken_after_the_commit(tmp_path: Path) -> None:
    """Who looks when woken finds what is new."""
    path = tmp_path / "trackers.db"
    found: list[tuple[str, int]] = []

    def count(sender_id: str) -> None:
        with sqlite3.connect(path) as connection:
            rows = connection.execute("SELECT count(*) FROM events WHERE type_name = 'bot'")
            found.append((sender_id, rows.fetchone()[0]))

    async def grow() -> None:
        store = open_store(path)
        store.on_growth(count)
        await add(store, "ann", BotUttered("hello"))

    asyncio.run(grow())

    assert found[-1] == ("ann", 1)


def test_a_message_is_found_by_its_id(tmp_path: Path) -> None:
    """In its own conversation, and only as the buyer's."""

    async def look() -> list[bool]:
        store = open_store(tmp_path / "trackers.db")
        await add(store, "ann", typed("hello", message_id="a1"), BotUttered("b2"))
        asked = [("ann", "a1"), ("ann", "b2"), ("bob", "a1"), ("ann", "a")]
        return [await store.has_message(*key) for key in asked]

    assert asyncio.run(look()) == [True, False, False, False]


def test_a_conversation_that_wishes_to_be_forgotten_is_deleted(tmp_path: Path) -> None:
    """All of it, nobody else's, and the wish itself leaves no trace; it can be begun anew."""

    async def forget() -> list[int]:
        store = open_store(tmp_path / "trackers.db")
        await add(store, "ann", typed("hello"), BotUttered("hi"))
        await add(store, "bob", typed("hello"))
        await add(store, "ann", ActionExecuted(FORGET_ACTION))
        await add(store, "dan", ActionExecuted(FORGET_ACTION))
        left = [len(await store.said_since(sender, 0)) for sender in ("ann", "bob", "dan")]
        assert await store.retrieve("ann") is await store.retrieve("dan") is None
        await add(store, "ann", typed("it's me again"))
        return [*left, len(await store.said_since("ann", 0))]

    assert asyncio.run(forget()) == [0, 1, 0, 1]


def test_deleted_past_rasa_a_turn_that_is_under_way_begins_it_anew(tmp_path: Path) -> None:
    """Negative control: Rasa has to delete, under its lock, which keeps other turns out."""
    file = tmp_path / "trackers.db"

    async def delete_in_a_turn() -> int:
        store = open_store(file)
        await add(store, "ann", typed("hello"), BotUttered("hi"))
        turn = await store.get_or_create_tracker("ann")
        forget_conversation(file, "ann")
        turn.update(typed("more"))
        await store.save(turn)
        return len(await store.said_since("ann", 0))

    assert asyncio.run(delete_in_a_turn()) == 1


def test_a_database_that_cannot_be_read_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With one error of its own and one line that holds nothing of the conversation."""
    store = open_store(tmp_path / "trackers.db")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")

    with pytest.raises(StoreUnavailable):
        asyncio.run(store.said_since("bob", 0))
    assert "bob" not in caplog.text


def test_the_file_survives_a_power_cut(tmp_path: Path) -> None:
    """WAL with a flush at each commit, and deleted content is overwritten."""
    store = open_store(tmp_path / "trackers.db")
    with store.engine.connect() as connection:
        values = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "secure_delete")
        ]

    assert values == ["wal", 2, 1]
