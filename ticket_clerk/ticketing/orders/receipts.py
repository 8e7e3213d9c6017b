"""The receipt of a paid order, or its invoice: pages of Stripe's, looked for when asked for.

Their addresses open them for whoever has them, so they are neither stored nor logged.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.payment_ids import is_at_stripe


@dataclass(frozen=True)
class Receipt:
    """Where Stripe shows what was paid; an invoice where one was made."""

    url: str = field(repr=False)
    is_invoice: bool


def find_receipt(container: Container, order: Order) -> Receipt | None:
    """Find the invoice of an order, else its receipt; None where nothing was paid at Stripe.

    The caller has made sure whose order it is. Raises StripeUnavailable, StripeRejected.
    """
    invoice = _invoice(container, order)
    if invoice is not None or not is_at_stripe(order.payment_intent_id):
        return invoice
    url = container.stripe.get_receipt_url(str(order.payment_intent_id))
    return Receipt(url, is_invoice=False) if url else None


def _invoice(container: Container, order: Order) -> Receipt | None:
    if order.paid_with_order_id is not None:
        with container.database.read() as conn:
            order = orders.get_order(conn, order.paid_with_order_id)
    if order.checkout_session_id is None or not (order.wants_invoice or order.interval):
        return None
    session = container.stripe.get_checkout_session(order.checkout_session_id)
    if session.invoice_id is None:
        return None
    url = container.stripe.get_invoice(session.invoice_id).hosted_invoice_url
    return Receipt(url, is_invoice=True) if url else None
