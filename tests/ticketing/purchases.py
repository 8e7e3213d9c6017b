"""Buying in tests: a paid order in one call, Stripe's events delivered, what is left of it all."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import WEBHOOK_SECRET
from tests.stripe_wire import StripeWire, sign
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import ledger
from ticket_clerk.ticketing.domain.after_sales import RefundStatus
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.events.webhooks import process_webhook_event
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.refunds.refund_requests import quote_refund, refund_tickets

ANN = Buyer("rest", "ann")
VISA = "4242424242424242"


def receive(container: Container, event: dict[str, Any]) -> str:
    """Deliver one event, signed; returns its outcome."""
    payload = json.dumps(event).encode()
    return process_webhook_event(
        container, container.stripe.construct_event(payload, sign(payload, WEBHOOK_SECRET))
    )


def receive_all(container: Container, wire: StripeWire) -> list[str]:
    """Deliver every event that Stripe has, old ones again; returns the outcomes."""
    return [receive(container, event) for event in wire.events()]


def pay(container: Container, wire: StripeWire, order: Order, card: str = VISA) -> Order:
    """Pay an order on Stripe's page and deliver the events."""
    wire.standin.pay(order.checkout_session_id, card=card)
    receive_all(container, wire)
    return queries.any_order(container, order.id)


def buy(
    container: Container,
    wire: StripeWire,
    *,
    quantity: int = 2,
    section_id: str = "101",
    card: str = VISA,
    buyer: Buyer = ANN,
) -> Order:
    """Buy tickets for Lakers vs Warriors: $200 in section 101, $350 in 201."""
    order = start_checkout(
        container, buyer, show_id="lakers-warriors", section_id=section_id, quantity=quantity
    )
    return pay(container, wire, order, card)


def refund_at_stripe(wire: StripeWire, order: Order, **params: Any) -> dict[str, Any]:
    """Give a payment back in Stripe's dashboard, past the shop."""
    return wire.post("/v1/refunds", payment_intent=order.payment_intent_id, **params)


def give_back(container: Container, order: Order, quantity: int | None = None) -> RefundStatus:
    """Have Ann return tickets of her order, all unless told how many; returns how that stands."""
    quote = quote_refund(container, ANN, order.id, quantity)
    request = refund_tickets(
        container, ANN, order.id, quantity=quote.quantity, quote_version=quote.quote_version
    )
    return request.status


def lose_a_refund(container: Container, wire: StripeWire, order: Order) -> int:
    """Have Stripe's answer to a refund of one ticket lost; returns what the buyer agreed to."""
    version = quote_refund(container, ANN, order.id, 1).quote_version
    wire.lose_answers()
    with pytest.raises(StripeUnavailable):
        refund_tickets(container, ANN, order.id, quantity=1, quote_version=version)
    wire.mend()
    return version


def refunded(wire: StripeWire) -> list[int]:
    """List the amounts of all refunds that Stripe knows, newest first."""
    return [refund["amount"] for refund in wire.list_all("/v1/refunds")]


def status(container: Container, order: Order) -> OrderStatus:
    """Read where an order stands by now."""
    return queries.any_order(container, order.id).status


def seats(container: Container, section_id: str = "101") -> tuple[int, int]:
    """Count the seats held and sold in a section of Lakers vs Warriors."""
    table = schema.sections
    with container.database.read() as conn:
        row = conn.execute(
            sa.select(table.c.held, table.c.sold).where(
                table.c.show_id == "lakers-warriors", table.c.id == section_id
            )
        ).one()
    return row.held, row.sold


def told(container: Container, buyer: Buyer = ANN) -> list[str]:
    """List what the buyer is still to be told, oldest first."""
    return [message.kind.value for message, _ in queries.unread_messages(container, buyer)]


def balance(container: Container) -> int:
    """Add up the ledger, in cents."""
    with container.database.read() as conn:
        return ledger.balance(conn).get("usd", 0)


def reprice(container: Container, section_id: str, unit_amount: int) -> None:
    """Change what a section of Lakers vs Warriors costs, as loading shows.yml does."""
    section = schema.sections
    with container.database.begin() as conn:
        conn.execute(
            sa.update(section)
            .where(section.c.show_id == "lakers-warriors", section.c.id == section_id)
            .values(unit_amount=unit_amount)
        )


def reprice_season(container: Container, unit_amount: int) -> None:
    """Change what the season ticket costs."""
    with container.database.begin() as conn:
        conn.execute(sa.update(schema.season_tickets).values(unit_amount=unit_amount))


def sell_by_reading(container: Container, stock: sa.Column[int], is_it: Any) -> int:
    """Let two take the last one as a program would that reads, decides and writes back.

    Both have read before either writes, as two processes do by chance on a busy day. Returns how
    many got it.
    """
    both_have_read, held = threading.Barrier(2, timeout=60), stock.table.c.held

    def try_once(_: int) -> bool:
        with container.database.read() as conn:
            left = conn.execute(sa.select(stock - held).where(is_it)).scalar_one()
        both_have_read.wait()
        if left < 1:
            return False
        with container.database.begin() as conn:
            conn.execute(sa.update(stock.table).where(is_it).values(held=held + 1))
        return True

    with ThreadPoolExecutor(max_workers=2) as pool:
        return sum(pool.map(try_once, range(2)))
