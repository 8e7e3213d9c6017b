"""Takes card data out of stored events: of a turn, and of conversations of long ago.

Those were cleaned by the rules of their day; this applies today's to all of them. Works without
Rasa.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ticket_clerk.channels.cards import card_parts, contains_card, contains_security_code
from ticket_clerk.channels.sanitizer import CARD_REMOVED, Recent, plain_wording
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

WATCHED_MESSAGES = 4
"""How many of the buyer's messages a card is remembered for; no digit of it is."""

LOOKED_AT = 8 * WATCHED_MESSAGES
"""Messages of both that the watched ones are among: a turn has a few answers."""


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


def recent_of(events: Sequence[dict[str, Any]]) -> Recent:
    """Return the latest messages in events, oldest first."""
    buyer = [event.get("text") or "" for event in events if event["event"] == "user"]
    bot = [event.get("text") or "" for event in events if event["event"] == "bot"]
    return Recent(tuple(buyer[-WATCHED_MESSAGES:]), "\n".join(bot))


def redact_messages(events: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Redact the buyer's latest `count` messages and everything derived from them."""
    starts = [at for at, event in enumerate(events) if event["event"] == "user"][-count:]
    if not starts:
        return list(events)
    parts = {part for at in starts for part in card_parts(events[at].get("text") or "")}
    later = [_without(event, parts) for event in events[starts[0] :]]
    return [*events[: starts[0]], *later]


def redact_conversation(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Redact all card data in a conversation, as the guard would have done."""
    redacted: list[dict[str, Any]] = []
    parts: set[str] = set()
    for event in events:
        if event["event"] != "user":
            redacted.append(_without(event, parts))
            continue
        text = event.get("text") or ""
        recent = recent_of(redacted[-LOOKED_AT:])
        is_card = plain_wording(text, recent).had_card
        # What the bot made of the message follows it.
        parts = set(card_parts(text)) if is_card else set()
        redacted.append(_blank(event) if is_card else event)
        split = recent.split_card(text)
        if split > 1:
            redacted = redact_messages(redacted, split)
    return redacted


def _without(event: dict[str, Any], parts: set[str]) -> dict[str, Any]:
    text = event.get("text") or ""
    if event["event"] == "user" and any(part in text for part in parts):
        return _blank(event)
    cleaned: dict[str, Any] = _clean(event, parts)
    return cleaned


def _blank(event: dict[str, Any]) -> dict[str, Any]:
    parsed = {**(event.get("parse_data") or {}), "text": CARD_REMOVED, "entities": []}
    return {**event, "text": CARD_REMOVED, "parse_data": parsed}


def _clean(value: Any, parts: set[str]) -> Any:
    if isinstance(value, str):
        # An id of ours may pass the check digit by chance; a card has no letters in it.
        is_card = " " in value or value.isdecimal()
        if is_card and (contains_card(value) or contains_security_code(value)):
            return CARD_REMOVED
        for part in parts:
            value = re.sub(rf"(?<!\d){re.escape(part)}(?!\d)", "[removed]", value)
        return value
    if isinstance(value, dict):
        return {name: _clean(one, parts) for name, one in value.items()}
    return [_clean(one, parts) for one in value] if isinstance(value, list) else value
