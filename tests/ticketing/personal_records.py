"""What is held about people, in tests: one who has everything, and a look into each place."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, pay, receive_all
from tests.ticketing.seasons import pass_time, start
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.models import Buyer, Order
from ticket_clerk.ticketing.orders.upgrades import start_upgrade
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets
from ticket_clerk.ticketing.subscriptions.season_tickets import cancel_season_ticket

DORA = Buyer("web", "web-of-dora-0f3a")
# What the stand-in's payer gives on Stripe's page.
EMAIL, NAME = "buyer@example.com", "Test Buyer"


def buy_everything(container: Container, wire: StripeWire, clock: MovableClock) -> list[Order]:
    """Have Dora buy, better, give back and subscribe, and let a year settle it all."""
    first = buy(container, wire, quantity=3, buyer=DORA)
    better = pay(container, wire, start_upgrade(container, DORA, first.id, section_id="201"))
    quote = quote_refund(container, DORA, first.id, 1)
    refund_tickets(container, DORA, first.id, quantity=1, quote_version=quote.quote_version)
    season = pay(container, wire, start(container, buyer=DORA))
    cancel_season_ticket(container, DORA, season.id)
    pass_time(wire, clock, days=367)
    receive_all(container, wire)
    return [first, better, season]


def everything(container: Container) -> dict[str, list[dict[str, Any]]]:
    """Read every table."""
    with container.database.read() as conn:
        return {
            table.name: [
                dict(row._mapping)
                # PostgreSQL gives rows that were changed in another order.
                for row in conn.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in schema.metadata.sorted_tables
        }


def customers_at_stripe(wire: StripeWire) -> list[str]:
    """List the customers that Stripe has and did not delete."""
    return [customer["id"] for customer in wire.list_all("/v1/customers")]


def keep_conversation(file: Path, sender_id: str, *texts: str) -> None:
    """Write a conversation as Rasa's tracker store keeps it."""
    with sqlite3.connect(file) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS events (id INTEGER PRIMARY KEY, sender_id, data)")
        rows = [(sender_id, json.dumps({"event": "user", "text": text})) for text in texts]
        conn.executemany("INSERT INTO events (sender_id, data) VALUES (?, ?)", rows)
    conn.close()
