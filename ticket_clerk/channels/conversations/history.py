"""Reads a conversation's events page by page, and looks up messages by id.

Positions are those of Rasa's own table: they only grow and are never given twice.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from sqlalchemy.dialects import postgresql, sqlite

Rewrite = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]

PAGE = 100
"""Events of a page."""

_DAY_S = 24 * 3600
SAID = ("user", "bot")
_EVENTS = SQLTrackerStore.SQLEvent.__table__
_IDS = sa.Table(
    "conversation_ids",
    SQLTrackerStore.Base.metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("kind", sa.String(16), primary_key=True),
    sa.Column("id", sa.String(255), primary_key=True),
)
MESSAGE, NOTIFICATION = "message", "notification"
"""Kinds of ids: of the buyer's messages, and of notifications (outbox ids) that the bot said."""


@dataclass(frozen=True)
class Entry:
    """One event of a conversation and its position."""

    position: int
    event: dict[str, Any]


def insert(connection: Any, table: sa.Table) -> Any:
    """An INSERT of the connection's database, which knows ON CONFLICT."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def read_after(
    connection: Any, sender_id: str, position: int, types: Iterable[str] = ()
) -> list[Entry]:
    """The first page of events after `position`, oldest first; only of `types` where given."""
    query = _select(sender_id, types).where(_EVENTS.c.id > position)
    return _read(connection, query.order_by(_EVENTS.c.id).limit(PAGE))


def read_latest(connection: Any, sender_id: str, said: int) -> list[Entry]:
    """The latest `said` messages of buyer and bot, oldest first."""
    return _read(connection, _latest(sender_id).limit(said))[::-1]


def position_before(connection: Any, sender_id: str, said: int) -> int:
    """The position before the latest `said` messages of buyer and bot; 0 if there are fewer."""
    row = connection.execute(_latest(sender_id).offset(said - 1).limit(1)).first()
    return 0 if row is None else int(row.id) - 1


def find_ids(connection: Any, sender_id: str, kind: str, ids: Iterable[str]) -> set[str]:
    """Return which of these ids are in the conversation."""
    is_wanted = (_IDS.c.sender_id == sender_id) & (_IDS.c.kind == kind)
    query = sa.select(_IDS.c.id).where(is_wanted & _IDS.c.id.in_(list(ids)))
    return set(connection.execute(query).scalars())


def note_ids(connection: Any, sender_id: str, events: Iterable[dict[str, Any]]) -> None:
    """Index new events by the ids in them; safe to repeat."""
    _note(connection, [row for event in events for row in _ids_of(sender_id, event)])


def note_recent_ids(connection: Any) -> None:
    """Index the last day's events where there is no index yet; safe to repeat.

    What comes twice, comes twice within a day.
    """
    if connection.execute(sa.select(_IDS.c.sender_id).limit(1)).first() is not None:
        return
    recent = sa.select(_EVENTS.c.sender_id, _EVENTS.c.data).where(
        _EVENTS.c.type_name.in_(SAID), _EVENTS.c.timestamp >= time.time() - _DAY_S
    )
    rows = connection.execute(recent)
    _note(connection, [id_ for row in rows for id_ in _ids_of(row.sender_id, json.loads(row.data))])


def rewrite_from(
    connection: Any, sender_id: str, position: int, rewrite: Rewrite
) -> list[dict[str, Any]]:
    """Replace events after `position` by what `rewrite` makes of them; the new ones."""
    query = _select(sender_id, ()).where(_EVENTS.c.id > position).order_by(_EVENTS.c.id)
    entries = _read(connection, query)
    rewritten = rewrite([entry.event for entry in entries])
    for entry, event in zip(entries, rewritten, strict=True):
        if event != entry.event:
            change = sa.update(_EVENTS).where(_EVENTS.c.id == entry.position)
            connection.execute(change.values(data=json.dumps(event)))
    return rewritten


def forget(connection: Any, sender_id: str) -> None:
    """Delete the conversation's events and its index; safe to repeat."""
    for table in (_EVENTS, _IDS):
        connection.execute(sa.delete(table).where(table.c.sender_id == sender_id))


def _ids_of(sender_id: str, event: dict[str, Any]) -> Iterator[dict[str, str]]:
    found = {
        MESSAGE: event.get("message_id") if event["event"] == "user" else None,
        NOTIFICATION: outbox_id(event),
    }
    for kind, value in found.items():
        if value:
            yield {"sender_id": sender_id, "kind": kind, "id": value}


def outbox_id(event: dict[str, Any]) -> str | None:
    """The id of the notification that a bot event tells, or None."""
    value = (event.get("metadata") or {}).get("outbox_id") if event["event"] == "bot" else None
    return value if isinstance(value, str) else None


def _note(connection: Any, rows: list[dict[str, str]]) -> None:
    if rows:
        connection.execute(insert(connection, _IDS).on_conflict_do_nothing(), rows)


def _select(sender_id: str, types: Iterable[str]) -> Any:
    query = sa.select(_EVENTS.c.id, _EVENTS.c.data).where(_EVENTS.c.sender_id == sender_id)
    names = tuple(types)
    return query.where(_EVENTS.c.type_name.in_(names)) if names else query


def _latest(sender_id: str) -> Any:
    return _select(sender_id, SAID).order_by(_EVENTS.c.id.desc())


def _read(connection: Any, query: Any) -> list[Entry]:
    return [Entry(row.id, json.loads(row.data)) for row in connection.execute(query)]
