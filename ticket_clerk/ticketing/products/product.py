"""What a kind of product decides: the session, the stock, the tickets, the refund.

Settlement, refunds and reconciliation ask the product of an order; none of them knows its kind.
All methods that take ``conn`` run inside the caller's transaction.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from ticket_clerk.languages import Language
from ticket_clerk.ticketing.database.tables import ledger
from ticket_clerk.ticketing.domain.after_sales import RefundQuote
from ticket_clerk.ticketing.domain.errors import NotRefundable
from ticket_clerk.ticketing.domain.models import Order, OrderKind
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession, SubscriptionSnapshot


class Product(ABC):
    """One kind of product. A new kind is a subclass and a line in the registry."""

    kind: OrderKind
    # How responses name it: utter_{noun}_canceled_now.
    noun: str
    # Its orders hold tickets that can be returned and upgraded.
    owns_tickets = False
    # Paid again every period: its payments are invoices of a subscription at Stripe.
    is_recurring = False
    # The reason, an error's, for which its orders can be neither returned nor upgraded.
    after_sales_refusal = ""

    @abstractmethod
    def describe(self, order: Order, language: Language) -> str:
        """Write what the buyer reads at Stripe's, below the name."""

    def session_params(self, order: Order) -> dict[str, Any]:
        """Give the parameters of the Checkout Session that differ from kind to kind."""
        # So that the next payment is the same customer's.
        return {"mode": "payment", "wants_customer": order.customer_id is None}

    @abstractmethod
    def reserve(self, conn: Connection, order: Order) -> None:
        """Store a new order and hold what it is for; raises SoldOut, TooManyOpenOrders."""

    @abstractmethod
    def fulfil(self, conn: Connection, order: Order) -> bool:
        """Sell what was paid for; False if it can't be had any more. Once an order."""

    def is_ordinary(self, order: Order) -> bool:
        """Whether being paid means for an unpaid order only that what is held for it is sold."""
        return False

    def fulfil_all(self, conn: Connection, orders: Sequence[Order]) -> bool:
        """Sell what is held for ordinary orders; False if not all of it can be had any more.

        Then the caller undoes the transaction, and goes on order by order.
        """
        return False

    @abstractmethod
    def release(self, conn: Connection, order: Order) -> None:
        """Put what is held for an unpaid order on sale again. Safe to repeat."""

    def can_be_paid_in_messenger(self, conn: Connection, order: Order) -> bool:
        """Whether a messenger's own invoice may still collect the money of an open order."""
        return not self.is_recurring and not order.is_for_stripes_page

    def record_payment(
        self,
        conn: Connection,
        order: Order,
        session: CheckoutSession,
        snapshot: SubscriptionSnapshot | None,
        *,
        now: datetime,
    ) -> str | None:
        """Write down what a complete session paid; returns the id of its PaymentIntent.

        Where nothing was left to pay no money moved.
        """
        if session.amount_total:
            ledger.record_payment(conn, order, session, at=now)
        return session.payment_intent_id

    def tickets_for(self, order: Order, amount: int) -> int:
        """Count the tickets that a refund by amount gives up; 0 where it is goodwill."""
        return 0

    def is_returnable(self, order: Order, now: datetime) -> bool:
        """Whether tickets of it can be returned, as far as the order itself tells."""
        return False

    def is_upgradable(self, order: Order, now: datetime) -> bool:
        """Whether better seats can be had for it, as far as the order itself tells."""
        return False

    def refund_quote(
        self,
        conn: Connection,
        order: Order,
        quantity: int | None,
        *,
        ticket_ids: Collection[str] = (),
        now: datetime,
    ) -> RefundQuote:
        """Say what the buyer would get back for that many tickets; None means all that are left.

        ``ticket_ids`` names the very tickets.

        Raises NotRefundable, InvalidQuantity, TooManyTickets.
        """
        raise NotRefundable(self.after_sales_refusal)
