"""The outbox table: notifications of conversations, kept until they are delivered.

A notification is written in the transaction of the fact that it reports (rule: the intention with
the fact). It is delivered when the conversation has it, which the callers find out; here it is
only claimed for a while, put off, or closed.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.errors import RasaUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OutboxMessage

_OUTBOX = schema.outbox
# A clock that was set back is no reason to date a notification tomorrow.
_NEAR = timedelta(minutes=1)
_BETWEEN_MAILS = timedelta(hours=1)
# No channel of buyers: what is for the operators, by the handoff's id instead of a sender's.
OPERATORS = "operators"
# Nor is this: what goes by e-mail, by its order's number instead of a sender's.
MAIL = "mail"
# Channels that nothing can be pushed to: their buyers read when they write.
PULLED_CHANNELS = frozenset({"rest", "cmdline"})
# When theirs are tried; sooner, and whoever looks for what is due would read them all each time.
_NEVER = datetime(9999, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class Backlog:
    """What waits for delivery: how many notifications, since when, and how many are parked.

    ``unreached_since`` is that of the oldest which is not only waiting for its buyer to come back:
    nobody tried it, or Rasa did not answer.
    """

    waiting: int
    oldest_at: datetime | None
    unreached_since: datetime | None
    parked: int


@dataclass(frozen=True)
class StoredMessage:
    """A notification with what became of it; ``last_error`` is an error's code."""

    message: OutboxMessage
    delivered_at: datetime | None
    parked_at: datetime | None
    last_error: str | None


def enqueue(
    conn: Connection, order: Order, kind: MessageKind, *, now: datetime, about: str = ""
) -> bool:
    """Enqueue a notification for the order's conversation; False if it was enqueued before.

    ``about`` tells apart messages of one kind about one order, e.g. two declined attempts. A
    buyer who was erased has no conversation, and an order that an operator made has none: nothing
    is enqueued, and that is False too.
    """
    if order.buyer.is_erased or order.paid_elsewhere:
        return False
    return _insert(conn, order.buyer, kind, order_id=order.id, about=about, now=now)


def enqueue_all(
    conn: Connection, orders: Sequence[Order], kind: MessageKind, *, now: datetime
) -> bool:
    """Enqueue a notification for each order's conversation, all by one statement.

    As :func:`enqueue` for orders of different buyers. False where a conversation has one that is
    dated later: the caller undoes the transaction. Raises IntegrityError where one is there.
    """
    rows = [
        _row(order.buyer, kind, order_id=order.id, about="", now=now)
        for order in orders
        if not (order.buyer.is_erased or order.paid_elsewhere)
    ]
    conversations = {name: sorted({row[name] for row in rows}) for name in ("channel", "sender_id")}
    times = {"created_at": now, "soon": now + _NEAR}
    if conn.execute(_ANY_LATER, {**conversations, **times}).first() is not None:
        return False
    if rows:
        conn.execute(_ENQUEUE_ALL, rows)
    return True


def enqueue_about(
    conn: Connection, to: Buyer, kind: MessageKind, *, about: str, now: datetime
) -> bool:
    """Enqueue a notification about no order; False if it was enqueued before."""
    return _insert(conn, to, kind, order_id=None, about=about, now=now)


def enqueue_mail(conn: Connection, order: Order, *, now: datetime) -> bool:
    """Enqueue an order's tickets to be sent by e-mail; False if they were in the last hour."""
    to, kind = Buyer(MAIL, order.id), MessageKind.TICKETS_BY_MAIL
    latest = conn.execute(_LATEST_MAIL, {"order_id": order.id}).scalar()
    if latest is not None and now - latest < _BETWEEN_MAILS:
        return False
    # Of several at once the hour by the clock lets one through.
    return _insert(conn, to, kind, order_id=order.id, about=f"{now:%Y-%m-%dT%H}", now=now)


def enqueue_again(conn: Connection, told: OutboxMessage, *, again: str, now: datetime) -> bool:
    """Enqueue what a conversation has once more, as a notification of its own.

    ``again`` is what makes it the same repetition; False if that was enqueued before.
    """
    return _insert(
        conn,
        told.buyer,
        told.kind,
        order_id=told.order_id,
        about=told.about,
        now=now,
        again=again,
    )


def _insert(
    conn: Connection,
    to: Buyer,
    kind: MessageKind,
    *,
    order_id: str | None,
    about: str,
    now: datetime,
    again: str = "",
) -> bool:
    message = _row(to, kind, order_id=order_id, about=about, now=now, again=again)
    if conn.execute(_ENQUEUE, {**message, "soon": now + _NEAR}).rowcount == 1:
        return True
    # It is there already, or the conversation has one that is dated later: a transaction that
    # waited for an order's row has read the clock before the one it waited for.
    latest = conn.execute(_LATEST, {**message, "soon": now + _NEAR}).scalar()
    if latest is None:
        return False
    behind = latest + timedelta(microseconds=1)
    return insert_ignore(conn, _OUTBOX, {**message, "created_at": behind})


