"""Promises to tell a conversation something, kept until they are fulfilled.

A message is written in the transaction of the fact that it tells (rule: the intention with the
fact). It is delivered when the conversation has it, which the callers find out; here it is only
claimed for a while, put off, or closed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import schema
from .models import Buyer, MessageKind, Order, OutboxMessage
from .store import insert_ignore

_OUTBOX = schema.outbox
# Channels that nothing can be pushed to: their buyers read when they write.
PULLED_CHANNELS = frozenset({"rest", "cmdline"})


def enqueue(
    conn: Connection, order: Order, kind: MessageKind, *, now: datetime, about: str = ""
) -> bool:
    """Promise to tell the order's conversation; False if that was promised before.

    ``about`` tells apart messages of one kind about one order, e.g. two declined attempts.
    """
    return insert_ignore(
        conn,
        _OUTBOX,
        {
            "id": "msg_" + secrets.token_hex(12),
            "order_id": order.id,
            "channel": order.buyer.channel,
            "sender_id": order.buyer.sender_id,
            "kind": kind.value,
            "about": about,
            "dedupe_key": f"{kind.value}:{order.id}:{about}",
            "attempts": 0,
            "created_at": now,
            "next_attempt_at": now,
        },
    )


def has_due(conn: Connection, *, now: datetime) -> bool:
    """Look whether :func:`claim_due` would find anything, without keeping writers waiting."""
    return conn.execute(sa.select(_OUTBOX.c.id).where(_is_due(now)).limit(1)).first() is not None


def claim_due(
    conn: Connection, *, now: datetime, lease: timedelta, limit: int = 50
) -> list[OutboxMessage]:
    """Take due messages of channels that can be pushed to, for the length of the lease.

    The oldest of each conversation first and only it, so that order is kept. One conditional
    update a row decides between several workers; a worker that dies leaves a lease to run out.
    """
    candidates = conn.execute(
        sa.select(_OUTBOX).where(_is_due(now)).order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
    ).all()
    claimed: dict[tuple[str, str], OutboxMessage] = {}
    for row in candidates:
        if len(claimed) >= limit:
            break
        if (row.channel, row.sender_id) in claimed:
            continue
        taken = conn.execute(
            sa.update(_OUTBOX)
            .where(_OUTBOX.c.id == row.id, _is_due(now))
            .values(leased_until=now + lease, attempts=_OUTBOX.c.attempts + 1)
        )
        if taken.rowcount == 1:
            claimed[row.channel, row.sender_id] = _message(row, attempts=row.attempts + 1)
    return list(claimed.values())


def put_off(conn: Connection, message_id: str, *, until: datetime, error: str) -> None:
    """Give a claimed message back, to be tried again later; ``error`` is an error code."""
    conn.execute(
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id == message_id, _OUTBOX.c.delivered_at.is_(None))
        .values(leased_until=None, next_attempt_at=until, last_error=error)
    )


def mark_delivered(conn: Connection, message_ids: Iterable[str], *, now: datetime) -> int:
    """Close messages that their conversation has; returns how many were open. Safe to repeat."""
    ids = list(message_ids)
    if not ids:
        return 0
    closed = conn.execute(
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(ids), _OUTBOX.c.delivered_at.is_(None))
        .values(delivered_at=now, leased_until=None, last_error=None)
    )
    return int(closed.rowcount)


def list_unread(conn: Connection, buyer: Buyer) -> list[OutboxMessage]:
    """List what this conversation has not been told yet, oldest first, claimed or not."""
    rows = conn.execute(
        sa.select(_OUTBOX)
        .where(
            _OUTBOX.c.channel == buyer.channel,
            _OUTBOX.c.sender_id == buyer.sender_id,
            _OUTBOX.c.delivered_at.is_(None),
        )
        .order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
    )
    return [_message(row, attempts=row.attempts) for row in rows]


def backlog(conn: Connection) -> tuple[int, datetime | None]:
    """Count messages not delivered to channels that can be pushed to, and the oldest's age."""
    is_waiting = _OUTBOX.c.delivered_at.is_(None) & _OUTBOX.c.channel.notin_(PULLED_CHANNELS)
    row = conn.execute(
        sa.select(sa.func.count(), sa.func.min(_OUTBOX.c.created_at)).where(is_waiting)
    ).one()
    return int(row[0]), row[1]


def _is_due(now: datetime) -> Any:
    return (
        _OUTBOX.c.delivered_at.is_(None)
        & _OUTBOX.c.channel.notin_(sorted(PULLED_CHANNELS))
        & (_OUTBOX.c.next_attempt_at <= now)
        & (_OUTBOX.c.leased_until.is_(None) | (_OUTBOX.c.leased_until <= now))
    )


def _message(row: Any, *, attempts: int) -> OutboxMessage:
    return OutboxMessage(
        row.id,
        row.order_id,
        Buyer(row.channel, row.sender_id),
        MessageKind(row.kind),
        attempts,
        row.about,
    )
