"""The SQLite database: objects as JSON, schedule, deliveries, idempotency keys.

One connection behind one lock: requests follow one another, so each sees the whole of what came
before. WAL with synchronous=NORMAL keeps every committed transaction when the process is killed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from stripe_standin.http.messages import Json

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    body TEXT NOT NULL,
    private TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS ix_objects_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS ix_objects_payment_intent
    ON objects (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS ix_objects_open_sessions
    ON objects (json_extract(body, '$.expires_at'))
    WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open';
CREATE TABLE IF NOT EXISTS deliveries (
    event_id TEXT PRIMARY KEY,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_attempt_at REAL NOT NULL,
    last_status INTEGER,
    delivered_at REAL
);
CREATE INDEX IF NOT EXISTS ix_deliveries_due
    ON deliveries (next_attempt_at) WHERE delivered_at IS NULL;
CREATE TABLE IF NOT EXISTS schedule (
    object_id TEXT NOT NULL,
    task TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (object_id, task)
);
CREATE INDEX IF NOT EXISTS ix_schedule_at ON schedule (at);
CREATE INDEX IF NOT EXISTS ix_objects_customer
    ON objects (kind, json_extract(body, '$.customer'));
CREATE TABLE IF NOT EXISTS idempotency_keys (
    key TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL,
    request_id TEXT NOT NULL,
    created INTEGER NOT NULL
);
"""


class Store:
    """Objects by kind and id. Every method is called inside `transaction()`."""

    def __init__(self, path: str | Path) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, timeout=30
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._rename_schedule()
        self._connection.executescript(_TABLES)

    def _rename_schedule(self) -> None:
        """Keeps the tasks of a file whose table has its earlier name."""
        found = self._connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'agenda'")
        if found.fetchone():
            self._connection.execute("ALTER TABLE agenda RENAME TO schedule")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; a transaction inside another is undone alone when it fails."""
        with self._lock:
            mark = f"level_{self._depth}"
            self._connection.execute(f"SAVEPOINT {mark}" if self._depth else "BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                undo = f"ROLLBACK TO {mark}" if self._depth else "ROLLBACK"
                self._connection.execute(undo)
                raise
            self._depth -= 1
            self._connection.execute(f"RELEASE {mark}" if self._depth else "COMMIT")

    def execute(self, sql: str, arguments: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Runs one statement and returns its rows."""
        return self._connection.execute(sql, arguments).fetchall()

    def insert(self, body: Json, private: Json | None = None) -> None:
        """Adds an object; its kind is what it says under `object`."""
        self.execute(
            "INSERT INTO objects (id, kind, created, body, private) VALUES (?, ?, ?, ?, ?)",
            (
                body["id"],
                body["object"],
                body.get("created", 0),
                json.dumps(body),
                json.dumps(private or {}),
            ),
        )

    def update(self, body: Json) -> None:
        """Replaces what is stored of an object."""
        self.execute("UPDATE objects SET body = ? WHERE id = ?", (json.dumps(body), body["id"]))

    def find(self, kind: str, object_id: str) -> Json | None:
        """The object, or None where there is none of that kind and id."""
        rows = self.execute("SELECT body FROM objects WHERE id = ? AND kind = ?", (object_id, kind))
        return json.loads(rows[0][0]) if rows else None

    def private(self, object_id: str) -> Json:
        """The private state of an object, which no answer shows."""
        rows = self.execute("SELECT private FROM objects WHERE id = ?", (object_id,))
        remembered: Json = json.loads(rows[0][0]) if rows else {}
        return remembered

    def set_private(self, object_id: str, private: Json) -> None:
        """Replaces the private state of an object."""
        self.execute(
            "UPDATE objects SET private = ? WHERE id = ?", (json.dumps(private), object_id)
        )

    def select(
        self, kind: str, conditions: Sequence[tuple[str, Sequence[Any]]] = (), tail: str = ""
    ) -> list[Json]:
        """Objects of a kind that meet all SQL conditions; `tail` orders and limits."""
        where = "".join(f" AND ({sql})" for sql, _ in conditions)
        arguments = [kind, *(one for _, values in conditions for one in values)]
        # The conditions are written in this package; values from outside are always bound.
        sql = f"SELECT body FROM objects WHERE kind = ?{where} {tail}"  # noqa: S608
        return [json.loads(row[0]) for row in self.execute(sql, arguments)]

    def sequence_of(self, kind: str, object_id: str) -> int | None:
        """The object's place in the order of creation."""
        rows = self.execute("SELECT seq FROM objects WHERE id = ? AND kind = ?", (object_id, kind))
        return int(rows[0][0]) if rows else None

    def close(self) -> None:
        """Closes the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()
