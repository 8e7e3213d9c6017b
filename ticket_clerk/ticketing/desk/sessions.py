"""Logins of operators: a random token in a cookie, and its digest in the database.

A session is over when its row is deleted, its account removed or given another password, after
half an hour without a request, and after twelve hours in any case.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import operators
from ticket_clerk.ticketing.domain.operators import (
    IDLE_FOR,
    LOGGED_IN_FOR,
    Operator,
    OperatorSession,
)

from . import acts
from .accounts import find_account, is_password

log = get_logger(__name__)

# Writing down each request would make every page a writer.
_NOTED_EVERY = timedelta(minutes=1)


def log_in(container: Container, name: str, password: str) -> str | None:
    """Check a password and begin a session; returns its token, None for a wrong name or password.

    Both take as long. The name is not logged: people type passwords there.
    """
    with container.database.read() as conn:
        account = find_account(conn, container, name)
    password_hash = account.password_hash if account else None
    if not is_password(password, password_hash) or account is None:
        log.warning("payments.desk.login_refused", is_known=account is not None)
        return None
    token, now = secrets.token_urlsafe(32), container.now()
    with container.database.begin() as conn:
        operators.forget_sessions(conn, **_over_before(now))
        session_id = operators.insert_session(
            conn,
            token_digest=_digest(token),
            operator=account.operator.name,
            password_digest=_digest(account.password_hash),
            now=now,
        )
        acts.note(conn, account.operator.name, "login", account.operator.name, "", now=now)
    log.info("payments.desk.logged_in", session_id=session_id)
    return token


def find_session(
    container: Container, token: str, *, is_used: bool = True
) -> OperatorSession | None:
    """Find the session of a cookie's token, with the account as it is today.

    Unless it ``is_used``, by somebody who clicked, its half hour goes on.
    """
    now = container.now()
    with container.database.read() as conn:
        stored = operators.find_session(conn, _digest(token), **_alive_after(now))
        account = stored and find_account(conn, container, stored.operator)
    if stored is None or not account or stored.password_digest != _digest(account.password_hash):
        return None
    if is_used and now - stored.seen_at > _NOTED_EVERY:
        with container.database.begin() as conn:
            operators.touch_session(conn, stored.id, now=now)
    return stored.of(account.operator)


def sessions_of(container: Container, operator: Operator) -> list[OperatorSession]:
    """List an operator's own sessions, newest first."""
    with container.database.read() as conn:
        stored = operators.list_sessions(conn, operator.name, **_alive_after(container.now()))
    return [session.of(operator) for session in stored]


def end_sessions(container: Container, name: str, *, by: str, session_id: str | None = None) -> int:
    """End one of an operator's sessions, or all; returns how many there were. Safe to repeat."""
    with container.database.begin() as conn:
        ended = operators.delete_sessions(conn, name, session_id=session_id)
        if ended:
            detail = session_id or f"all {ended}"
            acts.note(conn, by, "logout", name, detail, now=container.now())
    return ended


def form_token(token: str) -> str:
    """Derive what a form of this session has to carry; it doesn't lead back to the session."""
    return hmac.digest(token.encode(), b"form", hashlib.sha256).hex()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _alive_after(now: datetime) -> dict[str, datetime]:
    return {"created_after": now - LOGGED_IN_FOR, "seen_after": now - IDLE_FOR}


def _over_before(now: datetime) -> dict[str, datetime]:
    return {"created_before": now - LOGGED_IN_FOR, "seen_before": now - IDLE_FOR}
