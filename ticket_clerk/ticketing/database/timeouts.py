"""How long a PostgreSQL is waited for that keeps the line and says nothing.

psycopg2 waits for ever for the answer of a server that was stopped, of a machine that hangs, or of
a network that swallows everything: the connection lives, so no time-out of TCP or of the server
ends it. With a wait callback psycopg2 leaves the waiting to us. The callback is the whole
process's; connections that are not a ``PatientConnection`` are waited for as before.
"""

from __future__ import annotations

import math
import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

import psycopg2
from psycopg2 import extensions

# Nothing is waited for but the server itself while a connection is made or a transaction begun.
GREETING_S = 4.0
# Those who come after somebody who waited in vain try for less, or a crowd would wait in a row.
NEXT_GREETING_S = 1.0
_REMEMBERED_S = 10.0


class PatientConnection(extensions.connection):
    """A connection that is given up, and closed by psycopg2, when the server is silent for long.

    ``patience_s`` is how long a statement may be silent, more than the server may wait for a lock;
    None for ever.
    """

    patience_s: float | None = 8.0
    silent_at: ClassVar[float] = -math.inf


def end_endless_waits() -> None:
    """Have psycopg2 ask us to wait, from now on in the whole process. Safe to repeat."""
    extensions.set_wait_callback(_wait)


@contextmanager
def endless_patience(connection: Any) -> Iterator[None]:
    """Let the driver's connection be silent for as long as it likes; any other has no limit."""
    if not isinstance(connection, PatientConnection):
        yield
        return
    connection.patience_s = None
    try:
        yield
    finally:
        connection.patience_s = PatientConnection.patience_s


def _wait(connection: Any) -> None:
    """Wait for the next that the server has to say, until it has said all.

    Raises psycopg2.OperationalError after too long a silence.
    """
    while (state := connection.poll()) != extensions.POLL_OK:
        events = select.POLLIN if state == extensions.POLL_READ else select.POLLOUT
        line = select.poll()
        line.register(connection.fileno(), events)
        patience = _patience_s(connection)
        if not line.poll(None if patience is None else 1000 * patience):
            PatientConnection.silent_at = time.monotonic()
            raise psycopg2.OperationalError("The server is silent.")


def _patience_s(connection: Any) -> float | None:
    patience_s: float | None = getattr(connection, "patience_s", None)
    if patience_s is None or connection.status == extensions.STATUS_BEGIN:
        return patience_s
    was_silent = time.monotonic() - PatientConnection.silent_at < _REMEMBERED_S
    return NEXT_GREETING_S if was_silent else GREETING_S
