"""The queue of webhook deliveries, with retries.

Times here are real ones (`time.time()`), whatever the stand-in's clock says: receivers judge the
age of a signature by their own clock, and a pause between tries is a real pause.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from stripe_standin.http.messages import Json, dump
from stripe_standin.storage.store import Store

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True)
class Delivery:
    """An event that its receiver has not acknowledged yet."""

    event_id: str
    attempts: int
    event: Json

    @property
    def type(self) -> str:
        """The event's type."""
        return str(self.event["type"])

    @property
    def payload(self) -> bytes:
        """The exact bytes to sign and send."""
        return dump(self.event)


def pause_after(attempts: int) -> float:
    """Seconds from the start of failed attempt number `attempts` to the next one."""
    return float(min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(attempts - 1, 10)))


def enqueue(store: Store, event_id: str) -> None:
    """Makes an event due at once."""
    store.execute(
        "INSERT INTO deliveries (event_id, next_attempt_at) VALUES (?, ?)",
        (event_id, time.time()),
    )


def pending(store: Store, *, due_at: float | None = None, limit: int = 1000) -> list[Delivery]:
    """Deliveries without a 2xx so far, oldest event first; with `due_at` only those due by then."""
    rows = store.execute(
        "SELECT d.event_id, d.attempts, o.body FROM deliveries d "
        "JOIN objects o ON o.id = d.event_id WHERE d.delivered_at IS NULL "
        "AND (? IS NULL OR d.next_attempt_at <= ?) ORDER BY o.seq LIMIT ?",
        (due_at, due_at, limit),
    )
    return [Delivery(row[0], row[1], json.loads(row[2])) for row in rows]


def record(store: Store, event_id: str, status: int | None, started_at: float) -> None:
    """Writes down how an attempt ended: a 2xx ends the delivery, all else (a redirect too, or no
    answer, `None`) brings the next attempt.
    """
    rows = store.execute(
        "UPDATE deliveries SET attempts = attempts + 1, last_status = ? WHERE event_id = ? "
        "RETURNING attempts",
        (status, event_id),
    )
    if not rows:
        return
    if status is not None and 200 <= status < 300:
        store.execute(
            "UPDATE deliveries SET delivered_at = ? WHERE event_id = ?", (time.time(), event_id)
        )
        _mark_acknowledged(store, event_id)
    else:
        store.execute(
            "UPDATE deliveries SET next_attempt_at = ? WHERE event_id = ?",
            (started_at + pause_after(rows[0][0]), event_id),
        )


def make_all_due(store: Store) -> None:
    """After a restart: whatever was waiting is tried at once."""
    store.execute(
        "UPDATE deliveries SET next_attempt_at = ? WHERE delivered_at IS NULL", (time.time(),)
    )


def attempts_of(store: Store, event_id: str) -> int | None:
    """How often an event was tried; None where no delivery is wanted."""
    rows: list[tuple[Any, ...]] = store.execute(
        "SELECT attempts FROM deliveries WHERE event_id = ?", (event_id,)
    )
    return int(rows[0][0]) if rows else None


def _mark_acknowledged(store: Store, event_id: str) -> None:
    event = store.find("event", event_id)
    if event is not None:
        store.update({**event, "pending_webhooks": 0})


def sign(payload: bytes, secrets: Iterable[str], timestamp: int | None = None) -> str:
    """`t=…,v1=…` over the bytes, one `v1` for each secret, as Stripe does while one is rolled.

    `timestamp` is real time unless told otherwise: receivers compare it with their own clock.
    """
    moment = int(time.time()) if timestamp is None else timestamp
    message = f"{moment}.".encode() + payload
    digests = [hmac.new(one.encode(), message, hashlib.sha256).hexdigest() for one in secrets]
    return ",".join([f"t={moment}", *(f"v1={digest}" for digest in digests)])
