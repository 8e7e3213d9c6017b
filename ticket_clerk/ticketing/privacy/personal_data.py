"""Exports and erases what is known about a buyer; the books stay whole.

Erased, their orders stay with their numbers, dates and amounts under a random name; what led to
them is gone: channel and sender id, customer at Stripe and conversation.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.engine import scrub
from ticket_clerk.ticketing.database.tables import (
    customers,
    ledger,
    orders,
    personal_data,
    refunds,
    subscriptions,
)
from ticket_clerk.ticketing.domain.errors import (
    ConversationBusy,
    DatabaseUnavailable,
    NotErasable,
    RasaUnavailable,
    StripeRejected,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import ERASED, UNPAID, Buyer, Order, OrderStatus

log = get_logger(__name__)

# Tells our tracker store to delete a conversation, since Rasa's API has no call for it. Nobody can
# say or type it: only the API, with its token, writes an action into a conversation.
FORGET_ACTION = "forget_conversation"
# A bank decides within about three months; until then their words may be evidence.
DISPUTED_FOR = timedelta(days=120)
_SAID = frozenset({"user", "bot"})
# What is made of a conversation's events goes after them (channels/conversations).
_TABLES = ("events", "conversation_ids", "conversation_checkpoints", "conversation_channels")


def export_buyer(container: Container, buyer: Buyer) -> dict[str, Any]:
    """Gather everything that is held about a buyer, as plain JSON; amounts in minor units.

    ``gaps`` says in sentences what could not be read; it is empty when this is all. Changes
    nothing.
    """
    with container.database.read() as conn:
        rows = personal_data.rows_of(conn, buyer)
    gaps: list[str] = []
    return {
        "buyer": vars(buyer),
        "read_at": container.now().isoformat(),
        "amounts_in": "minor units (cents)",
        **rows,
        "stripe_customers": _customers_at_stripe(container, buyer, rows, gaps),
        "conversation": _conversation(container, buyer, gaps),
        "gaps": gaps,
    }


def require_erasable(container: Container, buyer: Buyer) -> list[Order]:
    """List the orders that erasing would touch; raises NotErasable where something is unsettled."""
    with container.database.read() as conn:
        _require_settled(conn, container, buyer)
        return orders.list_orders_of(conn, buyer)


def erase_buyer(container: Container, buyer: Buyer) -> int:
    """Forget a buyer for good; returns how many orders were theirs.

    Cut off at any point, a repetition finishes it: Stripe's customers go while they can be found
    through their orders, the orders' name goes in one transaction, and their conversation, which is
    found by the name that the caller gives, goes last.

    Raises:
        NotErasable: something is not settled; nothing was changed here.
        StripeUnavailable, RasaUnavailable, DatabaseUnavailable: repeat it.
    """
    count = erase_orders(container, buyer)
    erase_conversation(container, buyer.sender_id)
    container.database.scrub()
    log.info("payments.buyer.erased", orders=count)
    return count


def erase_orders(container: Container, buyer: Buyer) -> int:
    """Take a buyer out of their orders and delete their customers; returns how many orders.

    Nobody finds their conversation by the orders any more, nor is SQLite's file scrubbed. Safe to
    repeat. Raises NotErasable, StripeUnavailable, DatabaseUnavailable.
    """
    require_erasable(container, buyer)
    for customer_id in customer_ids(container, buyer):
        container.stripe.delete_customer(customer_id)
    with container.database.begin() as conn:
        # Nothing may begin between the look and the change.
        orders.lock_buyer(conn, buyer)
        personal_data.lock_orders(conn, buyer)
        _require_settled(conn, container, buyer)
        stand_in = Buyer(ERASED, "erased_" + secrets.token_hex(12))
        return personal_data.replace_buyer(conn, buyer, stand_in)


def _require_settled(conn: Connection, container: Container, buyer: Buyer) -> None:
    of_buyer = orders.list_orders_of(conn, buyer)
    reasons = [reason for order in of_buyer if (reason := _unsettled(conn, container, order))]
    if personal_data.is_being_told(conn, buyer, now=container.now()):
        reasons.append("A message is on its way to them: try again in half a minute.")
    if reasons:
        raise NotErasable(reasons)


def _unsettled(conn: Connection, container: Container, order: Order) -> str | None:
    if order.status in UNPAID:
        return f"{order.id} waits for payment: cancel it in the chat, or wait until it expires."
    if order.status is OrderStatus.NEEDS_ATTENTION:
        return f"{order.id} needs attention: see to it first (docs/operations.md)."
    since = container.now() - DISPUTED_FOR
    if order.status is OrderStatus.DISPUTED and ledger.is_disputed(conn, order.number, since=since):
        return f"{order.id} is disputed: its bank may ask for 120 days; wait until it has decided."
    if refunds.list_underway(conn, [order.id]):
        return f"A refund of {order.id} is on its way: wait until it has arrived or failed."
    subscription = subscriptions.find_by_order(conn, order.id)
    if subscription is not None and not subscription.has_ended:
        return (
            f"{order.id} is a season ticket that goes on: end it, and wait until its period ends."
        )
    return None


def _customers_at_stripe(
    container: Container, buyer: Buyer, rows: dict[str, list[dict[str, Any]]], gaps: list[str]
) -> list[dict[str, Any]]:
    try:
        return [
            vars(container.stripe.get_customer(each)) for each in customer_ids(container, buyer)
        ]
    except (StripeUnavailable, StripeRejected):
        gaps.append("Stripe does not answer: e-mail and name, which only Stripe has, are missing.")
        return [{"id": row["customer_id"]} for row in rows["customers"]]


def _conversation(container: Container, buyer: Buyer, gaps: list[str]) -> list[dict[str, Any]]:
    try:
        events = list(container.rasa.all_events(buyer.sender_id))
    except RasaUnavailable:
        file = container.settings.tracker_file
        if file is None or not file.exists():
            gaps.append("Rasa does not answer, and TRACKER_DB is no file here: no conversation.")
            return []
        events = read_conversation(file, buyer.sender_id)
    others = {e.get("input_channel") for e in events if e.get("event") == "user"} - {buyer.channel}
    if others:
        # Rasa keeps one conversation a sender id, whatever the channel.
        gaps.append("The conversation was held on other channels, too: see that it is all theirs.")
    return events


def erase_conversation(container: Container, sender_id: str) -> None:
    """Have Rasa delete a conversation, or delete it from its file; safe to repeat.

    Raises RasaUnavailable where it is still there.
    """
    file = container.settings.tracker_file
    try:
        container.rasa.note_action(sender_id, FORGET_ACTION)
        left = container.rasa.latest_messages(sender_id)
    except ConversationBusy:
        raise RasaUnavailable(
            "The orders are erased; the conversation is not, since the bot is answering in it at "
            "this moment. Repeat this in a few seconds."
        ) from None
    except RasaUnavailable:
        if file is None or not file.exists():
            raise RasaUnavailable(
                "The orders are erased; the conversation is not, since Rasa does not answer and "
                "TRACKER_DB is no file here. Start Rasa and repeat this."
            ) from None
        forget_conversation(file, sender_id)
        left = []
    if any(event.get("event") in _SAID for event in left):
        raise RasaUnavailable(
            "The orders are erased; the conversation is not, since Rasa's tracker store did not "
            "delete it. See that endpoints.yml names ticket_clerk.channels.conversations.store, "
            "and repeat this."
        )
    if file is not None and file.exists():
        scrub(file)


def read_conversation(file: Path, sender_id: str) -> list[dict[str, Any]]:
    """Read all of a conversation, oldest first. Raises DatabaseUnavailable."""
    query = "SELECT data FROM events WHERE sender_id = ? ORDER BY id"
    with _opened(file) as conn:
        return [json.loads(data) for (data,) in conn.execute(query, (sender_id,))]


def forget_conversation(file: Path, sender_id: str) -> None:
    """Delete a conversation. Safe to repeat. Raises DatabaseUnavailable.

    A Rasa that runs and is in the middle of a turn of it would write it again.
    """
    with _opened(file) as conn:
        for table in _present(conn):
            conn.execute(f"DELETE FROM {table} WHERE sender_id = ?", (sender_id,))  # noqa: S608  ours


def _present(conn: sqlite3.Connection) -> list[str]:
    """The tables of this file that are about a conversation; an older file has fewer."""
    names = {name for (name,) in conn.execute("SELECT name FROM sqlite_master")}
    return [table for table in _TABLES if table in names]


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    # Opened for reading and writing only: SQLite would make a file that is not there.
    address = f"{file.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as conn, conn:
            yield conn
    except sqlite3.Error:
        raise DatabaseUnavailable(f"{file.name}, Rasa's conversations, can't be opened.") from None


def customer_ids(container: Container, buyer: Buyer) -> list[str]:
    """List the ids of all customers that a buyer is at Stripe.

    There can be several: of two pages that were open before either was paid, each made one, and
    only one is remembered here. The others are on their sessions. Raises StripeUnavailable.
    """
    with container.database.read() as conn:
        remembered = customers.find_customer(conn, buyer)
        of_buyer = orders.list_orders_of(conn, buyer)
    known = {remembered, *(order.customer_id for order in of_buyer)}
    known.update(_of_sessions(container, of_buyer))
    return sorted(customer_id for customer_id in known if customer_id is not None)


def _of_sessions(container: Container, of_buyer: Iterable[Order]) -> Iterable[str | None]:
    for order in of_buyer:
        if order.checkout_session_id is None:
            continue
        try:
            yield container.stripe.get_checkout_session(order.checkout_session_id).customer_id
        except StripeRejected:
            # Stripe has that session no more.
            continue
