"""The floor of the webhook: verify, and in one transaction store the event, pay, enqueue.

    python -m benchmarks.floors.webhook --port 8001

on DATABASE_URL with orders of ``benchmarks.orders`` and the clerk's own tables. No ORM, no checks,
no worker: three statements and a commit that is on disk before the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg2
import stripe
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, empty
from sanic.response import json as json_response

from .paying import for_psycopg, pay, timestamp

_EVENT = """INSERT INTO webhook_events (webhook_event_id, type, object_id, livemode, created_at,
    received_at, source, attempts, outcome) VALUES (?, ?, ?, FALSE, ?, ?, 'webhook', 1, 'paid')
    ON CONFLICT DO NOTHING"""


def settle(cursor: Any, event: dict[str, Any], sql: Callable[[str], str]) -> bool:
    """Do what a payment does, inside a transaction; False for an event that is known."""
    now = timestamp()
    recorded = (event["id"], event["type"], event["data"]["object"]["id"], now, now)
    cursor.execute(sql(_EVENT), recorded)
    if cursor.rowcount != 1:
        return False
    pay(cursor, event, sql)
    return True


def on_sqlite(file: str) -> Callable[[dict[str, Any]], bool]:
    """Settle in the event loop: one writer is all that SQLite has."""
    conn = sqlite3.connect(file, isolation_level=None)
    conn.execute("PRAGMA journal_mode=WAL")
    conn.execute("PRAGMA synchronous=FULL")

    def process(event: dict[str, Any]) -> bool:
        cursor = conn.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        is_new = settle(cursor, event, str)
        cursor.execute("COMMIT")
        return is_new

    return process


def on_postgresql(url: str) -> Callable[[dict[str, Any]], bool]:
    """Settle in a thread, each with its own connection."""
    own = threading.local()

    def process(event: dict[str, Any]) -> bool:
        if not hasattr(own, "conn"):
            own.conn = psycopg2.connect(url)
        with own.conn, own.conn.cursor() as cursor:
            return settle(cursor, event, for_psycopg)

    return process


def make_app(url: str, secret: str) -> Sanic:
    """Make the server: the webhook's route and a sign of life."""
    app = Sanic("floor", configure_logging=False)
    is_sqlite = url.startswith("sqlite:///")
    process = on_sqlite(url[len("sqlite:///") :]) if is_sqlite else on_postgresql(url)
    threads = ThreadPoolExecutor(8)

    @app.post("/payments/webhook")
    async def webhook(request: Request) -> HTTPResponse:
        body = request.body.decode()
        try:
            stripe.WebhookSignature.verify_header(
                body, request.headers.get("stripe-signature", ""), secret, 300
            )
        except stripe.SignatureVerificationError:
            return empty(400)
        event = json.loads(body)
        if is_sqlite:
            is_new = process(event)
        else:
            is_new = await asyncio.get_running_loop().run_in_executor(threads, process, event)
        return json_response({"received": True, "is_new": is_new})

    @app.get("/health")
    async def health(_request: Request) -> HTTPResponse:
        return json_response({"status": "ok"})

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    make_app(os.environ["DATABASE_URL"], os.environ["STRIPE_WEBHOOK_SECRET"]).run(
        host="127.0.0.1", port=parser.parse_args().port, access_log=False
    )
