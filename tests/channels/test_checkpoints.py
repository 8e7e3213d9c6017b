"""Long conversations: a turn loads a state and a tail that say the same as all the events."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from tests.databases import create_database
from ticket_clerk.channels.conversations import checkpoints
from ticket_clerk.channels.conversations.store import ConversationStore
from ticket_clerk.ticketing.notifications.delivery import delivered_ids

DOMAIN = Domain.from_yaml(
    """
version: "3.1"
intents: [greet, inform]
slots:
  show: {type: any, mappings: [{type: custom}]}
  quantity: {type: any, mappings: [{type: custom}]}
  mood: {type: text, initial_value: calm, mappings: [{type: custom}]}
forms:
  buy_form: {required_slots: [show, quantity]}
"""
)
LISTEN = ActionExecuted("action_listen")
"""The bot listens; events are copied by what they are written to."""


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ConversationStore]:
    """An empty store on either database."""
    if request.param == "sqlite":
        address = str(tmp_path / "trackers.db")
    else:
        address = create_database(request.getfixturevalue("postgresql_url"), "checkpoints")
    opened = ConversationStore(domain=DOMAIN, db=address)
    yield opened
    opened.engine.dispose()


def small_talk(number: int) -> list[Event]:
    """A turn that changes nothing: a message, an answer."""
    user = UserUttered(
        "hello",
        intent={"name": "greet", "confidence": 0.9},
        parse_data={
            "text": "hello",
            "intent": {"name": "greet", "confidence": 0.9},
            "intent_ranking": [{"name": "greet", "confidence": 0.9}] * 40,
            "text_tokens": [[0, 5]] * 40,
            "entities": [],
            "message_id": f"m{number}",
        },
        input_channel="web",
        message_id=f"m{number}",
    )
    answer = BotUttered("hi", metadata={"utter_action": "utter_greet"})
    return [user, ActionExecuted("utter_greet"), answer, ActionExecuted("action_listen")]


def talk(turns: int) -> list[Event]:
    """Small talk of so many turns."""
    return list(itertools.chain.from_iterable(map(small_talk, range(turns))))


def write(store: ConversationStore, *events: Event) -> None:
    """Append events as a turn does."""

    async def turn() -> None:
        tracker = await store.get_or_create_tracker("ann", append_action_listen=False)
        for event in events:
            tracker.update(event)
        await store.save(tracker)

    asyncio.run(turn())


def read(store: ConversationStore) -> Any:
    """The tracker that a turn begins with."""
    return asyncio.run(store.retrieve("ann"))


def read_all(store: ConversationStore) -> Any:
    """The tracker that Rasa's HTTP API shows."""
    return asyncio.run(store.retrieve_full_tracker("ann"))


def count(store: ConversationStore) -> int:
    """How many events are in the database."""
    events = store.SQLEvent.__table__
    with store.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(events)).scalar())


def state(tracker: Any) -> dict[str, Any]:
    """Return the tracker's state apart from the events."""
    known = tracker.current_state()
    known["active_loop"].pop("trigger_message", None)  # Rasa 3.6 itself reads it nowhere
    return {name: value for name, value in known.items() if name != "events"}


LONG_AGO = {
    "slots": [SlotSet("show", "x"), SlotSet("quantity", 2), SlotSet("quantity", None)],
    "a slot without its initial value": [SlotSet("mood", None)],
    "an active form": [SlotSet("show", "x"), ActiveLoop("buy_form")],
    "a form that was rejected": [ActiveLoop("buy_form"), ActionExecutionRejected("buy_form")],
    "a form that is over": [ActiveLoop("buy_form"), ActiveLoop(None)],
    "a pause": [ConversationPaused()],
    "a pause that is over": [ConversationPaused(), ConversationResumed()],
    "a new session": [SlotSet("show", "x"), SessionStarted()],
}


@pytest.mark.parametrize("before", LONG_AGO.values(), ids=LONG_AGO.keys())
def test_what_happened_long_ago_still_holds(store: ConversationStore, before: list[Event]) -> None:
    """The tail's tracker is in the state of the whole conversation's."""
    write(store, *small_talk(0)[:-1], *before, ActionExecuted("action_listen"), *talk(60))

    assert state(read(store)) == state(read_all(store))
    assert len(read(store).events) < checkpoints.LONGEST_TAIL < len(read_all(store).events)


def test_a_turn_loads_as_much_of_a_long_conversation_as_of_a_short_one(
    store: ConversationStore,
) -> None:
    """However often the checkpoint moved; nothing of the conversation is lost meanwhile."""
    loaded = []
    for number in range(120):
        write(store, *small_talk(number))
        loaded.append(len(read(store).events))

    assert max(loaded[50:]) <= max(loaded[:50]) + 1
    assert len(read_all(store).events) == 120 * 4


def test_rasas_own_store_loads_it_whole(tmp_path: Path) -> None:
    """Negative control: what a turn loads grows with the conversation."""
    store = SQLTrackerStore(domain=DOMAIN, db=str(tmp_path / "trackers.db"))
    for number in range(40):
        write(store, *small_talk(number))  # type: ignore[arg-type]

    assert len(read(store).events) == 160  # type: ignore[arg-type]


