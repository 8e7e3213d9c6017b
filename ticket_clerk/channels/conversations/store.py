"""Conversations in a database that says when one has grown, and can be read from a position.

Rasa's own SQL tracker store, with the settings that make a SQLite file safe and two things that
the web chat needs. Named in endpoints.yml.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted
from rasa.shared.core.trackers import DialogueStateTracker

from ticket_clerk.ticketing.notifications.delivery import REPORT_ACTION
from ticket_clerk.ticketing.privacy.personal_data import FORGET_ACTION
from ticket_clerk.ticketing.settings import Settings, is_address, read_environ, sqlalchemy_url

from . import ownership

logger = logging.getLogger(__name__)


class StoreUnavailable(Exception):
    """The conversations' database is locked, full or away."""


@dataclass(frozen=True)
class Entry:
    """One event of a conversation; positions only grow and are never given twice."""

    position: int
    event: dict[str, Any]


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL tracker store, durable on SQLite and readable as a log."""

    def __init__(self, *args: Any, db: str = "", **options: Any) -> None:
        """Open `db`: a SQLite file, or a PostgreSQL address; TRACKER_DB by default."""
        db = db or Settings.from_env(read_environ()).tracker_db
        if is_address(db):
            where = {"host": sqlalchemy_url(db)}
        else:
            Path(db).parent.mkdir(parents=True, exist_ok=True)
            where = {"dialect": "sqlite", "db": db}
        super().__init__(*args, **{**options, **where})
        self._listeners: list[Callable[[str], None]] = []
        if self.engine.dialect.name == "sqlite":
            self.engine.dispose()
            sa.event.listen(self.engine, "connect", _prepare_sqlite)
        else:
            # A connection that the server has closed meanwhile is noticed before it is used.
            self.engine.pool._pre_ping = True

    def on_growth(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the sender's id after each commit to a conversation."""
        self._listeners.append(listener)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Database what is new in `tracker`, then tell the listeners; safe to repeat.

        Rasa records a pushed action as the last thing done, also when the action server was away,
        and would take the buyer's next message for its continuation: a rule does not fire and the
        fallback speaks first (tests/channels/test_live_rest.py). So the turn is ended here.

        A conversation that ends with the wish to be forgotten is deleted instead. Rasa holds its
        lock on it here, so no turn that began before can write it again.
        """
        if tracker.latest_action_name == FORGET_ACTION:
            await asyncio.to_thread(self._forget, tracker.sender_id)
            return
        if tracker.latest_action_name == REPORT_ACTION:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        await super().save(tracker)
        for listener in self._listeners:
            listener(tracker.sender_id)

    def _forget(self, sender_id: str) -> None:
        events = self.SQLEvent.__table__
        with self.engine.begin() as connection:
            connection.execute(sa.delete(events).where(events.c.sender_id == sender_id))
            ownership.release(connection, sender_id)

    async def claim(self, sender_id: str, channel: str) -> ownership.Claim:
        """Take a conversation for `channel` unless it is another's; whose it is. Safe to repeat.

        Raises :class:`StoreUnavailable`.
        """
        return await asyncio.to_thread(self._claim, sender_id, channel)

    def _claim(self, sender_id: str, channel: str) -> ownership.Claim:
        with self._reading() as connection:
            found = ownership.find_claim(connection, sender_id)
            if found:
                return ownership.Claim(found, is_first=False)
        with self._writing() as connection:
            return ownership.claim(connection, sender_id, channel)

    async def channel_of(self, sender_id: str) -> str | None:
        """The channel that a conversation belongs to, or None. Raises :class:`StoreUnavailable`."""
        return await asyncio.to_thread(self._channel_of, sender_id)

    def _channel_of(self, sender_id: str) -> str | None:
        with self._reading() as connection:
            return ownership.find_channel(connection, sender_id)

    async def said_since(self, sender_id: str, position: int) -> list[Entry]:
        """What buyer and bot said after `position` (0: ever), oldest first.

        Raises :class:`StoreUnavailable`.
        """
        return await asyncio.to_thread(self._said_since, sender_id, position)

    def _said_since(self, sender_id: str, position: int) -> list[Entry]:
        events = self.SQLEvent.__table__.c
        said = (
            sa.select(events.id, events.data)
            .where(events.sender_id == sender_id, events.id > position)
            .where(events.type_name.in_(("user", "bot")))
            .order_by(events.id)
        )
        with self._reading() as connection:
            return [Entry(row.id, json.loads(row.data)) for row in connection.execute(said)]

    async def has_message(self, sender_id: str, message_id: str) -> bool:
        """Whether the buyer's message with this id (letters and digits) is in the conversation.

        Raises :class:`StoreUnavailable`.
        """
        return await asyncio.to_thread(self._has_message, sender_id, message_id)

    def _has_message(self, sender_id: str, message_id: str) -> bool:
        events = self.SQLEvent.__table__.c
        found = (
            sa.select(events.id)
            .where(events.sender_id == sender_id, events.type_name == "user")
            .where(events.data.contains(f'"message_id": "{message_id}"', autoescape=True))
            .limit(1)
        )
        with self._reading() as connection:
            return connection.execute(found).first() is not None

    def _reading(self) -> AbstractContextManager[Any]:
        return self._opened(self.engine.connect)

    def _writing(self) -> AbstractContextManager[Any]:
        return self._opened(self.engine.begin)

    @contextmanager
    def _opened(self, connect: Callable[[], AbstractContextManager[Any]]) -> Iterator[Any]:
        try:
            with connect() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            logger.error("channels.store.unavailable error=%s", type(error).__name__)
            raise StoreUnavailable("The conversations cannot be read right now.") from None


def store_of(agent: Agent | None) -> ConversationStore:
    """The store that an agent keeps its conversations in; raises :class:`StoreUnavailable`."""
    store = getattr(agent, "tracker_store", None)
    # Rasa wraps the store that endpoints.yml names and gives no way to it (core/agent.py).
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    if not isinstance(store, ConversationStore):
        raise StoreUnavailable("Conversations are kept in another store, or there are none yet.")
    return store


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Survive SIGKILL and power loss, wait for a lock, overwrite what is deleted."""
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=10000",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
