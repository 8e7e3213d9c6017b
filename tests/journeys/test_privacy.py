"""Stored data after a purchase: no card, e-mail or name; after erasure no buyer."""

from __future__ import annotations

import json
import subprocess
import sys

import sqlalchemy as sa

from tests.journeys.buyers import CARD, RestBuyer, SocketBuyer, pay
from tests.journeys.clerk import Clerk
from tests.waiting import wait_until
from ticket_clerk.cli import environment
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import Database
from ticket_clerk.ticketing.settings import Settings

# As it is typed, as Stripe's page gets it, and pieces too long to turn up by chance.
CARD_TRACES = ["4242 4242", "424242424242", "4242-4242"]


def test_a_buyer_leaves_no_card_no_e_mail_no_name_and_can_be_forgotten(
    clerk: Clerk, socket_buyer: SocketBuyer
) -> None:
    """Nowhere on disk but at Stripe; given out when they ask; erased, not even their id is left."""
    socket_buyer.say(f"my card is {CARD['card_number']}, charge it")
    order_id, link = socket_buyer.order_tickets("2 tickets for the Lakers game", "the cheapest")
    pay(link)
    wait_until(lambda: socket_buyer.confirmations(order_id), "the confirmation")
    assert _stores_with(clerk, *CARD_TRACES, CARD["email"], CARD["name"]) == []
    assert _stores_with(clerk, socket_buyer.sender_id) != []

    document = json.loads(_privacy(clerk, "export", socket_buyer))
    assert document["gaps"] == []
    assert document["orders"][0]["id"] == order_id
    assert document["stripe_customers"][0]["email"] == CARD["email"]
    assert "2 tickets for the Lakers game" in [e.get("text") for e in document["conversation"]]

    for _ in range(2):
        _privacy(clerk, "erase", socket_buyer, "--yes")

    assert clerk.order(order_id)["status"] == "paid"
    assert _stores_with(clerk, socket_buyer.sender_id) == []
    stranger = RestBuyer(clerk)
    stranger.sender_id = socket_buyer.sender_id
    assert order_id not in stranger.say("what are my orders?")


def _privacy(clerk: Clerk, action: str, buyer: SocketBuyer, *options: str) -> str:
    command = [sys.executable, "-m", "integrations.payments", "privacy", action, *options]
    done = subprocess.run(
        [*command, "--sender", f"socketio:{buyer.sender_id}"],
        env=clerk.environ,
        cwd=environment.ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _stores_with(clerk: Clerk, *texts: str) -> list[str]:
    """Name every file of the clerk's, and table of its database, that holds one of the texts."""
    files = {
        path.name: path.read_bytes()
        for path in clerk.folder.rglob("*")
        # What only the stand-in knows is at Stripe.
        if path.is_file() and not path.name.startswith("stripe_standin.db")
    }
    contents = {**files, **_tables(clerk)}
    return sorted(
        f"{store}: {text}"
        for store, content in contents.items()
        for text in texts
        if text.encode() in content
    )


def _tables(clerk: Clerk) -> dict[str, bytes]:
    store = Database(Settings.from_env(clerk.environ).database_url)
    try:
        with store.read() as conn:
            return {
                f"table {table.name}": str(conn.execute(sa.select(table)).all()).encode()
                for table in schema.metadata.sorted_tables
            }
    finally:
        store.close()
