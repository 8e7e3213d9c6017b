"""The tables of handoffs to operators and of the operators' messages.

Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.models import Buyer, Handoff, HandoffReason, OperatorMessage

_HANDOFFS = schema.handoffs
_MESSAGES = schema.handoff_messages
MOST_LISTED = 100


def open_once(conn: Connection, buyer: Buyer, reason: HandoffReason, *, now: datetime) -> bool:
    """Hand a conversation over unless it is. Tells whether this call did; a unique key decides."""
    return insert_ignore(
        conn,
        _HANDOFFS,
        {
            "id": "handoff_" + secrets.token_hex(12),
            "channel": buyer.channel,
            "sender_id": buyer.sender_id,
            "reason": reason.value,
            "opened_at": now,
            "open_slot": 1,
        },
    )


def find_open(conn: Connection, buyer: Buyer) -> Handoff | None:
    """Find the handoff that a buyer's conversation is in."""
    is_own = (_HANDOFFS.c.channel == buyer.channel) & (_HANDOFFS.c.sender_id == buyer.sender_id)
    return _first(conn, is_own & _HANDOFFS.c.closed_at.is_(None))


def find_handoff(conn: Connection, handoff_id: str) -> Handoff | None:
    """Find a handoff by its id."""
    return _first(conn, _HANDOFFS.c.id == handoff_id)


def list_handoffs(conn: Connection, *, is_open: bool) -> list[Handoff]:
    """List the open ones, oldest first, or the latest hundred that are closed."""
    query = sa.select(_HANDOFFS).limit(MOST_LISTED)
    if is_open:
        query = query.where(_HANDOFFS.c.open_slot == 1).order_by(_HANDOFFS.c.opened_at)
    else:
        query = query.where(_HANDOFFS.c.closed_at.is_not(None))
        query = query.order_by(_HANDOFFS.c.closed_at.desc())
    return [_handoff(row) for row in conn.execute(query)]


def list_of_buyer(conn: Connection, buyer: Buyer) -> list[Handoff]:
    """List the handoffs of a buyer's conversation, newest first."""
    is_own = (_HANDOFFS.c.channel == buyer.channel) & (_HANDOFFS.c.sender_id == buyer.sender_id)
    query = sa.select(_HANDOFFS).where(is_own).order_by(_HANDOFFS.c.opened_at.desc())
    return [_handoff(row) for row in conn.execute(query.limit(MOST_LISTED))]


def close_once(conn: Connection, handoff_id: str, *, now: datetime) -> bool:
    """Close a handoff. Tells whether this call did."""
    closed = conn.execute(
        sa.update(_HANDOFFS)
        .where(_HANDOFFS.c.id == handoff_id, _HANDOFFS.c.closed_at.is_(None))
        .values(closed_at=now, open_slot=None)
    )
    return bool(closed.rowcount == 1)


def list_unanswered(conn: Connection, *, opened_before: datetime) -> list[Handoff]:
    """List the open ones that are older and in which no operator has written."""
    query = sa.select(_HANDOFFS).where(
        _HANDOFFS.c.closed_at.is_(None), _HANDOFFS.c.opened_at <= opened_before, ~_is_answered()
    )
    return [_handoff(row) for row in conn.execute(query.limit(MOST_LISTED))]


def close_unanswered(conn: Connection, handoff_id: str, *, now: datetime) -> bool:
    """Close a handoff unless an operator has written. Tells whether this call did."""
    closed = conn.execute(
        sa.update(_HANDOFFS)
        .where(_HANDOFFS.c.id == handoff_id, _HANDOFFS.c.closed_at.is_(None), ~_is_answered())
        .values(closed_at=now, open_slot=None)
    )
    return bool(closed.rowcount == 1)


def add_message(
    conn: Connection,
    handoff: Handoff,
    *,
    operator: str,
    text: str,
    request_key: str | None,
    now: datetime,
) -> tuple[OperatorMessage, bool]:
    """Store an operator's message; the same key is the same message.

    Returns it, and whether it is new.
    """
    made = OperatorMessage("said_" + secrets.token_hex(12), handoff.id, operator, text, now)
    values = {
        **vars(made),
        "channel": handoff.buyer.channel,
        "sender_id": handoff.buyer.sender_id,
        "request_key": request_key,
    }
    if insert_ignore(conn, _MESSAGES, values):
        return made, True
    row = conn.execute(sa.select(_MESSAGES).where(_MESSAGES.c.request_key == request_key)).one()
    return _message(row), False


def find_message(conn: Connection, message_id: str) -> OperatorMessage | None:
    """Find an operator's message by its id."""
    row = conn.execute(sa.select(_MESSAGES).where(_MESSAGES.c.id == message_id)).one_or_none()
    return _message(row) if row is not None else None


def _is_answered() -> Any:
    return sa.exists().where(_MESSAGES.c.handoff_id == _HANDOFFS.c.id)


def _first(conn: Connection, condition: Any) -> Handoff | None:
    row = conn.execute(sa.select(_HANDOFFS).where(condition)).first()
    return _handoff(row) if row is not None else None


def _handoff(row: Any) -> Handoff:
    buyer, reason = Buyer(row.channel, row.sender_id), HandoffReason(row.reason)
    return Handoff(row.id, buyer, reason, row.opened_at, row.closed_at)


def _message(row: Any) -> OperatorMessage:
    return OperatorMessage(row.id, row.handoff_id, row.operator, row.text, row.created_at)