def _row(
    to: Buyer,
    kind: MessageKind,
    *,
    order_id: str | None,
    about: str,
    now: datetime,
    again: str = "",
) -> dict[str, Any]:
    return {
        "id": "msg_" + secrets.token_hex(12),
        "order_id": order_id,
        "channel": to.channel,
        "sender_id": to.sender_id,
        "kind": kind.value,
        "about": about,
        "dedupe_key": f"{kind.value}:{order_id or ''}:{about}" + (again and f":again:{again}"),
        "attempts": 0,
        "created_at": now,
        "next_attempt_at": _NEVER if to.channel in PULLED_CHANNELS else now,
    }


def in_doubt_since(conn: Connection, message_id: str) -> datetime | None:
    """Read when this was enqueued (UTC) if a delivery failed or had no known end."""
    was_tried = (_OUTBOX.c.attempts > 1) | _OUTBOX.c.last_error.is_not(None)
    query = sa.select(_OUTBOX.c.created_at).where(_OUTBOX.c.id == message_id, was_tried)
    enqueued_at: datetime | None = conn.execute(query).scalar()
    return enqueued_at


def has_due(conn: Connection, *, now: datetime) -> bool:
    """Look whether :func:`claim_due` would find anything, without keeping writers waiting."""
    return conn.execute(_FIND_DUE, {"now": now}).first() is not None


def claim_due(
    conn: Connection, *, now: datetime, lease: timedelta, limit: int, newest_first: bool = False
) -> list[OutboxMessage]:
    """Take due messages of channels that can be pushed to, for the length of the lease.

    Those that are due for longest, or that became due last. The oldest of each conversation and
    only it, also while it is put off or another's, so that order is kept. Several workers share
    the work: PostgreSQL passes over rows that another is taking (``SKIP LOCKED``), and on both
    databases one conditional update a row decides. A worker that dies leaves a lease to run out.
    """
    query = _LIST_DUE_LAST if newest_first else _LIST_DUE_FIRST
    candidates = conn.execute(query, {"now": now, "most": limit}).all()
    claimed = []
    for row in candidates:
        claim = {"message_id": row.id, "now": now, "leased_until": now + lease}
        if conn.execute(_CLAIM, claim).rowcount == 1:
            claimed.append(_message(row, attempts=row.attempts + 1))
    return claimed


def put_off(conn: Connection, message_id: str, *, until: datetime, error: str) -> None:
    """Give a claimed message back, to be tried again later; ``error`` is an error code."""
    conn.execute(
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id == message_id, _OUTBOX.c.delivered_at.is_(None))
        .values(leased_until=None, next_attempt_at=until, last_error=error)
    )


def park(conn: Connection, message_id: str, *, now: datetime, error: str) -> None:
    """Stop trying to deliver a message by ourselves. It stays unread, and is said all the same
    when its buyer writes.
    """
    conn.execute(
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id == message_id, _OUTBOX.c.delivered_at.is_(None))
        .values(leased_until=None, parked_at=now, last_error=error)
    )


def unpark(conn: Connection, *, now: datetime) -> int:
    """Make every parked message due once more; returns how many there were. Safe to repeat."""
    freed = conn.execute(
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.delivered_at.is_(None), _OUTBOX.c.parked_at.is_not(None))
        .values(parked_at=None, next_attempt_at=now)
    )
    return int(freed.rowcount)


def unpark_one(conn: Connection, message_id: str, *, now: datetime) -> bool:
    """Make a parked message due once more. Tells whether this call did."""
    is_parked = _OUTBOX.c.delivered_at.is_(None) & _OUTBOX.c.parked_at.is_not(None)
    freed = conn.execute(
        sa.update(_OUTBOX)
        .where(_OUTBOX.c.id == message_id, is_parked)
        .values(parked_at=None, next_attempt_at=now)
    )
    return bool(freed.rowcount == 1)


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
    """List what was not delivered to this conversation yet, oldest first, claimed or not."""
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


def list_of_order(conn: Connection, order: Order) -> list[StoredMessage]:
    """List all notifications about an order, delivered or not, oldest first."""
    is_of_buyer = (_OUTBOX.c.channel == order.buyer.channel) & (
        _OUTBOX.c.sender_id == order.buyer.sender_id
    )
    return _list_stored(conn, is_of_buyer & (_OUTBOX.c.order_id == order.id))


def list_parked(conn: Connection, *, limit: int) -> list[StoredMessage]:
    """List what is not tried any more, oldest first."""
    is_parked = _OUTBOX.c.parked_at.is_not(None) & _OUTBOX.c.delivered_at.is_(None)
    return _list_stored(conn, is_parked)[:limit]


def find_message(conn: Connection, message_id: str) -> StoredMessage | None:
    """Find a notification by its id."""
    return next(iter(_list_stored(conn, _OUTBOX.c.id == message_id)), None)


def _list_stored(conn: Connection, condition: Any) -> list[StoredMessage]:
    query = sa.select(_OUTBOX).where(condition).order_by(_OUTBOX.c.created_at, _OUTBOX.c.id)
    return [
        StoredMessage(
            _message(row, attempts=row.attempts), row.delivered_at, row.parked_at, row.last_error
        )
        for row in conn.execute(query)
    ]


