"""Payments that a messenger collects through its own provider: the last check, the settlement, and
the end of the other way to pay.

Each may be repeated. None of them knows which messenger it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, webhook_events
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.products import product_of

from .checkout_sessions import close_session

log = get_logger(__name__)

EVENT_TYPE = "messenger.payment"
_NOBODYS = "unknown_order"


class Refusal(Enum):
    """Why an order cannot be paid now."""

    CLOSED = "closed"
    CHANGED = "changed"


@dataclass(frozen=True)
class NativePayment:
    """What a messenger says was paid; ``amount`` is in minor units.

    ``charge_id`` is the provider's, and makes the payment the same payment. ``order_id`` is empty
    where nothing says what it was for.
    """

    charge_id: str
    order_id: str
    amount: int
    currency: str


def payable_order(container: Container, order_id: str) -> Order | None:
    """Find an order that may be paid in a messenger: open, and for tickets; None for others.

    A season ticket is not: only Stripe's page begins a subscription, takes a code, reckons a tax.
    """
    with container.database.read() as conn:
        order = orders.find_order(conn, order_id)
    if order is None or product_of(order).is_recurring or order.is_for_stripes_page:
        return None
    return order if order.status is OrderStatus.OPEN else None


def refusal(container: Container, order_id: str, *, amount: int, currency: str) -> Refusal | None:
    """Look once more, the moment before the money moves, in the database alone; None: go ahead.

    Open, within its time, its seats held, better seats still for the tickets they were offered
    for, and the sum the order's.
    """
    with container.database.read() as conn:
        order = orders.find_order(conn, order_id)
        if order is None or not _is_open(order, container):
            return Refusal.CLOSED
        lines = order.paid_together
        if not all(product_of(line).can_be_paid_in_messenger(conn, line) for line in lines):
            return Refusal.CLOSED
    is_same = (amount, currency) == (order.payment_total, order.currency)
    return None if is_same else Refusal.CHANGED


def settle(container: Container, payment: NativePayment) -> str:
    """Settle the order as a webhook of Stripe's does; returns what was done, in a word for the log.

    Safe to repeat: a charge is taken once. Money that no order waits for (none is named, or it was
    paid already) is on record and waits for somebody, as webhook events do that match nothing.
    """
    now = container.now()
    event = WebhookEvent(
        id=f"{EVENT_TYPE}.{payment.charge_id}",
        type=EVENT_TYPE,
        livemode=container.settings.livemode,
        created_at=now,
        object={"id": payment.charge_id},
    )
    with container.database.begin() as conn:
        if not webhook_events.record_once(conn, event, now=now, source=webhook_events.TOLD):
            return "duplicate"
        outcome = settlement.settle_native(
            conn,
            payment.order_id,
            payment.charge_id,
            amount=payment.amount,
            currency=payment.currency,
            now=now,
        )
        order_id = None if outcome == _NOBODYS else payment.order_id
        kept = "foreign_intent" if outcome == _NOBODYS else outcome
        webhook_events.record_outcome(conn, event.id, kept, order_id=order_id)
    log.info("payments.native.settled", order_id=order_id, outcome=kept)
    return kept


def close_page(container: Container, order_id: str) -> None:
    """Expire the Checkout Session of an order that was paid elsewhere, so that it is paid once.

    Safe to repeat. Raises StripeUnavailable.
    """
    with container.database.read() as conn:
        order = orders.find_order(conn, order_id)
    if order is not None and order.checkout_session_id is not None:
        close_session(container, order)


def _is_open(order: Order, container: Container) -> bool:
    return (
        order.status is OrderStatus.OPEN
        and order.cancel_requested_at is None
        and order.expires_at > container.now()
    )
