"""The database: one engine, transactions that say what failed, migrations.

SQLite is a file in WAL mode with ``synchronous=FULL``, so an answered webhook survives a power
cut, and every writing transaction begins IMMEDIATE, so it cannot find out half-way that another
writer was faster (https://www.sqlite.org/lang_transaction.html).
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from ticket_clerk.project import COMMAND, PACKAGE
from ticket_clerk.ticketing.domain.errors import ConfigError, DatabaseUnavailable

from . import schema
from .turns import Turns

Result = TypeVar("Result")
Work = Callable[[Connection], Result]

LOCK_TIMEOUT_S = 5
# More at a time take the interpreter from each other; the pool's other connections are readers'.
WRITERS = 8
# A ping costs a payment a tenth of its time.
_FRESH_S = 1.0
# PostgreSQL's word for a standby, or a server that its keeper has shut for writing.
_READ_ONLY = "25006"
_MIGRATE = f"run `{COMMAND} migrate`."
_MIGRATIONS = PACKAGE / "ticketing" / "database" / "migrations"


class Database:
    """Connections and transactions; functions that take ``conn`` never commit themselves."""

    def __init__(self, database_url: str) -> None:
        """Make the engine; touches the database only when first used."""
        self.url = make_url(database_url)
        self.engine = _make_engine(self.url)
        self.has_one_writer = self.url.get_backend_name() == "sqlite"
        self._turns = Turns(LOCK_TIMEOUT_S, 1 if self.has_one_writer else WRITERS)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Open a writing transaction: commits at the end, rolls back on any exception.

        Raises DatabaseUnavailable when the database is locked or no turn comes for longer than five
        seconds, when it is full, away, silent for about ten, or may only be read; then nothing of
        the transaction is kept, and it may be repeated. One whose commit was not answered is kept
        whole or not at all: repeating finds out, since everything here may be done twice.
        """
        with self._turns.turn(), self._transaction() as conn:
            yield conn

    def run_all(self, works: Sequence[Work[Result]]) -> list[Result | Exception]:
        """Do each work, which is given ``conn``, as in a ``begin`` of its own.

        Gives the result of each, or what it raised: then nothing of it is kept, and all of the
        others. What was done is on disk when this returns. A database with one writer does them
        with one commit (https://www.sqlite.org/lang_savepoint.html): works may be done twice, where
        it refuses the first time, and must not wait for anything else.
        """
        if len(works) > 1 and self.has_one_writer:
            # A group that the database refuses is gone as a whole; one may be to blame for all.
            with suppress(DBAPIError, DatabaseUnavailable), self.begin() as conn:
                return [_attempt(conn, work) for work in works]
        return self.run_each(works)

    def run_each(self, works: Sequence[Work[Result]]) -> list[Result | Exception]:
        """Do the same with a commit for each."""
        results: list[Result | Exception] = []
        for work in works:
            try:
                with self.begin() as conn:
                    result = work(conn)
                results.append(result)
            except DatabaseUnavailable as exc:
                # The next would only wait as long.
                return results + [exc] * (len(works) - len(results))
            except Exception as exc:
                results.append(exc)
        return results

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._translated(), self.engine.connect() as conn:
            last: list[Work[Any]] = []
            write = conn.execution_options(write=True, last=last)
            with write.begin():
                yield write
                for work in last:
                    work(write)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Open a reading transaction: one consistent snapshot, no lock on SQLite's writers."""
        with self._translated(), self.engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (OperationalError, PoolTimeout) as exc:
            raise DatabaseUnavailable("The database does not answer right now.") from exc
        except DBAPIError as exc:
            if getattr(exc.orig, "pgcode", None) == _READ_ONLY:
                raise DatabaseUnavailable("The database may only be read.") from exc
            if exc.connection_invalidated:
                raise DatabaseUnavailable("The database went away.") from exc
            if type(exc) is DatabaseError:
                # SQLite's "file is not a database" and "disk image is malformed".
                raise DatabaseUnavailable("The database's file is damaged.") from exc
            raise

    def migrate(self) -> None:
        """Bring the schema to the code's revision. Safe to repeat."""
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        config = alembic_config()
        with self._translated(), self.engine.connect() as conn:
            config.attributes["connection"] = conn
            command.upgrade(config, "head")

    def require_current_schema(self) -> None:
        """Raise ConfigError unless the database is there and at the code's revision."""
        if self._file is not None and not self._file.exists():
            # SQLite would make an empty one.
            raise ConfigError(f"DATABASE_URL names a database that is not there: {_MIGRATE}")
        with self.read() as conn:
            revision = MigrationContext.configure(conn).get_current_revision()
        if revision != ScriptDirectory.from_config(alembic_config()).get_current_head():
            raise ConfigError(f"DATABASE_URL names a database of another revision: {_MIGRATE}")

    def require_writable(self) -> None:
        """Raise DatabaseUnavailable unless somebody could write now; changes nothing.

        Reading would not tell: SQLite's readers do not wait for a writer who never ends.
        """
        orders = schema.orders
        with self.begin() as conn:
            # Takes a writer's locks on both databases, for no row.
            conn.execute(sa.update(orders).where(sa.false()).values(status=orders.c.status))

    def scrub(self) -> None:
        """Leave nothing in SQLite's file of what was deleted or overwritten in it.

        PostgreSQL does so by itself, in its own time. Raises DatabaseUnavailable; safe to repeat.
        """
        if self._file is not None:
            scrub(self._file)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()

    @property
    def _file(self) -> Path | None:
        is_file = self.url.get_backend_name() == "sqlite" and self.url.database
        return Path(self.url.database) if is_file else None


