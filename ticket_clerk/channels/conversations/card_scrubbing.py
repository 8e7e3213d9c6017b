"""Takes card data out of conversations that are stored already. Works without Rasa.

What is stored was cleaned by the rules of its day; this applies today's to all of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ticket_clerk.channels.redaction import LOOKED_AT, redact_conversation
from ticket_clerk.ticketing.database.engine import scrub
from ticket_clerk.ticketing.settings import is_address, sqlalchemy_url

_CHUNK = 5000
_SENDERS = sa.text("SELECT DISTINCT sender_id FROM events ORDER BY sender_id")
_ROWS = sa.text(
    "SELECT id, data FROM events WHERE sender_id = :sender_id AND id > :after"
    " ORDER BY id LIMIT :most"
)
_CHANGE = sa.text("UPDATE events SET data = :data WHERE id = :id")
# It is made again from the events.
_DELETE_CHECKPOINT = sa.text("DELETE FROM conversation_checkpoints WHERE sender_id = :sender_id")


def scrub_cards(tracker_db: str) -> int:
    """Take card data out of every conversation; returns in how many there was some.

    Safe to repeat, and beside a running Rasa. Of a SQLite file nothing is left in free pages.
    """
    is_file = not is_address(tracker_db)
    if is_file and not Path(tracker_db).exists():
        return 0
    engine = sa.create_engine(f"sqlite:///{tracker_db}" if is_file else sqlalchemy_url(tracker_db))
    try:
        with engine.connect() as connection:
            senders = [sender for (sender,) in connection.execute(_SENDERS)]
        changed = sum(_scrub_conversation(engine, sender) for sender in senders)
    finally:
        engine.dispose()
    if is_file:
        scrub(Path(tracker_db))
    return changed


def _scrub_conversation(engine: Any, sender_id: str) -> bool:
    """Chunk by chunk, each with the end of the one before, so that its length does not matter."""
    seen: list[tuple[int, dict[str, Any]]] = []
    has_changed, after = False, 0
    while True:
        with engine.begin() as connection:
            at = {"sender_id": sender_id, "after": after, "most": _CHUNK}
            rows = [(row[0], json.loads(row[1])) for row in connection.execute(_ROWS, at)]
            if not rows:
                break
            seen = [*seen[-LOOKED_AT:], *rows]
            redacted = redact_conversation([event for _, event in seen])
            changes = [
                {"id": position, "data": json.dumps(event)}
                for (position, before), event in zip(seen, redacted, strict=True)
                if event != before
            ]
            if changes:
                connection.execute(_CHANGE, changes)
                has_changed = True
            seen = [(position, event) for (position, _), event in zip(seen, redacted, strict=True)]
            after = seen[-1][0]
    if has_changed and sa.inspect(engine).has_table("conversation_checkpoints"):
        with engine.begin() as connection:
            connection.execute(_DELETE_CHECKPOINT, {"sender_id": sender_id})
    return has_changed
