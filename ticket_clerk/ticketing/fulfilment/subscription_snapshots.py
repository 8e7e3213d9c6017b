"""Reads a season ticket's subscription at Stripe. Network, no database.

Events come in any order, and two changes within a second cannot be told apart by their times. So an
event is only a reason to ask: what is done follows from the subscription and its invoices as they
are now, read before the transaction is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import StripeNotFound
from ticket_clerk.ticketing.domain.stripe_objects import (
    API_SERVICE,
    SERVICE,
    CheckoutSession,
    Invoice,
    SubscriptionSnapshot,
    WebhookEvent,
)

log = get_logger(__name__)

SESSION_EVENTS = frozenset(
    {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
)
SEASON_EVENTS = frozenset(
    {
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "invoice.paid",
        "invoice.payment_failed",
    }
)


def read_subscription(container: Container, subscription_id: str) -> SubscriptionSnapshot:
    """Ask Stripe for a subscription; raises StripeUnavailable, StripeNotFound."""
    read_at = container.now()
    subscription = container.stripe.get_subscription(subscription_id)
    # Its invoices after it: whatever made it what it is has been charged by then.
    invoices = tuple(container.stripe.list_invoices(subscription_id))
    return SubscriptionSnapshot(subscription, invoices, read_at)


def snapshot_of_session(
    container: Container, session: CheckoutSession | None
) -> SubscriptionSnapshot | None:
    """Ask for the subscription that a Checkout Session began; None if it began none.

    Raises StripeUnavailable, StripeNotFound.
    """
    if session is None or session.subscription_id is None:
        return None
    return read_subscription(container, session.subscription_id)


def may_ask_stripe(event: WebhookEvent) -> bool:
    """Whether taking an event may wait for Stripe, as far as a glance tells. Never raises."""
    begins_subscription = event.type in SESSION_EVENTS and event.object.get("subscription")
    return event.type in SEASON_EVENTS or bool(begins_subscription)


def snapshot_of_event(container: Container, event: WebhookEvent) -> SubscriptionSnapshot | None:
    """Ask for the subscription that an event is about; None if it is about none of ours.

    Raises StripeUnavailable, and then nothing of the event may be kept: Stripe sends it again.
    """
    is_ours = event.livemode == container.settings.livemode and event.account_id is None
    if not is_ours or not may_ask_stripe(event):
        return None
    subscription_id, metadata = _named_by(event)
    if subscription_id is None or metadata.get("service") not in (SERVICE, API_SERVICE):
        return None
    try:
        return read_subscription(container, subscription_id)
    except StripeNotFound as exc:
        log.warning(
            "payments.season.not_found", webhook_event_id=event.id, stripe_request_id=exc.request_id
        )
        return None


def _named_by(event: WebhookEvent) -> tuple[str | None, Mapping[str, Any]]:
    subject = event.object
    if event.type in SESSION_EVENTS:
        session = CheckoutSession.from_json(subject)
        return session.subscription_id, session.metadata
    if event.type.startswith("customer.subscription."):
        return event.object_id, subject.get("metadata") or {}
    invoice = Invoice.from_json(subject)
    return invoice.subscription_id, invoice.subscription_metadata
