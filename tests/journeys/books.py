"""Our ledger beside Stripe's own books."""

from __future__ import annotations

from collections import Counter
from typing import Any

import requests
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.journeys.clerk import Clerk
from tests.waiting import wait_until
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.database.tables import ledger
from ticket_clerk.ticketing.settings import Settings


def balanced(clerk: Clerk) -> None:
    """Wait until the ledger is what Stripe's balance transactions add up to, or fail."""
    wait_until(
        lambda: booked(clerk) == at_stripe(clerk),
        "the ledger to agree with Stripe's balance transactions",
    )


def booked(clerk: Clerk) -> dict[str, int]:
    """Add up the ledger, by currency, in minor units, without what Stripe has no part in."""
    store = Database(Settings.from_env(clerk.environ).database_url)
    try:
        with store.read() as conn:
            ours, elsewhere = Counter(ledger.balance(conn)), _collected_elsewhere(conn)
    finally:
        store.close()
    return {currency: amount - elsewhere[currency] for currency, amount in ours.items()}


def _collected_elsewhere(conn: Connection) -> Counter[str]:
    """Return the amounts that native payments collected."""
    table = schema.ledger.c
    rows = conn.execute(
        sa.select(table.currency, table.amount).where(table.payment_intent_id.like("provider-%"))
    )
    return sum((Counter({row.currency: row.amount}) for row in rows), Counter())


def at_stripe(clerk: Clerk) -> dict[str, int]:
    """Add up the stand-in's balance transactions, by currency, in minor units."""
    sums: Counter[str] = Counter()
    for entry in _list(clerk, "/v1/balance_transactions"):
        sums[entry["currency"]] += entry["amount"]
    return dict(sums)


def _list(clerk: Clerk, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        params = {"limit": "100", **({"starting_after": found[-1]["id"]} if found else {})}
        page = requests.get(
            f"{clerk.environ['STRIPE_API_BASE']}{path}",
            params=params,
            auth=("sk_test_standin", ""),
            timeout=60,
        ).json()
        found += page["data"]
        if not page["has_more"]:
            return found
