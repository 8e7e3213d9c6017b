"""What operators do, written down with who: first that it is to be done, then what came of it."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import operators
from ticket_clerk.ticketing.domain.errors import KeyReused, PaymentError
from ticket_clerk.ticketing.domain.operators import DONE, Act, OperatorSession

log = logging.getLogger(__name__)


def carry_out(
    container: Container,
    session: OperatorSession,
    kind: str,
    subject: str,
    do: Callable[[str], object],
    *,
    key: str,
    values: Mapping[str, str],
    detail: str = "",
) -> None:
    """Do something for an operator, once for each form.

    ``do`` gets a key that is the same at a repetition, and is not called again once it has
    succeeded. Raises KeyReused where the form was sent before with other ``values``, and what
    ``do`` raises.
    """
    request_key = f"desk:{session.id}:{key}"
    act = _write_down(container, session, kind, subject, request_key, values, detail)
    if act is None:
        return
    outcome = "error"
    try:
        do(request_key)
        outcome = DONE
    except PaymentError as exc:
        outcome = exc.code
        raise
    finally:
        with container.database.begin() as conn:
            operators.finish_act(conn, act, outcome)
        log.info("payments.desk.act act_id=%s kind=%s outcome=%s", act, kind, outcome)


def _write_down(
    container: Container,
    session: OperatorSession,
    kind: str,
    subject: str,
    request_key: str,
    values: Mapping[str, str],
    detail: str,
) -> str | None:
    """Write the act down; None where it was done before."""
    sent = json.dumps([kind, subject, sorted(values.items())])
    fingerprint = hashlib.sha256(sent.encode()).hexdigest()
    with container.database.begin() as conn:
        made = operators.insert_act(
            conn,
            operator=session.operator.name,
            kind=kind,
            subject=subject,
            detail=detail,
            request_key=request_key,
            fingerprint=fingerprint,
            outcome=None,
            now=container.now(),
        )
        if made is not None:
            return made
        known, known_fingerprint = operators.find_act(conn, request_key)
    if known_fingerprint != fingerprint:
        raise KeyReused("This form was sent before with other values: open the page again.")
    return None if known.outcome == DONE else known.id


def note(
    conn: Connection, operator: str, kind: str, subject: str, detail: str, *, now: datetime
) -> None:
    """Write down what is done in the same transaction."""
    operators.insert_act(
        conn,
        operator=operator,
        kind=kind,
        subject=subject,
        detail=detail,
        request_key=None,
        fingerprint="",
        outcome=DONE,
        now=now,
    )


def latest_acts(container: Container) -> list[Act]:
    """List what was done last, newest first."""
    with container.database.read() as conn:
        return operators.list_acts(conn)
