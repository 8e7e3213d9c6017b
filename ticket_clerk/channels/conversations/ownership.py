"""Which channel a conversation belongs to: the one that used its name first, for good.

Rasa keeps one conversation a name, whatever the channel. A row here is what keeps two people apart
who chose the same name on two channels; its table is created with Rasa's own.
"""

import json
import secrets
from contextlib import suppress
from typing import Any, NamedTuple

import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore

_CLAIMS = sa.Table(
    "conversation_channels",
    SQLTrackerStore.Base.metadata,
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("channel", sa.String(64), nullable=False),
    # Null in rows that are older than this column.
    sa.Column("nonce", sa.String(32)),
)
_EVENTS = SQLTrackerStore.SQLEvent.__table__
# Both databases know this form; the primary key decides who was first.
_CLAIM = sa.text(
    "INSERT INTO conversation_channels (sender_id, channel, nonce)"
    " VALUES (:sender_id, :channel, :nonce)"
    " ON CONFLICT (sender_id) DO NOTHING"
)


class Claim(NamedTuple):
    """Whose a conversation is, and whether it began with this claim."""

    channel: str
    is_first: bool


def find_channel(connection: Any, sender_id: str) -> str | None:
    """The channel that a conversation belongs to; None while it belongs to nobody.

    Of a conversation that is older than this table, it is the one of its first message.
    """
    return find_claim(connection, sender_id) or _first_channel(connection, sender_id)


def find_claim(connection: Any, sender_id: str) -> str | None:
    """The channel in the conversation's row, or None."""
    query = sa.select(_CLAIMS.c.channel).where(_CLAIMS.c.sender_id == sender_id)
    found: str | None = connection.execute(query).scalar()
    return found


def claim(connection: Any, sender_id: str, channel: str) -> Claim:
    """Take the conversation for `channel` unless it is another's; whose it then is.

    Safe to repeat. Of two at once, one wins and both are told so; one of them was first.
    """
    found = find_channel(connection, sender_id)
    nonce = None if found else secrets.token_hex(16)
    row = {"sender_id": sender_id, "channel": found or channel, "nonce": nonce}
    is_ours = connection.execute(_CLAIM, row).rowcount == 1
    holder = find_channel(connection, sender_id) or channel
    return Claim(holder, is_ours and found is None)


def find_nonce(connection: Any, sender_id: str) -> str | None:
    """What tells this conversation from earlier ones of its name that were erased.

    None of a conversation that is older than the column, and of one that there is not.
    """
    query = sa.select(_CLAIMS.c.nonce).where(_CLAIMS.c.sender_id == sender_id)
    found: str | None = connection.execute(query).scalar()
    return found


def add_missing_column(engine: Any) -> None:
    """Add the nonce to a table from before it; safe to repeat, and beside others."""
    columns = {column["name"] for column in sa.inspect(engine).get_columns(_CLAIMS.name)}
    if "nonce" not in columns:
        add = sa.text("ALTER TABLE conversation_channels ADD COLUMN nonce VARCHAR(32)")
        # Of several Rasas that start at once, one adds it.
        with suppress(sa.exc.OperationalError, sa.exc.ProgrammingError), engine.begin() as conn:
            conn.execute(add)


def release(connection: Any, sender_id: str) -> None:
    """Forget whose the conversation is; safe to repeat."""
    connection.execute(sa.delete(_CLAIMS).where(_CLAIMS.c.sender_id == sender_id))


def _first_channel(connection: Any, sender_id: str) -> str | None:
    query = (
        sa.select(_EVENTS.c.data)
        .where(_EVENTS.c.sender_id == sender_id, _EVENTS.c.type_name == "user")
        .order_by(_EVENTS.c.id)
        .limit(1)
    )
    data = connection.execute(query).scalar()
    return json.loads(data).get("input_channel") if data else None
