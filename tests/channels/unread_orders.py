"""Orders with unread notifications, in a real database."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

from ticket_clerk.ticketing.catalog.shows_file import read_shows_file
from ticket_clerk.ticketing.container import Container, build_container
from ticket_clerk.ticketing.database.tables import orders, outbox
from ticket_clerk.ticketing.database.tables.shows import load_catalog
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.settings import Settings

SHOWS = Path(__file__).parents[1] / "data" / "shows.yml"


def open_container(database_url: str) -> Container:
    """A shop on a migrated database with the catalog of the tests."""
    container = build_container(Settings.from_env({"DATABASE_URL": database_url}))
    container.database.migrate()
    with container.database.begin() as conn:
        load_catalog(conn, read_shows_file(SHOWS), now=container.now())
    return container


def insert_unread_order(container: Container, buyer: Buyer) -> Order:
    """Insert a paid order whose confirmation is undelivered."""
    order = _paid_order(container, buyer)
    with container.database.begin() as conn:
        orders.insert_order(conn, order)
        outbox.enqueue(conn, order, MessageKind.PAYMENT_CONFIRMED, now=container.now())
    return order


def _paid_order(container: Container, buyer: Buyer) -> Order:
    now = container.now()
    return Order(
        id=f"ord_{secrets.token_hex(8)}x",
        status=OrderStatus.PAID,
        kind=OrderKind.PURCHASE,
        buyer=buyer,
        show_id="lakers-warriors",
        show_name="Lakers vs Warriors",
        section_id="101",
        section_name="Section 101",
        venue="Crypto.com Arena",
        city="Los Angeles",
        starts_at=now + timedelta(days=30),
        quantity=1,
        currency="usd",
        unit_amount=20000,
        amount_total=20000,
        created_at=now,
        expires_at=now + timedelta(minutes=35),
        hold_expires_at=now + timedelta(minutes=45),
        paid_at=now,
        refundable_until=now,
    )
