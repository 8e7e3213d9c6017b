"""What a paid buyer waits for: ``make bench PART=paid``, and ``PART=backlog``.

``paid``: from Stripe's event to the message in the buyer's open web chat, in turns with a mere
response that Rasa is told to ``execute`` there. ``backlog``: 50,000 notifications that wait when
Rasa is back, what of them it takes, and how long somebody waits who pays just then.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import secrets
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta, timezone
from typing import Any

import requests
import sqlalchemy as sa

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database

from .clerk import UNLIMITED, Clerk, clerk, percentiles
from .load import event_of
from .orders import insert_orders, made_up_orders

PAYMENTS, WAITING, AT_ONCE, SECONDS = 100, 50_000, 8, 60.0
_REPORT = "action_report_payment"


def paid() -> dict[str, Any]:
    """Measure both, in turns; what is said is seen by the page's own event stream."""
    times: dict[str, list[float]] = {"paid": [], "execute": []}
    with clerk(**UNLIMITED) as one, closing(_database(one)) as database:
        page = Page(one)
        for _ in range(PAYMENTS):
            times["execute"].append(page.greeted_ms())
            times["paid"].append(page.paid_ms(database))
    found = {name: percentiles(some) for name, some in times.items()}
    ratio = {name: round(ms / found["execute"][name], 2) for name, ms in found["paid"].items()}
    return {**found, "ratio": ratio}


