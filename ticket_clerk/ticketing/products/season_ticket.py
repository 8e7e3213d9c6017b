"""A season ticket: a subscription at Stripe. It has no seats, no venue and no start."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from ticket_clerk.languages import Language
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.models import Order, OrderKind
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession, SubscriptionSnapshot

from . import renewals
from .product import Product


class SeasonTicketProduct(Product):
    """Nothing is held or returned; from the first payment on the subscription says its status."""

    kind = OrderKind.SUBSCRIPTION
    noun = "season"
    is_recurring = True
    after_sales_refusal = "season_ticket"

    def describe(self, order: Order, language: Language) -> str:
        """How often it is paid."""
        interval = language.intervals.get(order.interval or "", order.interval)
        return str(language.page["season"].format(interval=interval))

    def session_params(self, order: Order) -> dict[str, Any]:
        """A subscription, which makes a customer by itself."""
        return {
            "mode": "subscription",
            "recurring_interval": order.interval,
            "wants_customer": False,
        }

    def reserve(self, conn: Connection, order: Order) -> None:
        """Store it; there is no stock."""
        orders.insert_order(conn, order)

    def fulfil(self, conn: Connection, order: Order) -> bool:
        """Always possible."""
        return True

    def release(self, conn: Connection, order: Order) -> None:
        """Nothing is held."""

    def record_payment(
        self,
        conn: Connection,
        order: Order,
        session: CheckoutSession,
        snapshot: SubscriptionSnapshot | None,
        *,
        now: datetime,
    ) -> str | None:
        """Store the subscription that began, and write down its paid invoices."""
        if snapshot is None:
            return super().record_payment(conn, order, session, snapshot, now=now)
        return renewals.begin_subscription(conn, order, session, snapshot, now=now)
