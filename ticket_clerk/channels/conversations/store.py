"""Rasa's tracker store for conversations of any length. Named in endpoints.yml.

A turn loads a checkpoint's state and the events after it (checkpoints.py), so it costs the same
however long the conversation is. All events stay, and are read page by page (history.py).
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, Event
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import QueuePool

from ticket_clerk.logs import get_logger, use_format
from ticket_clerk.ticketing.notifications.delivery import REPORT_ACTION
from ticket_clerk.ticketing.privacy.personal_data import FORGET_ACTION
from ticket_clerk.ticketing.settings import Settings, is_address, read_environ, sqlalchemy_url

from . import checkpoints, history, ownership
from .action_answers import check_schema_once
from .history import Entry

logger = get_logger(__name__)

_Found = TypeVar("_Found")

MOST_SHOWN = 200
"""Messages of buyer and bot that are shown to somebody who comes back to a conversation."""

MOST_REPLAYED = 2000
"""Events that Rasa replays at most where it asks for a whole conversation, as its API does."""

# What later turns read of how a message was understood; tokens and rankings are not kept.
_PARSE_KEPT = frozenset({"text", "intent", "entities", "message_id", "metadata"})


class StoreUnavailable(Exception):
    """The conversations' database is locked, full or away."""


class StoredTracker(DialogueStateTracker):
    """A tracker that knows how many of its events are in the database."""

    stored_count = 0