def test_a_conversation_from_before_checkpoints_gets_one_at_its_next_turn(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batch by batch, so that its length does not matter; each of its rows stays."""
    monkeypatch.setattr(checkpoints, "_BATCH", 50)
    write(store, SlotSet("show", "x"), *talk(500), SlotSet("quantity", 3), *talk(500))

    tail = read(store)

    assert len(tail.events) < checkpoints.LONGEST_TAIL
    assert state(tail) == state(read_all(store))
    assert count(store) == 2 + 4000


def test_the_tail_begins_with_a_message_after_a_bot_that_listens(store: ConversationStore) -> None:
    """Rules look at both; and the latest message's channel is whose conversation it is."""
    write(store, *talk(100))

    tail = list(read(store).events)

    first = next(at for at, event in enumerate(tail) if isinstance(event, UserUttered))
    assert tail[first - 1] == LISTEN
    assert read(store).get_latest_input_channel() == "web"


def test_what_was_told_is_evident_for_good(store: ConversationStore) -> None:
    """To the action, which looks at the tail, and by id to everybody else."""
    told = BotUttered("ord_1 is confirmed.", metadata={"outbox_id": "out_1"})
    write(store, *small_talk(0), told, ActionExecuted("action_listen"), *talk(200))
    events = [event.as_dict() for event in read(store).events]

    assert delivered_ids(events) == {"out_1"}
    assert asyncio.run(store.find_notifications("ann", ["out_1", "out_2"])) == {"out_1"}
    assert asyncio.run(store.find_notifications("bob", ["out_1"])) == set()
    assert (
        sum(isinstance(e, BotUttered) and e.text == told.text for e in read_all(store).events) == 1
    )


def test_neither_tokens_nor_rankings_are_kept(store: ConversationStore) -> None:
    """They were three quarters of a conversation's size, and no later turn reads them."""
    write(store, *small_talk(0))

    [message] = [event for event in read(store).events if isinstance(event, UserUttered)]
    assert sorted(message.parse_data) == ["entities", "intent", "message_id", "metadata", "text"]


def test_a_turn_saves_only_what_is_new_also_when_the_checkpoint_moves_meanwhile(
    store: ConversationStore,
) -> None:
    """A second save of the same tracker, and one beside another reader, write nothing twice."""

    async def turn() -> int:
        tracker = await store.get_or_create_tracker("ann", append_action_listen=False)
        for event in talk(100):
            tracker.update(event)
        await store.save(tracker)
        await store.retrieve("ann")
        tracker.update(BotUttered("one more"))
        await store.save(tracker)
        await store.save(tracker)
        whole = await store.retrieve_full_tracker("ann")
        return len(whole.events)

    assert asyncio.run(turn()) == 401


def test_rasas_api_replays_the_latest_events_of_an_endless_conversation(
    store: ConversationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`GET …/tracker` costs the same at any length, and a slot that was set long ago keeps its
    value; the pages of events have all of it."""
    monkeypatch.setattr("ticket_clerk.channels.conversations.store.MOST_REPLAYED", 200)
    write(store, SlotSet("show", "x"), SlotSet("quantity", 1), *talk(100))
    read(store)
    write(store, SlotSet("quantity", 2), *talk(20))

    whole = read_all(store)

    assert len([e for e in whole.events if not isinstance(e, SlotSet)]) < 200
    assert (whole.get_slot("show"), whole.get_slot("quantity")) == ("x", 2)
    assert count(store) == 3 + 480


def test_an_erased_conversation_leaves_no_row_in_any_table(store: ConversationStore) -> None:
    """Events, ids and checkpoint; also when a checkpoint is being made just then."""
    write(store, SlotSet("show", "secret"), *talk(100))
    before = checkpoints.Checkpoint(0, [])
    read(store)

    store._forget("ann")
    with store.engine.begin() as connection:
        checkpoints._write(connection, "ann", checkpoints.Checkpoint(5, [{"event": "pause"}]))
        assert checkpoints.advance(connection, "ann", before) == before

    tables = store.SQLEvent.metadata.sorted_tables
    with store.engine.connect() as connection:
        left = {t.name: connection.execute(sa.select(t)).all() for t in tables}
    assert not any(left.values()), json.dumps({name: len(rows) for name, rows in left.items()})


def test_a_long_conversation_is_shown_from_its_latest_messages(store: ConversationStore) -> None:
    """A page that opens begins there, and what follows comes page by page."""

    async def show() -> list[int]:
        position = await store.position_to_show_from("ann")
        sizes = []
        while page := await store.said_since("ann", position):
            sizes.append(len(page))
            position = page[-1].position
        return sizes

    write(store, *talk(300))

    assert asyncio.run(show()) == [100, 100]


def test_two_thousand_messages_cost_a_turn_what_ten_do_and_rasas_own_store_all_of_them(
    tmp_path: Path,
) -> None:
    """With its negative control: the same file, read as Rasa 3.6 reads it at every message."""
    file = str(tmp_path / "trackers.db")
    store = ConversationStore(domain=DOMAIN, db=file)
    write(store, *talk(10))
    short = quickest(lambda: read(store))
    repeat_rows(store, 200)
    read(store)  # the first turn makes the checkpoint
    long = quickest(lambda: read(store))
    unbounded = quickest(lambda: read(SQLTrackerStore(domain=DOMAIN, db=file)), times=1)

    assert count(store) == 201 * 40
    assert long < 5 * short
    assert unbounded > 20 * long


def quickest(call: Callable[[], object], times: int = 5) -> float:
    """The shortest of some runs: others use the machine, too."""

    def taken() -> float:
        began = time.perf_counter()
        call()
        return time.perf_counter() - began

    return min(taken() for _ in range(times))


def repeat_rows(store: ConversationStore, times: int) -> None:
    """Write the conversation's rows again, straight into the table."""
    events = store.SQLEvent.__table__
    with store.engine.begin() as connection:
        rows = connection.execute(sa.select(events).order_by(events.c.id)).mappings().all()
        copies = [{name: row[name] for name in row if name != "id"} for row in rows]
        for _ in range(times):
            connection.execute(sa.insert(events), copies)
