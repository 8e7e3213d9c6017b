"""What operators do, written down with who: first that it is to be done, then what came of it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import operators
from ticket_clerk.ticketing.domain.errors import KeyReused, PaymentError
from ticket_clerk.ticketing.domain.operators import DONE, Act, OperatorSession

log = get_logger(__name__)

# Longer than Stripe is waited for, so that a form's first sending has ended, or its process has.
_PATIENCE_S = 10.0
_POLL_S = 0.05
# Somebody was let in, as they should: thousands a night.
LET_IN = "let_in"


def request_key(session: OperatorSession, key: str) -> str:
    """Give the key under which a form does what it does, of the form's own."""
    return f"desk:{session.id}:{key}"


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
    succeeded. A repetition waits for the first, up to ten seconds: two at once under one key would
    have Stripe refuse the second. Raises KeyReused where the form was sent before with other
    ``values``, and what ``do`` raises.
    """
    made_of = request_key(session, key)
    act = _write_down(container, session, kind, subject, made_of, values, detail)
    if act is None:
        return
    outcome = "error"
    try:
        do(made_of)
        outcome = DONE
    except PaymentError as exc:
        outcome = exc.code
        raise
    finally:
        with container.database.begin() as conn:
            operators.finish_act(conn, act, outcome)
        log.info("payments.desk.act", act_id=act, kind=kind, outcome=outcome)


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
    return None if _outcome(container, known, request_key) == DONE else known.id


def _outcome(container: Container, act: Act, request_key: str) -> str | None:
    """Wait for what comes of an act that is under way; None where its process must have ended."""
    waited_since = time.monotonic()
    begun_before = (container.now() - act.at).total_seconds()
    while act.outcome is None and begun_before + time.monotonic() - waited_since < _PATIENCE_S:
        time.sleep(_POLL_S)
        with container.database.read() as conn:
            act, _ = operators.find_act(conn, request_key)
    return act.outcome


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


@dataclass(frozen=True)
class Acts:
    """What was done last, newest first, and the kinds that there are, by name."""

    acts: list[Act]
    kinds: list[str]


def latest_acts(container: Container) -> list[Act]:
    """List what was done last, newest first."""
    with container.database.read() as conn:
        return operators.list_acts(conn)


def list_acts(container: Container, kind: str = "") -> Acts:
    """List what was done last of a kind; without one, all but whom a door rightly let in."""
    with container.database.read() as conn:
        kinds = operators.list_act_kinds(conn)
        wanted = [one for one in kinds if one == kind or (not kind and one != LET_IN)]
        return Acts(operators.list_acts_of_kinds(conn, wanted), kinds)
