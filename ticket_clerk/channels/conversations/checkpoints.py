"""Checkpoints: the state of a long conversation, so that a turn reads only its latest events.

Rasa replays every event of a conversation at each message. A checkpoint says what the events up to
a position amount to, itself as a few events: slots, active form, pause, notifications told. State
and the events after it are what a turn loads. No event is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SlotSet,
)
from rasa.shared.core.trackers import DialogueStateTracker

from .history import insert, outbox_id

TAIL = 60
"""Events that stay in a conversation's tail, about ten turns; actions look back a few."""

LONGEST_TAIL = 2 * TAIL
"""A tail that is longer gets a new checkpoint when it is next read."""

NOTIFICATIONS_KEPT = 50
"""Ids of told notifications in a checkpoint. The worker closes those that it sees at each push."""

# Of conversations that are older than this table; a batch ends before a message.
_BATCH = 2000

_EVENTS = SQLTrackerStore.SQLEvent.__table__
_CHECKPOINTS = sa.Table(
    "conversation_checkpoints",
    SQLTrackerStore.Base.metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Checkpoint:
    """The state after the event at `position`, as events that recreate it."""

    position: int
    state: list[dict[str, Any]]


def find(connection: Any, sender_id: str) -> Checkpoint:
    """The conversation's checkpoint; its beginning when there is none."""
    query = sa.select(_CHECKPOINTS).where(_CHECKPOINTS.c.sender_id == sender_id)
    row = connection.execute(query).first()
    return Checkpoint(row.position, json.loads(row.state)) if row else Checkpoint(0, [])


def is_due(connection: Any, sender_id: str, checkpoint: Checkpoint) -> bool:
    """Whether the tail has become longer than :data:`LONGEST_TAIL`."""
    events = _EVENTS.c
    beyond = (
        sa.select(events.id)
        .where(events.sender_id == sender_id, events.id > checkpoint.position)
        .order_by(events.id)
        .offset(LONGEST_TAIL)
        .limit(1)
    )
    return connection.execute(beyond).first() is not None


def tail(connection: Any, sender_id: str, checkpoint: Checkpoint) -> list[dict[str, Any]]:
    """The events after the checkpoint, oldest first."""
    rows = _rows(connection, sender_id, after=checkpoint.position)
    return [json.loads(row.data) for row in rows]


def advance(connection: Any, sender_id: str, checkpoint: Checkpoint) -> Checkpoint:
    """Move the checkpoint to before the latest message that leaves :data:`TAIL` events.

    Safe to repeat, and beside others. A conversation that is deleted meanwhile gets none.
    """
    position = _next_position(connection, sender_id, checkpoint.position)
    if position is None:
        return checkpoint
    rows = _rows(connection, sender_id, checkpoint.position, until=position)
    state = checkpoint.state
    for batch in _batches(rows):
        state = summarize(state + batch)
    moved = Checkpoint(position, state)
    _write(connection, sender_id, moved)
    return moved


def forget(connection: Any, sender_id: str) -> None:
    """Delete the conversation's checkpoint, after its events; safe to repeat."""
    connection.execute(sa.delete(_CHECKPOINTS).where(_CHECKPOINTS.c.sender_id == sender_id))


def summarize(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The few events that leave a tracker in the state that `events` do.

    Independent of the model's domain: what another model knows must not be lost.
    """
    tracker = DialogueStateTracker.from_events("", recreate(events), slots=None)
    at = tracker.events[-1].timestamp
    state = [*_state_of(tracker), *_told(events), ActionExecuted(ACTION_LISTEN_NAME)]
    for event in state:
        event.timestamp = at
    return [event.as_dict() for event in state]


def recreate(events: Iterable[dict[str, Any]]) -> list[Event]:
    """The events behind their rows' data.

    As :meth:`Event.from_parameters` does, which looks through all of Rasa's classes for each event:
    nine tenths of the time that reading a conversation took.
    """
    known = ((_event_class(event["event"]), event) for event in events)
    return [found._from_parameters(event) for found, event in known if found]


@cache
def _event_class(name: str) -> Any:
    return Event.resolve_by_type(name)


def _state_of(tracker: DialogueStateTracker) -> Iterator[Event]:
    for slot in tracker.slots.values():
        if slot.has_been_set:
            yield SlotSet(slot.name, slot.value)
    if tracker.active_loop_name:
        yield ActiveLoop(tracker.active_loop_name)
        if tracker.is_active_loop_rejected:
            yield ActionExecutionRejected(tracker.active_loop_name)
    if tracker.is_paused():
        yield ConversationPaused()


def _told(events: list[dict[str, Any]]) -> list[Event]:
    """The evidence of notifications: bot events without words, each with its outbox id."""
    ids = [found for event in events if (found := outbox_id(event))]
    return [BotUttered(metadata={"outbox_id": found}) for found in ids[-NOTIFICATIONS_KEPT:]]


def _next_position(connection: Any, sender_id: str, after: int) -> int | None:
    events = _EVENTS.c
    last = (
        sa.select(events.id)
        .where(events.sender_id == sender_id)
        .order_by(events.id.desc())
        .offset(TAIL - 1)
        .limit(1)
        .scalar_subquery()
    )
    # The tail starts with the message, and the checkpoint has a listening bot in front of it.
    message = (
        sa.select(events.id)
        .where(events.sender_id == sender_id, events.type_name == "user")
        .where(events.id > after + 1, events.id <= last)
        .order_by(events.id.desc())
        .limit(1)
    )
    found = connection.execute(message).scalar()
    return None if found is None else int(found) - 1


def _rows(connection: Any, sender_id: str, after: int, until: int | None = None) -> Iterator[Any]:
    events = _EVENTS.c
    query = (
        sa.select(events.type_name, events.data)
        .where(events.sender_id == sender_id, events.id > after)
        .order_by(events.id)
    )
    if until is not None:
        query = query.where(events.id <= until)
    return iter(connection.execute(query.execution_options(yield_per=_BATCH)))


def _batches(rows: Iterable[Any]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for row in rows:
        if row.type_name == "user" and len(batch) >= _BATCH:
            yield batch
            batch = []
        batch.append(json.loads(row.data))
    if batch:
        yield batch


def _write(connection: Any, sender_id: str, checkpoint: Checkpoint) -> None:
    state = json.dumps(checkpoint.state)
    # Of an erased conversation no row is left, and a deletion that is under way is waited for.
    still_there = (
        sa.select(
            sa.literal(sender_id), sa.literal(checkpoint.position), sa.literal(state, sa.Text)
        )
        .select_from(_EVENTS)
        .where(_EVENTS.c.sender_id == sender_id, _EVENTS.c.id == checkpoint.position + 1)
        .with_for_update()
    )
    columns = ("sender_id", "position", "state")
    written = insert(connection, _CHECKPOINTS).from_select(columns, still_there)
    connection.execute(
        written.on_conflict_do_update(
            index_elements=["sender_id"],
            set_={name: written.excluded[name] for name in ("position", "state")},
            where=_CHECKPOINTS.c.position < written.excluded.position,
        )
    )
