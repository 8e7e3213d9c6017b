"""Write open orders with made-up Checkout Sessions, as a crowd leaves them that is about to pay.

    python -m benchmarks.orders N FILE [--channel rest]

into DATABASE_URL, which is migrated first. FILE gets a line an order:
order_id,session_id,amount_total,currency,payment_intent.
"""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ticket_clerk.ticketing.catalog import load_shows
from ticket_clerk.ticketing.catalog.shows_file import ShowsFile
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database, insert_ignore
from ticket_clerk.ticketing.database.tables.orders import new_order_id, row_of
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderKind
from ticket_clerk.ticketing.settings import Settings, read_environ

UNIT_AMOUNT = 20000
# All in one section of one show: a crowd that wants the same is the worst that can come.
SHOW_ID, SECTION_ID = "benchmark-show", "benchmark-section"
_AT_ONCE = 1000


def main(argv: list[str] | None = None) -> None:
    """Write the orders and the file that lists them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("number", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("--channel", default="rest", help="where the buyers write from")
    args = parser.parse_args(argv)
    settings = Settings.from_env(read_environ())
    database = Database(settings.database_url)
    database.migrate()
    load_shows(database, ShowsFile(settings.shows_file), now=datetime.now(timezone.utc))
    write_orders(database, args.number, args.file, channel=args.channel)
    database.close()


def write_orders(database: Database, number: int, file: Path, *, channel: str = "rest") -> None:
    """Write open orders of two seats each, a buyer an order, and list them in the file."""
    now = datetime.now(timezone.utc)
    lines = insert_orders(database, list(made_up_orders(number, channel, now)), now)
    file.write_text("\n".join(lines) + "\n")


def insert_orders(database: Database, orders: list[dict[str, Any]], now: datetime) -> list[str]:
    """Write rows of the orders' table, with room and a hold for each; returns the file's lines."""
    make_room(database, 2 * len(orders), now)
    for start in range(0, len(orders), _AT_ONCE):
        some = orders[start : start + _AT_ONCE]
        with database.begin() as conn:
            conn.execute(sa.insert(schema.orders), some)
            conn.execute(sa.insert(schema.holds), [_hold(order) for order in some])
    columns = ("id", "checkout_session_id", "amount_total", "currency")
    return [",".join([*(str(order[name]) for name in columns), _intent(order)]) for order in orders]


def make_room(database: Database, seats: int, now: datetime) -> None:
    """Put a show on sale with so many seats, all held."""
    starts_at = now + timedelta(days=200)
    show = {
        "id": SHOW_ID,
        "name": "Benchmark",
        "aliases": "[]",
        "category": "benchmark",
        "venue": "Arena",
        "city": "Los Angeles",
        "starts_at_local": starts_at.isoformat(),
        "starts_at": starts_at,
        "currency": "usd",
        "refundable_until_hours": 24,
        "refund_fee": "0",
        "is_on_sale": True,
        "change_number": 0,
    }
    section = {"show_id": SHOW_ID, "id": SECTION_ID, "name": "Floor", "is_on_sale": True}
    amounts = {"unit_amount": UNIT_AMOUNT, "seats": 0, "held": 0, "sold": 0}
    table = schema.sections
    with database.begin() as conn:
        insert_ignore(conn, schema.shows, show)
        insert_ignore(conn, table, {**section, **amounts})
        conn.execute(
            sa.update(table)
            .where(table.c.show_id == SHOW_ID, table.c.id == SECTION_ID)
            .values(seats=table.c.seats + seats, held=table.c.held + seats)
        )


def made_up_orders(number: int, channel: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Make rows of the orders' table: two seats each, open, made now."""
    for _ in range(number):
        yield {**row_of(_made_up_order(channel, secrets.token_hex(12), now)), "open_slot": 1}


def _made_up_order(channel: str, name: str, now: datetime) -> Order:
    starts_at = now + timedelta(days=200)
    return Order(
        id=new_order_id(),
        kind=OrderKind.PURCHASE,
        buyer=Buyer(channel, f"benchmark-{name}"),
        show_id=SHOW_ID,
        show_name="Benchmark",
        section_id=SECTION_ID,
        section_name="Floor",
        venue="Arena",
        city="Los Angeles",
        starts_at=starts_at,
        quantity=2,
        currency="usd",
        unit_amount=UNIT_AMOUNT,
        amount_total=2 * UNIT_AMOUNT,
        checkout_session_id=f"cs_test_{name}",
        checkout_url=f"https://checkout.stripe.com/c/pay/cs_test_{name}",
        created_at=now,
        expires_at=now + timedelta(days=1),
        hold_expires_at=now + timedelta(days=1, minutes=10),
        refundable_until=starts_at - timedelta(days=1),
    )


def _hold(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": order["id"],
        "show_id": SHOW_ID,
        "section_id": SECTION_ID,
        "quantity": order["quantity"],
        "expires_at": order["hold_expires_at"],
    }


def _intent(order: dict[str, Any]) -> str:
    return str(order["checkout_session_id"]).replace("cs_test_", "pi_")


if __name__ == "__main__":
    main()
