"""The two statements that pay an order, for floors in whatever environment they run."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

_ORDER = """UPDATE orders SET status = 'paid', paid_at = ?, payment_intent_id = ?, open_slot = NULL
    WHERE checkout_session_id = ? AND status = 'open'"""
_MESSAGE = """INSERT INTO outbox (id, channel, sender_id, kind, about, dedupe_key, attempts,
    created_at, next_attempt_at) VALUES (?, 'rest', ?, 'payment_confirmed', '', ?, 0, ?, ?)"""


def pay(cursor: Any, event: dict[str, Any], sql: Callable[[str], str]) -> None:
    """Mark the order of an event's session paid and enqueue a message, inside a transaction."""
    session, now = event["data"]["object"], timestamp()
    cursor.execute(sql(_ORDER), (now, session["payment_intent"], session["id"]))
    message = ("msg_" + secrets.token_hex(12), session["id"], event["id"], now, now)
    cursor.execute(sql(_MESSAGE), message)


def timestamp() -> str:
    """Write this moment as both databases store it."""
    return time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime())


def for_psycopg(text: str) -> str:
    """Write a statement's parameters as psycopg2 wants them."""
    return text.replace("?", "%s")