def backlog(conn: Connection) -> Backlog:
    """Count what is not delivered to channels that can be pushed to."""
    is_waiting = _OUTBOX.c.delivered_at.is_(None) & _OUTBOX.c.channel.notin_(PULLED_CHANNELS)
    is_unreached = (_OUTBOX.c.attempts == 0) | (_OUTBOX.c.last_error == RasaUnavailable.code)
    row = conn.execute(
        sa.select(
            sa.func.count(),
            sa.func.min(_OUTBOX.c.created_at),
            sa.func.min(sa.case((is_unreached, _OUTBOX.c.created_at))),
            sa.func.count(_OUTBOX.c.parked_at),
        ).where(is_waiting)
    ).one()
    return Backlog(int(row[0]), row[1], row[2], int(row[3]))


_NOW = sa.bindparam("now", type_=schema.UtcDateTime)
_IS_DUE = (
    _OUTBOX.c.delivered_at.is_(None)
    & _OUTBOX.c.channel.notin_(sorted(PULLED_CHANNELS))
    & _OUTBOX.c.parked_at.is_(None)
    & (_OUTBOX.c.next_attempt_at <= _NOW)
    & (_OUTBOX.c.leased_until.is_(None) | (_OUTBOX.c.leased_until <= _NOW))
)


def _has_older() -> Any:
    older = _OUTBOX.alias()
    is_older = (older.c.created_at < _OUTBOX.c.created_at) | (
        (older.c.created_at == _OUTBOX.c.created_at) & (older.c.id < _OUTBOX.c.id)
    )
    return sa.exists().where(
        older.c.channel == _OUTBOX.c.channel,
        older.c.sender_id == _OUTBOX.c.sender_id,
        older.c.delivered_at.is_(None),
        older.c.parked_at.is_(None),
        is_older,
    )


# Built once: building takes longer than running. What is set, is set by the parameters.
_FIND_DUE = sa.select(_OUTBOX.c.id).where(_IS_DUE, ~_has_older()).limit(1)


def _list_due(*order: Any) -> Any:
    most = sa.bindparam("most", type_=sa.Integer)
    due = sa.select(_OUTBOX).where(_IS_DUE, ~_has_older()).order_by(*order)
    return due.limit(most).with_for_update(skip_locked=True)


# In the order of an index, so that of fifty thousand that wait only a few are read.
_DUE_SINCE = (_OUTBOX.c.next_attempt_at, _OUTBOX.c.created_at, _OUTBOX.c.id)
_LIST_DUE_FIRST = _list_due(*_DUE_SINCE)
_LIST_DUE_LAST = _list_due(*(column.desc() for column in _DUE_SINCE))
_CLAIM = (
    sa.update(_OUTBOX)
    .where(_OUTBOX.c.id == sa.bindparam("message_id"), _IS_DUE)
    .values(attempts=_OUTBOX.c.attempts + 1)
)
_IS_SOON = (
    (_OUTBOX.c.channel == sa.bindparam("channel"))
    & (_OUTBOX.c.sender_id == sa.bindparam("sender_id"))
    & _OUTBOX.c.created_at.between(sa.bindparam("created_at"), sa.bindparam("soon"))
)
_ANY_LATER = (
    sa.select(_OUTBOX.c.id)
    .where(
        _OUTBOX.c.channel.in_(sa.bindparam("channel", expanding=True)),
        _OUTBOX.c.sender_id.in_(sa.bindparam("sender_id", expanding=True)),
        _OUTBOX.c.created_at.between(sa.bindparam("created_at"), sa.bindparam("soon")),
    )
    .limit(1)
)
_ENQUEUE_ALL = sa.insert(_OUTBOX)
_LATEST = sa.select(sa.func.max(_OUTBOX.c.created_at)).where(_IS_SOON)
_LATEST_MAIL = sa.select(sa.func.max(_OUTBOX.c.created_at)).where(
    _OUTBOX.c.channel == MAIL, _OUTBOX.c.sender_id == sa.bindparam("order_id")
)


def _enqueue_unless_later() -> Any:
    names = (
        "id order_id channel sender_id kind about dedupe_key attempts created_at next_attempt_at"
    ).split()
    types = [sa.bindparam(name, type_=_OUTBOX.c[name].type) for name in names]
    row = sa.select(*types).where(~sa.exists().where(_IS_SOON))
    insert = sa.insert(_OUTBOX).from_select(names, row)
    soon = sa.bindparam("soon", type_=schema.UtcDateTime)
    return sa.text(f"{insert} ON CONFLICT DO NOTHING").bindparams(*types, soon)


_ENQUEUE = _enqueue_unless_later()


def _message(row: Any, *, attempts: int) -> OutboxMessage:
    return OutboxMessage(
        row.id,
        row.order_id,
        Buyer(row.channel, row.sender_id),
        MessageKind(row.kind),
        attempts,
        row.created_at,
        row.about,
    )
