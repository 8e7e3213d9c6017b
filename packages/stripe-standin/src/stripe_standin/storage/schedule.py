"""The table of scheduled tasks, with their due times."""

from __future__ import annotations

import time

from .store import Store


def put(store: Store, object_id: str, task: str, at: int) -> None:
    """Sets when a task of an object is due; the time before, if any, is replaced."""
    store.execute(
        "INSERT INTO schedule (object_id, task, at) VALUES (?, ?, ?) "
        "ON CONFLICT (object_id, task) DO UPDATE SET at = excluded.at",
        (object_id, task, at),
    )


def forget(store: Store, object_id: str, task: str | None = None) -> None:
    """Unschedules a task of an object, or all of them."""
    store.execute(
        "DELETE FROM schedule WHERE object_id = ? AND (? IS NULL OR task = ?)",
        (object_id, task, task),
    )


def first_due(store: Store, by: int) -> tuple[int, str, str] | None:
    """The task that fell due first: its time, the object's id and the task's name."""
    rows = store.execute(
        "SELECT at, object_id, task FROM schedule WHERE at <= ? ORDER BY at, rowid LIMIT 1", (by,)
    )
    return (rows[0][0], rows[0][1], rows[0][2]) if rows else None


class Clock:
    """Business time. Signatures and the pauses between deliveries use real time instead."""

    def __init__(self, offset_s: float = 0.0) -> None:
        self.offset_s = offset_s

    def now(self) -> int:
        """Seconds since 1970, as Stripe writes them."""
        return int(time.time() + self.offset_s)