class ConversationStore(SQLTrackerStore):
    """Rasa's SQL tracker store, bounded a turn, durable on SQLite and readable as a log."""

    def __init__(self, *args: Any, db: str = "", **options: Any) -> None:
        """Open `db`: a SQLite file, or a PostgreSQL address; TRACKER_DB by default.

        Creates what tables are missing.
        """
        settings = Settings.from_env(read_environ())
        # Made once, when Rasa starts: the first of ours that runs in its process.
        use_format(settings.log_format)
        db = db or settings.tracker_db
        if is_address(db):
            where = {"host": sqlalchemy_url(db)}
        else:
            Path(db).parent.mkdir(parents=True, exist_ok=True)
            where = {"dialect": "sqlite", "db": db}
        self.engine: Any
        super().__init__(*args, **{**options, **where})
        self._listeners: list[Callable[[str], None]] = []
        check_schema_once()
        if self.engine.dialect.name == "sqlite":
            self.engine.dispose()
            self.engine = _sqlite_engine(self.engine.url)
            self.sessionmaker.configure(bind=self.engine)
        else:
            # A connection that the server has closed meanwhile is noticed before it is used.
            self.engine.pool._pre_ping = True
            _add_position_index(self.engine)
        ownership.add_missing_column(self.engine)
        with self.engine.begin() as connection:
            history.note_recent_ids(connection)

    def on_growth(self, listener: Callable[[str], None]) -> None:
        """Call `listener` with the sender's id after each commit to a conversation."""
        self._listeners.append(listener)

    def init_tracker(self, sender_id: str) -> StoredTracker:
        """A tracker of which nothing is stored yet."""
        return StoredTracker(sender_id, self.domain.slots)

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> StoredTracker | None:
        """Load the tail of a conversation for a turn, or much more of it; None if there is none."""
        load = self._load_latest if fetch_events_from_all_sessions else self._load_tail
        return await asyncio.to_thread(self._recreate, sender_id, load)

    def _recreate(
        self, sender_id: str, load: Callable[[Any, str], list[dict[str, Any]]]
    ) -> StoredTracker | None:
        with self.engine.begin() as connection:
            events = load(connection, sender_id)
        if not events:
            return None
        recreated = checkpoints.recreate(events)
        tracker: StoredTracker = StoredTracker.from_events(sender_id, recreated, self.domain.slots)
        tracker.stored_count = len(recreated)
        return tracker

    def _load_latest(self, connection: Any, sender_id: str) -> list[dict[str, Any]]:
        events = self.SQLEvent.__table__.c
        query = sa.select(events.data).where(events.sender_id == sender_id)
        rows = connection.execute(query.order_by(events.id.desc()).limit(MOST_REPLAYED)).all()
        latest = [json.loads(row.data) for row in reversed(rows)]
        if len(latest) < MOST_REPLAYED:
            return latest
        # What was set before them and not since is in the checkpoint.
        state = checkpoints.find(connection, sender_id).state
        return [event for event in state if event["event"] == "slot"] + latest

    def _load_tail(self, connection: Any, sender_id: str) -> list[dict[str, Any]]:
        checkpoint = checkpoints.find(connection, sender_id)
        if checkpoints.is_due(connection, sender_id, checkpoint):
            checkpoint = checkpoints.advance(connection, sender_id, checkpoint)
        known = {slot.name for slot in self.domain.slots}
        state = [e for e in checkpoint.state if e["event"] != "slot" or e["name"] in known]
        events = state + checkpoints.tail(connection, sender_id, checkpoint)
        return _latest_session([_without_parse_details(event) for event in events])

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new in `tracker`, then tell the listeners; safe to repeat.

        Rasa records a pushed action as the last thing done, also when the action server was away,
        and would take the buyer's next message for its continuation: a rule does not fire and the
        fallback speaks first (tests/channels/test_live_rest.py). So the turn is ended here.

        A conversation that ends with :data:`FORGET_ACTION` is deleted instead. Rasa holds its lock
        on it here, so no turn that began before can write it again.
        """
        if tracker.latest_action_name == FORGET_ACTION:
            await asyncio.to_thread(self._forget, tracker.sender_id)
            return
        if tracker.latest_action_name == REPORT_ACTION:
            tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        # Not in a thread: on some channels the answer is out already, and whoever has it may read
        # the conversation at once.
        new = self._append_new(tracker)
        if self.event_broker is not None:
            await self._stream_new_events(self.event_broker, new, tracker.sender_id)
        for listener in self._listeners:
            listener(tracker.sender_id)

    def _append_new(self, tracker: DialogueStateTracker) -> list[Event]:
        with self.engine.begin() as connection:
            stored = self._stored_count(connection, tracker)
            new = list(itertools.islice(tracker.events, stored, None))
            events = [_without_parse_details(event.as_dict()) for event in new]
            if events:
                rows = [_as_row(tracker.sender_id, event) for event in events]
                connection.execute(sa.insert(self.SQLEvent.__table__), rows)
                history.note_ids(connection, tracker.sender_id, events)
        if isinstance(tracker, StoredTracker):
            tracker.stored_count = len(tracker.events)
        return new

    def _stored_count(self, connection: Any, tracker: DialogueStateTracker) -> int:
        if isinstance(tracker, StoredTracker):
            return tracker.stored_count
        # A tracker that Rasa's API was given as a whole: what is beyond the stored ones is new.
        events = self.SQLEvent.__table__.c
        count = sa.select(sa.func.count()).where(events.sender_id == tracker.sender_id)
        return int(connection.execute(count).scalar())

    def _forget(self, sender_id: str) -> None:
        with self.engine.begin() as connection:
            history.forget(connection, sender_id)
            checkpoints.forget(connection, sender_id)
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

    async def nonce_of(self, sender_id: str) -> str | None:
        """What tells a conversation from erased ones of its name. Raises StoreUnavailable."""
        return await self._read(ownership.find_nonce, sender_id)

    async def channel_of(self, sender_id: str) -> str | None:
        """The channel that a conversation belongs to, or None. Raises :class:`StoreUnavailable`."""
        return await self._read(ownership.find_channel, sender_id)

    async def said_since(self, sender_id: str, position: int) -> list[Entry]:
        """The first page of what buyer and bot said after `position` (0: ever), oldest first.

        An empty page is the end. Raises :class:`StoreUnavailable`.
        """
        return await self._read(history.read_after, sender_id, position, history.SAID)

    async def position_to_show_from(self, sender_id: str) -> int:
        """Where somebody who comes back starts to read: :data:`MOST_SHOWN` messages from the end.

        Raises :class:`StoreUnavailable`.
        """
        return await self._read(history.position_before, sender_id, MOST_SHOWN)

    async def events_after(self, sender_id: str, position: int) -> list[Entry]:
        """The first page of all events after `position`. Raises :class:`StoreUnavailable`."""
        return await self._read(history.read_after, sender_id, position)

    async def latest_messages(self, sender_id: str) -> list[Entry]:
        """The latest :data:`MOST_SHOWN` messages of buyer and bot, oldest first.

        Raises :class:`StoreUnavailable`.
        """
        return await self._read(history.read_latest, sender_id, MOST_SHOWN)

    async def read_recent(self, sender_id: str, said: int) -> list[Entry]:
        """The latest `said` messages of buyer and bot. Raises :class:`StoreUnavailable`."""
        return await self._read(history.read_latest, sender_id, said)

    async def rewrite_recent(self, sender_id: str, said: int, rewrite: history.Rewrite) -> None:
        """Replace events since the latest `said` messages; nothing is left of the old ones.

        The checkpoint goes: it is made again from the events. Raises :class:`StoreUnavailable`.
        """
        await asyncio.to_thread(self._rewrite_recent, sender_id, said, rewrite)

    def _rewrite_recent(self, sender_id: str, said: int, rewrite: history.Rewrite) -> None:
        with self._writing() as connection:
            position = history.position_before(connection, sender_id, said)
            history.rewrite_from(connection, sender_id, position, rewrite)
            checkpoints.forget(connection, sender_id)
        if self.engine.dialect.name == "sqlite":
            with self._reading() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def has_message(self, sender_id: str, message_id: str) -> bool:
        """Whether the buyer's message with this id is in the conversation.

        Raises :class:`StoreUnavailable`.
        """
        return bool(await self._read(history.find_ids, sender_id, history.MESSAGE, [message_id]))

    async def find_notifications(self, sender_id: str, outbox_ids: Iterable[str]) -> set[str]:
        """Which of these notifications the bot has told. Raises :class:`StoreUnavailable`."""
        return await self._read(history.find_ids, sender_id, history.NOTIFICATION, outbox_ids)

    async def _read(self, query: Callable[..., _Found], *arguments: object) -> _Found:
        def read() -> _Found:
            with self._reading() as connection:
                return query(connection, *arguments)

        return await asyncio.to_thread(read)

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
            logger.error("channels.store.unavailable", error=type(error).__name__)
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


def _as_row(sender_id: str, event: dict[str, Any]) -> dict[str, Any]:
    parsed = event.get("parse_data") or {}
    # Keywords, since a string that begins with `action_` is an action's name.
    return dict(  # noqa: C408
        sender_id=sender_id,
        type_name=event["event"],
        timestamp=event.get("timestamp"),
        intent_name=(parsed.get("intent") or {}).get("name"),
        action_name=event.get("name"),
        data=json.dumps(event),
    )


def _without_parse_details(event: dict[str, Any]) -> dict[str, Any]:
    parsed = event.get("parse_data")
    if not parsed:
        return event
    return {**event, "parse_data": {key: parsed[key] for key in parsed if key in _PARSE_KEPT}}


def _latest_session(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The events from the latest start of a session on, which Rasa calls the conversation."""
    starts = (
        at for at in range(len(events) - 1, -1, -1) if events[at]["event"] == "session_started"
    )
    return events[next(starts, 0) :]


def _add_position_index(engine: Any) -> None:
    """A page needs sender and position together; SQLite has the position in every index."""
    create = "CREATE INDEX IF NOT EXISTS ix_events_sender_position ON events (sender_id, id)"
    # Of several Rasas that start at once, one creates it.
    with suppress(sa.exc.ProgrammingError, sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.text(create))


def _sqlite_engine(url: Any) -> Any:
    """Keep connections: the last one that is closed writes the whole log back, which takes as long
    as the turn's own commit.
    """
    options = {"poolclass": QueuePool, "connect_args": {"check_same_thread": False}}
    engine = sa.create_engine(url, **options)
    sa.event.listen(engine, "connect", _prepare_sqlite)
    return engine


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
