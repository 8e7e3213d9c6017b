"""How long the desk's pages take behind a year of sales: ``make bench PART=desk``.

100,000 orders with their money, tickets, events, notifications and customers, and as many acts of
operators, on SQLite and on PostgreSQL, with the catalog of ``shows.yml``; each page is asked for
over HTTP, as a browser does. Rasa is away; Stripe answers at once, with a hundred customers
whoever is searched.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests
import sqlalchemy as sa

from ticket_clerk.cli.processes.ports import free_ports
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.desk import accounts
from ticket_clerk.ticketing.settings import Settings

from . import programs
from .orders import SECTION_ID, SHOW_ID, made_up_orders, make_room

ORDERS = 100_000
REPETITIONS = 11
_AT_ONCE = 1000
# Stripe is asked for no more customers (ticket_clerk/ticketing/desk/orders.py).
_MOST_FOUND = 100
_PASSWORD = "made up for a measurement"  # noqa: S105  opens nothing
_NOBODY = "http://127.0.0.1:9"
Row = dict[str, Any]


def main() -> dict[str, Any]:
    """Measure each page on both databases: the median and the slowest, in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, programs.postgresql() as server:
        urls = {
            "sqlite": f"sqlite:///{folder}/clerk.db",
            "postgresql": programs.create_database(server, "bench_desk"),
        }
        return {name: _measure(url, Path(folder)) for name, url in urls.items()}


def _measure(url: str, folder: Path) -> dict[str, dict[str, float]]:
    database = Database(Settings.from_env({"DATABASE_URL": url}).database_url)
    database.migrate()
    order_id, ticket_id = write_year(database, ORDERS)
    if url.startswith("postgresql"):
        with database.begin() as conn:
            # A year does not come in a minute: its autovacuum would have done it long ago.
            conn.exec_driver_sql("ANALYZE")
    with database.read() as conn:
        found = conn.execute(sa.select(schema.customers.c.customer_id).limit(_MOST_FOUND))
        customers = [row.customer_id for row in found]
    database.close()
    with _stripe(customers) as stripe, _desk(url, folder, stripe) as (browser, base):
        pages = _pages(order_id, ticket_id)
        return {name: _time(browser, base + path) for name, path in pages.items()}


def _pages(order_id: str, ticket_id: str) -> dict[str, str]:
    """Every page that reads what grows with the sales, and those of the catalog."""
    return {
        "overview of 30 days": "/",
        "overview of a year": "/?days=365",
        "latest orders": "/orders",
        "paid orders": "/orders?status=paid",
        "search by ticket": f"/orders?q={ticket_id}",
        "search by sender": "/orders?q=benchmark-nobody",
        "search by e-mail": "/orders?q=ann@example.com",
        "search by name": "/orders?q=Ann+Example",
        "one order": f"/orders/{order_id}",
        "needs somebody": "/review",
        "shows": "/shows",
        "one show": f"/shows/{SHOW_ID}",
        "catalog": "/catalog",
        "add a show": "/catalog/show",
        "facts of the shop": "/catalog/facts?scope=shop",
        "facts of a show": "/catalog/facts?scope=show&place=lakers-warriors",
        "a question of one's own": "/catalog/question?scope=shop&id=birthdays",
        "box office": "/sell",
        "doors": "/door",
        "questions": "/questions",
        "acts": "/acts",
        "acts of a kind": "/acts?kind=refund",
        "account": "/account",
    }


def _time(browser: requests.Session, url: str) -> dict[str, float]:
    took = []
    for _ in range(REPETITIONS):
        began = time.perf_counter()
        answer = browser.get(url, timeout=30, allow_redirects=False)
        took.append((time.perf_counter() - began) * 1000)
        if answer.status_code not in {200, 303}:
            raise RuntimeError(f"{url} answered {answer.status_code}")
    return {"median_ms": round(statistics.median(took), 1), "slowest_ms": round(max(took), 1)}


@contextmanager
def _stripe(customers: Sequence[str]) -> Iterator[str]:
    """A Stripe that finds all these customers, whoever is searched: the most that there can be.

    Of everything else it has nothing.
    """

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ids = customers if self.path.startswith("/v1/customers") else ()
            found = [{"id": one, "object": "customer"} for one in ids]
            answer = {"object": "list", "data": found, "has_more": False, "url": "/v1"}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def _desk(url: str, folder: Path, stripe: str) -> Iterator[tuple[requests.Session, str]]:
    (port,) = free_ports(1)
    environ = {
        "DATABASE_URL": url,
        "STRIPE_API_BASE": stripe,
        "RASA_URL": _NOBODY,
        "STRIPE_WEBHOOK_SECRET": "whsec_of_the_measurement",
        "RASA_TOKEN": "rasa-token",
        "PAYMENTS_API_TOKEN": "api-token",
        "TICKETS_SIGNING_KEY": "signing-key-of-the-measurement-0123",
        "ADMIN_PASSWORD_HASH": accounts.hash_password(_PASSWORD),
    }
    command = [sys.executable, "-m", "integrations.payments", "serve", "--port", str(port)]
    with programs.running(command, environ, folder / "desk.log", port):
        base = f"http://127.0.0.1:{port}/payments/admin"
        browser = requests.Session()
        form = {"name": "admin", "password": _PASSWORD}
        browser.post(f"{base}/login", data=form, timeout=30).raise_for_status()
        yield browser, base