def scrub(file: Path) -> None:
    """Write a SQLite file anew, with what is in it and nothing of what was, and empty its log.

    Old rows stay readable in free space and in the ``-wal`` file otherwise. Others may go on
    reading; writers wait. Safe to repeat. Raises DatabaseUnavailable while somebody reads for
    longer than ten seconds.
    """
    try:
        with closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as conn:
            conn.execute("VACUUM")
            (is_busy, *_) = conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error:
        is_busy = True
    if is_busy:
        raise DatabaseUnavailable(
            f"{file.name} is in use; what was deleted may still be read in it."
        )


def alembic_config() -> Config:
    """Alembic's configuration without its ini file, so that it works from any folder."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def run_last(conn: Connection, statement: Any, values: dict[str, Any]) -> None:
    """Run a statement at the end of the writing transaction, right before the commit.

    For rows that everybody wants, since others wait for them until the commit.
    """
    do_last(conn, lambda last: last.execute(statement, values))


def do_last(conn: Connection, work: Work[Any]) -> None:
    """Do a work at the end of the writing transaction, in the order in which they were given.

    What it raises undoes the transaction.
    """
    conn.get_execution_options()["last"].append(work)


def attempt(conn: Connection, work: Callable[[], bool]) -> bool:
    """Do a work of a writing transaction, and undo all of it where it says False."""
    last = conn.get_execution_options()["last"]
    others = len(last)
    with conn.begin_nested() as savepoint:
        if work():
            return True
        savepoint.rollback()
    del last[others:]
    return False


def _attempt(conn: Connection, work: Work[Result]) -> Result | Exception:
    last = conn.get_execution_options()["last"]
    others = len(last)
    try:
        with conn.begin_nested():
            return work(conn)
    except DBAPIError:
        # SQLite may have rolled back more than the savepoint.
        raise
    except Exception as exc:
        del last[others:]
        return exc


def insert_ignore(conn: Connection, table: sa.Table, values: dict[str, Any]) -> bool:
    """Insert a row unless a unique key already has it; tells whether it was inserted."""
    return insert_all_ignore(conn, table, [values]) == 1


def insert_all_ignore(conn: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert rows of the same columns by one statement, without those whose unique key is there.

    Returns how many were inserted.
    """
    statement = _insert_ignore(table, tuple(rows[0]), len(rows))
    values = {f"{name}_{at}": row[name] for at, row in enumerate(rows) for name in row}
    return int(conn.execute(statement, values).rowcount)


def insert_or_update(
    conn: Connection, table: sa.Table, values: dict[str, Any], changes: dict[str, Any]
) -> None:
    """Insert a row, or change the one that has its primary key; one statement."""
    if conn.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert
    statement = insert(table).values(**values)
    keys = list(table.primary_key.columns)
    conn.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes))


@lru_cache(maxsize=256)
def _insert_ignore(table: sa.Table, names: tuple[str, ...], count: int) -> Any:
    # As text, which both databases read: SQLAlchemy 1.4 compiles an insert with ON CONFLICT again
    # at each call (its cache leaves them out), which takes three times as long as the insert.
    rows = [
        {name: sa.bindparam(f"{name}_{at}", type_=table.c[name].type) for name in names}
        for at in range(count)
    ]
    insert = sa.insert(table).values(rows).compile()
    types = [bind for row in rows for bind in row.values()]
    return sa.text(f"{insert} ON CONFLICT DO NOTHING").bindparams(*types)


def _make_engine(url: Any) -> Engine:
    # An error's text must not carry what a row holds.
    shared = {"future": True, "hide_parameters": True, "poolclass": QueuePool}
    shared |= {"pool_size": 8, "pool_timeout": LOCK_TIMEOUT_S}
    if url.get_backend_name() == "sqlite":
        in_thread = {"check_same_thread": False, "timeout": LOCK_TIMEOUT_S}
        engine = sa.create_engine(url, **shared, connect_args=in_thread)
        sa.event.listen(engine, "connect", _prepare_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    # The extra `postgresql`.
    from .timeouts import PatientConnection, end_endless_waits

    end_endless_waits()
    options = f"-c timezone=utc -c lock_timeout={LOCK_TIMEOUT_S}s"
    patient = {"options": options, "connection_factory": PatientConnection}
    engine = sa.create_engine(url, **shared, connect_args=patient)
    _ping_after_idling(engine)
    return engine


def _ping_after_idling(engine: Engine) -> None:
    """Look whether a connection still lives before it is used again, unless it was just used."""

    @sa.event.listens_for(engine, "checkin")
    def note(_connection: Any, record: Any) -> None:
        record.info["used_at"] = time.monotonic()

    @sa.event.listens_for(engine, "checkout")
    def ping(connection: Any, record: Any, _proxy: Any) -> None:
        is_fresh = time.monotonic() - record.info.get("used_at", -math.inf) < _FRESH_S
        if not is_fresh and not engine.dialect.do_ping(connection):
            raise InvalidatePoolError


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN is switched off: it would come late and never be IMMEDIATE.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(conn: Connection) -> None:
    is_write = conn.get_execution_options().get("write", False)
    conn.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")
