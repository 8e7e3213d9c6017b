"""The file in which Rasa keeps its conversations, for when Rasa itself does not answer.

Its table is Rasa's (rasa/core/tracker_store.py, ``SQLTrackerStore``), and beside it is ours of
whose a conversation is (channels/conversations/ownership.py). Nothing of Rasa is needed to read
them. Where conversations are kept elsewhere there is no such file, and only Rasa knows them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable


def read_conversation(file: Path, sender_id: str) -> list[dict[str, Any]]:
    """Read all of a conversation, oldest first. Raises DatabaseUnavailable."""
    query = "SELECT data FROM events WHERE sender_id = ? ORDER BY id"
    with _opened(file) as conn:
        return [json.loads(data) for (data,) in conn.execute(query, (sender_id,))]


def forget_conversation(file: Path, sender_id: str) -> None:
    """Delete a conversation. Safe to repeat. Raises DatabaseUnavailable.

    A Rasa that runs and is in the middle of a turn of it would write it again.
    """
    with _opened(file) as conn:
        conn.execute("DELETE FROM events WHERE sender_id = ?", (sender_id,))
        # Whose it was; a file of an older Rasa has no such table.
        known = "SELECT 1 FROM sqlite_master WHERE name = 'conversation_channels'"
        if conn.execute(known).fetchone():
            conn.execute("DELETE FROM conversation_channels WHERE sender_id = ?", (sender_id,))


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    # Opened for reading and writing only: SQLite would make a file that is not there.
    address = f"{file.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as conn, conn:
            yield conn
    except sqlite3.Error:
        raise DatabaseUnavailable(f"{file.name}, Rasa's conversations, can't be opened.") from None