def write_year(database: Database, number: int) -> tuple[str, str]:
    """Write a year of made-up sales; returns the ids of an order that was paid and of a ticket."""
    now, dice = datetime.now(timezone.utc), random.Random(7)  # noqa: S311  no secret
    make_room(database, 2 * number, now)
    orders = list(made_up_orders(number, "web", now))
    for start in range(0, number, _AT_ONCE):
        rows: dict[str, list[Row]] = {name: [] for name in _TABLES}
        for order in orders[start : start + _AT_ONCE]:
            made_at = now - timedelta(seconds=dice.randrange(365 * 86400))
            _sell(order, made_at, dice, rows)
        with database.begin() as conn:
            for name, some in rows.items():
                if some:
                    conn.execute(sa.insert(schema.metadata.tables[name]), some)
    with database.read() as conn:
        ticket = conn.execute(sa.select(schema.tickets).limit(1)).one()
    return ticket.order_id, ticket.id


_TABLES = (
    *("orders", "ledger", "tickets", "webhook_events", "outbox", "refunds"),
    *("customers", "operator_acts"),
)
# Of a hundred orders so many were paid, declined, refunded; the others expired.
_PAID, _DECLINED, _REFUNDED = 70, 5, 4


def _sell(order: Row, at: datetime, dice: random.Random, rows: dict[str, list[Row]]) -> None:
    fate = dice.randrange(100)
    name = order["id"].removeprefix("ord_")
    is_paid = fate < _PAID
    order |= {
        "status": "refunded" if fate < _REFUNDED else "paid" if is_paid else "expired",
        "created_at": at,
        "paid_at": at + timedelta(minutes=3) if is_paid else None,
        "declined_at": at if _PAID <= fate < _PAID + _DECLINED else None,
        "payment_intent_id": f"pi_{name}" if is_paid else None,
        "open_slot": None,
    }
    rows["orders"].append(order)
    kinds = ["checkout.session.completed", "payment_intent.succeeded"] if is_paid else []
    for kind in kinds or ["checkout.session.expired"]:
        rows["webhook_events"].append(_event(order, kind, at))
    rows["outbox"].append(_message(order, "payment_confirmed" if is_paid else "checkout_expired"))
    rows["operator_acts"].append(_act(order, "refund" if fate < _REFUNDED else "let_in", at))
    if is_paid:
        rows["customers"].append(_customer(order))
        rows["ledger"].append(_movement(order, "payment", order["amount_total"]))
        rows["tickets"] += [_ticket(order, number) for number in (1, 2)]
    if fate < _REFUNDED:
        rows["ledger"].append(_movement(order, "refund", -order["amount_total"]))
        rows["refunds"].append(_refund(order))


def _customer(order: Row) -> Row:
    names = ("channel", "sender_id")
    return {**{name: order[name] for name in names}, "customer_id": f"cus_{order['id']}"}


def _act(order: Row, kind: str, at: datetime) -> Row:
    return {
        "id": f"act_{order['id']}",
        "at": at,
        "operator": "kim",
        "kind": kind,
        "subject": order["id"],
        "detail": "",
        "request_key": None,
        "fingerprint": "",
        "outcome": "done",
    }


def _event(order: Row, kind: str, at: datetime) -> Row:
    return {
        "webhook_event_id": f"evt_{order['id']}_{kind[:22]}",
        "type": kind,
        "object_id": order["checkout_session_id"],
        "livemode": False,
        "created_at": at,
        "received_at": at,
        "source": "webhook",
        "attempts": 1,
        "outcome": "paid" if "completed" in kind else "ignored",
        "order_id": order["id"],
    }


def _message(order: Row, kind: str) -> Row:
    return {
        "id": f"msg_{order['id']}",
        "order_id": order["id"],
        "channel": order["channel"],
        "sender_id": order["sender_id"],
        "kind": kind,
        "about": "",
        "dedupe_key": f"{kind}:{order['id']}:",
        "attempts": 1,
        "created_at": order["created_at"],
        "next_attempt_at": order["created_at"],
        "delivered_at": order["created_at"],
    }


def _movement(order: Row, kind: str, amount: int) -> Row:
    return {
        "id": f"{kind}:{order['payment_intent_id']}",
        "kind": kind,
        "amount": amount,
        "fee": 0,
        "currency": order["currency"],
        "order_id": order["id"],
        "payment_intent_id": order["payment_intent_id"],
        "at": order["paid_at"],
    }


def _ticket(order: Row, number: int) -> Row:
    return {
        "id": f"tkt_{order['id'].removeprefix('ord_')}{number:06}",
        "order_id": order["id"],
        "number": number,
        "section_id": SECTION_ID,
        "section_name": order["section_name"],
        "issued_at": order["paid_at"],
    }


def _refund(order: Row) -> Row:
    return {
        "id": f"rfd_{order['id']}",
        "request_id": f"rfd_{order['id']}",
        "order_id": order["id"],
        "quote_version": 1,
        "quantity": 2,
        "section_id": SECTION_ID,
        "amount": order["amount_total"],
        "fee": 0,
        "currency": order["currency"],
        "status": "succeeded",
        "source": "chat",
        "payment_intent_id": order["payment_intent_id"],
        "stripe_refund_id": f"re_{order['id']}",
        "created_at": order["paid_at"],
        "updated_at": order["paid_at"],
    }