def backlog(*, waiting: int = WAITING) -> dict[str, Any]:
    """Measure what Rasa takes from us and from a program that only asks it to report."""
    with clerk(**UNLIMITED) as one, closing(_database(one)) as database:
        page = Page(one)
        # Nobody tries these but the program that is compared with.
        floor = _executed(one, _let_wait(database, page, waiting // 10, timedelta(days=2)))
        _let_wait(database, page, waiting, timedelta(0))
        begun, before = time.perf_counter(), _delivered(database)
        newest = []
        while time.perf_counter() < begun + SECONDS:
            newest.append(page.paid_ms(database))
            time.sleep(2)
        rate = (_delivered(database) - before) / (time.perf_counter() - begun)
    figures = {"per_s": round(rate, 1), "execute_per_s": round(floor, 1)}
    return {**figures, "ratio": round(rate / floor, 2), "newest": percentiles(newest)}


class Page:
    """An open web chat."""

    def __init__(self, one: Clerk) -> None:
        """Begin a session and follow it."""
        self._clerk, self._http = one, requests.Session()
        address = f"{one.environ['RASA_URL']}/webhooks/web/"
        self._http.get(address, timeout=60).raise_for_status()
        self.sender = str(self._http.cookies["clerk_session"]).partition(".")[0]
        hello = {"id": secrets.token_hex(16), "text": "hello"}
        self._http.post(f"{address}messages", json=hello, timeout=60).raise_for_status()
        stream = self._http.get(f"{address}events", stream=True, timeout=600)
        lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
        for line in lines:
            if line == "event: ready":
                break
        self._said: Iterator[str] = (line for line in lines if '"clerk"' in line)

    def repeat(self, senders: list[str]) -> None:
        """Give other buyers this conversation, straight in the database."""
        with closing(sqlite3.connect(self._clerk.environ["TRACKER_DB"], timeout=60)) as conn, conn:
            conn.row_factory = sqlite3.Row
            query = "SELECT * FROM events WHERE sender_id = ? ORDER BY id"
            rows = [dict(row) for row in conn.execute(query, (self.sender,))]
            names = [name for name in rows[0] if name not in ("id", "sender_id")]
            values = ", ".join(["?"] * (1 + len(names)))
            insert = f"INSERT INTO events (sender_id, {', '.join(names)}) VALUES ({values})"  # noqa: S608
            for sender in senders:
                conn.executemany(insert, [(sender, *(row[n] for n in names)) for row in rows])

    def greeted_ms(self) -> float:
        """Have a response said in it; returns how long that took, in milliseconds."""
        begun = time.perf_counter()
        _execute(self._clerk, requests, self.sender, "utter_greet")
        return self._until("", begun)

    def paid_ms(self, database: Database) -> float:
        """Pay for an order of this buyer's; returns how long its message took."""
        now = datetime.now(timezone.utc)
        (row,) = made_up_orders(1, "web", now)
        (line,) = insert_orders(database, [{**row, "sender_id": self.sender}], now)
        begun = time.perf_counter()
        _pay(self._clerk, line)
        return self._until(str(row["id"]), begun)

    def _until(self, words: str, begun: float) -> float:
        next(line for line in self._said if words in line)
        return 1000 * (time.perf_counter() - begun)


def _execute(one: Clerk, http: Any, sender: str, action: str) -> None:
    address = f"{one.environ['RASA_URL']}/conversations/{sender}/execute"
    params = {"token": one.environ["RASA_TOKEN"], "output_channel": "web"}
    http.post(address, params=params, json={"name": action}, timeout=60).raise_for_status()


def _executed(one: Clerk, senders: list[str]) -> float:
    begun = time.perf_counter()

    def execute(number: int) -> int:
        count = 0
        with requests.Session() as http:
            for sender in senders[number::AT_ONCE]:
                if time.perf_counter() > begun + SECONDS / 2:
                    break
                _execute(one, http, sender, _REPORT)
                count += 1
        return count

    with ThreadPoolExecutor(AT_ONCE) as pool:
        count = sum(pool.map(execute, range(AT_ONCE)))
    return count / (time.perf_counter() - begun)


def _pay(one: Clerk, line: str) -> None:
    now, body = int(time.time()), json.dumps(event_of(line))
    secret = one.environ["STRIPE_WEBHOOK_SECRET"].encode()
    mac = hmac.new(secret, b"%d." % now + body.encode(), hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={now},v1={mac}"}
    address = f"{one.environ['ACTIONS_URL']}/payments/webhook"
    requests.post(address, data=body, headers=headers, timeout=60).raise_for_status()


def _database(one: Clerk) -> Database:
    return Database(one.environ["DATABASE_URL"])


def _delivered(database: Database) -> int:
    delivered = sa.select(sa.func.count()).where(schema.outbox.c.delivered_at.is_not(None))
    with database.read() as conn:
        return int(conn.execute(delivered).scalar_one())


def _let_wait(database: Database, page: Page, number: int, due_in: timedelta) -> list[str]:
    """Write paid orders of an hour ago whose buyers were not told; returns the buyers.

    They are due in so long, or up to five minutes before, as after many tries in vain.
    """
    created = datetime.now(timezone.utc) - timedelta(hours=1)
    rows = list(made_up_orders(number, "web", created))
    senders = [str(row["sender_id"]) for row in rows]
    page.repeat(senders)
    paid = {"status": "paid", "paid_at": created, "open_slot": None}
    messages = [_message(row, created, due_in) for row in rows]
    for start in range(0, number, 1000):
        some = slice(start, start + 1000)
        with database.begin() as conn:
            conn.execute(sa.insert(schema.orders), [{**row, **paid} for row in rows[some]])
            conn.execute(sa.insert(schema.outbox), messages[some])
    return senders


def _message(order: dict[str, Any], created: datetime, due_in: timedelta) -> dict[str, Any]:
    due_at = datetime.now(timezone.utc) + due_in + timedelta(seconds=random.uniform(-300, 0))  # noqa: S311
    return {
        "id": "msg_" + secrets.token_hex(12),
        "order_id": order["id"],
        "channel": "web",
        "sender_id": order["sender_id"],
        "kind": "payment_confirmed",
        "about": "",
        "dedupe_key": f"payment_confirmed:{order['id']}:",
        "attempts": 30,
        "created_at": created,
        "next_attempt_at": due_at,
        "last_error": "rasa_unavailable",
    }
