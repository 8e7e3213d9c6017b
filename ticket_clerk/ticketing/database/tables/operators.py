"""The tables of the operators' desk: accounts, sessions, acts.

Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.operators import DONE, Act, Operator, OperatorSession, Role

_ACCOUNTS = schema.operator_accounts
_SESSIONS = schema.operator_sessions
_ACTS = schema.operator_acts
_MOST_ACTS = 100
_LATEST = sa.select(_ACTS).order_by(_ACTS.c.at.desc()).limit(_MOST_ACTS)
_OF_KIND = _LATEST.where(_ACTS.c.kind == sa.bindparam("kind_of"))
_NEXT_KIND = sa.select(sa.func.min(_ACTS.c.kind)).where(_ACTS.c.kind > sa.bindparam("after"))


@dataclass(frozen=True)
class Account:
    """An operator with what their password is checked against."""

    operator: Operator
    password_hash: str


@dataclass(frozen=True)
class StoredSession:
    """A session as it is stored: by name, since the account may have changed since."""

    id: str
    operator: str
    password_digest: str
    created_at: datetime
    seen_at: datetime

    def of(self, operator: Operator) -> OperatorSession:
        """Give the session with the account as it is today."""
        return OperatorSession(self.id, operator, self.created_at, self.seen_at)


def insert_account(
    conn: Connection, operator: Operator, password_hash: str, *, now: datetime
) -> bool:
    """Store an account; False if the name is taken."""
    values = {"name": operator.name, "role": operator.role.value}
    return insert_ignore(
        conn, _ACCOUNTS, {**values, "password_hash": password_hash, "created_at": now}
    )


def delete_account(conn: Connection, name: str) -> bool:
    """Delete an account. Tells whether there was one."""
    return bool(conn.execute(sa.delete(_ACCOUNTS).where(_ACCOUNTS.c.name == name)).rowcount == 1)


def find_account(conn: Connection, name: str) -> Account | None:
    """Find an account by its name."""
    row = conn.execute(sa.select(_ACCOUNTS).where(_ACCOUNTS.c.name == name)).first()
    return None if row is None else Account(_operator(row), row.password_hash)


def list_accounts(conn: Connection) -> list[Operator]:
    """List all accounts by name."""
    return [_operator(row) for row in conn.execute(sa.select(_ACCOUNTS).order_by("name"))]


def insert_session(
    conn: Connection, *, token_digest: str, operator: str, password_digest: str, now: datetime
) -> str:
    """Store a session; returns its id."""
    row = {
        "id": "ses_" + secrets.token_hex(12),
        "token_digest": token_digest,
        "operator": operator,
        "password_digest": password_digest,
        "created_at": now,
        "seen_at": now,
    }
    conn.execute(sa.insert(_SESSIONS), row)
    return str(row["id"])


def find_session(
    conn: Connection, token_digest: str, *, created_after: datetime, seen_after: datetime
) -> StoredSession | None:
    """Find a session by its token's digest, unless it is over."""
    is_it = (
        (_SESSIONS.c.token_digest == token_digest)
        & (_SESSIONS.c.created_at > created_after)
        & (_SESSIONS.c.seen_at > seen_after)
    )
    row = conn.execute(sa.select(_SESSIONS).where(is_it)).first()
    return None if row is None else _session(row)


def list_sessions(
    conn: Connection, operator: str, *, created_after: datetime, seen_after: datetime
) -> list[StoredSession]:
    """List an operator's sessions that are not over, newest first."""
    is_one = (
        (_SESSIONS.c.operator == operator)
        & (_SESSIONS.c.created_at > created_after)
        & (_SESSIONS.c.seen_at > seen_after)
    )
    query = sa.select(_SESSIONS).where(is_one).order_by(_SESSIONS.c.created_at.desc())
    return [_session(row) for row in conn.execute(query)]


def touch_session(conn: Connection, session_id: str, *, now: datetime) -> None:
    """Note that a session was used."""
    conn.execute(sa.update(_SESSIONS).where(_SESSIONS.c.id == session_id).values(seen_at=now))


def delete_sessions(conn: Connection, operator: str, *, session_id: str | None = None) -> int:
    """End one session of an operator, or all; returns how many there were."""
    is_one = _SESSIONS.c.operator == operator
    if session_id is not None:
        is_one &= _SESSIONS.c.id == session_id
    return int(conn.execute(sa.delete(_SESSIONS).where(is_one)).rowcount)


def forget_sessions(conn: Connection, *, created_before: datetime, seen_before: datetime) -> int:
    """Delete the sessions that are over; returns how many."""
    is_over = (_SESSIONS.c.created_at <= created_before) | (_SESSIONS.c.seen_at <= seen_before)
    return int(conn.execute(sa.delete(_SESSIONS).where(is_over)).rowcount)


def insert_act(
    conn: Connection,
    *,
    operator: str,
    kind: str,
    subject: str,
    detail: str,
    request_key: str | None,
    fingerprint: str,
    outcome: str | None,
    now: datetime,
) -> str | None:
    """Write an act down; returns its id, or None where one with that key is written down."""
    row = {
        "id": "act_" + secrets.token_hex(12),
        "at": now,
        "operator": operator,
        "kind": kind,
        "subject": subject,
        "detail": detail,
        "request_key": request_key,
        "fingerprint": fingerprint,
        "outcome": outcome,
    }
    return str(row["id"]) if insert_ignore(conn, _ACTS, row) else None


def find_act(conn: Connection, request_key: str) -> tuple[Act, str]:
    """Read the act with a form's key, and its fingerprint."""
    row = conn.execute(sa.select(_ACTS).where(_ACTS.c.request_key == request_key)).one()
    return _act(row), row.fingerprint


def finish_act(conn: Connection, act_id: str, outcome: str) -> None:
    """Write down what came of an act, unless it was done: of two at once one may find it so."""
    is_undone = _ACTS.c.outcome.is_(None) | (_ACTS.c.outcome != DONE)
    conn.execute(sa.update(_ACTS).where(_ACTS.c.id == act_id, is_undone).values(outcome=outcome))


def list_acts(conn: Connection, *, subject: str | None = None) -> list[Act]:
    """List the 100 things that were done last, to one thing or to any, newest first."""
    query = _LATEST if subject is None else _LATEST.where(_ACTS.c.subject == subject)
    return [_act(row) for row in conn.execute(query)]


def list_acts_of_kinds(conn: Connection, kinds: Iterable[str]) -> list[Act]:
    """List the 100 things of some kinds that were done last, newest first."""
    # Each kind has its own end of the index: a night at the door is not read for the rest.
    by_kind = [[_act(row) for row in conn.execute(_OF_KIND, {"kind_of": kind})] for kind in kinds]
    return list(islice(heapq.merge(*by_kind, key=lambda act: act.at, reverse=True), _MOST_ACTS))


def list_act_kinds(conn: Connection) -> list[str]:
    """List the kinds of what was ever done, by name: a step in the index each."""
    kinds: list[str] = []
    while kind := conn.execute(_NEXT_KIND, {"after": kinds[-1] if kinds else ""}).scalar():
        kinds.append(kind)
    return kinds


def _operator(row: Any) -> Operator:
    return Operator(row.name, Role(row.role))


def _session(row: Any) -> StoredSession:
    return StoredSession(row.id, row.operator, row.password_digest, row.created_at, row.seen_at)


def _act(row: Any) -> Act:
    return Act(row.id, row.at, row.operator, row.kind, row.subject, row.detail, row.outcome)
