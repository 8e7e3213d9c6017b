"""Synchronizes season tickets with their Stripe subscriptions. Network, then a transaction.

A buyer's request to end one is committed before Stripe is told; here it is told as often as it
takes. Stripe takes the same request any number of times, so no key is needed.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import subscriptions
from ticket_clerk.ticketing.domain.errors import StripeRejected, StripeUnavailable
from ticket_clerk.ticketing.domain.models import Subscription
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import read_subscription
from ticket_clerk.ticketing.products import apply_snapshot

log = get_logger(__name__)

# What Stripe's events tell need not be asked for; this is for those that were lost.
FRESH_FOR = timedelta(hours=1)
# Whoever stored the request may still be waiting for Stripe's answer.
PATIENCE = timedelta(seconds=30)


def refresh(container: Container, subscription_id: str) -> str:
    """Read a subscription and its invoices from Stripe and bring ours in line. Safe to repeat.

    Returns what was done in a word. Raises StripeUnavailable, StripeRejected.
    """
    snapshot = read_subscription(container, subscription_id)
    with container.database.begin() as conn:
        outcome, order_id = apply_snapshot(conn, snapshot, now=container.now())
        reached(Failpoint.SEASON_APPLIED)
    reached(Failpoint.SEASON_REFRESHED)
    if outcome != "unchanged":
        log.info("payments.season.refreshed", order_id=order_id, outcome=outcome)
    return outcome


def end_with_period(container: Container, subscription: Subscription) -> str:
    """Tell Stripe to end it with its period, as was requested. Safe to repeat.

    Returns what was done in a word. Raises StripeUnavailable: the request is still there; and
    StripeRejected: Stripe will not do it, and the request is gone.
    """
    try:
        container.stripe.cancel_subscription(subscription.id, at_period_end=True)
    except StripeRejected as exc:
        outcome = refresh(container, subscription.id)
        if not _is_ending(container, subscription.id):
            _drop_request(container, subscription, exc)
            raise
        return outcome
    reached(Failpoint.SEASON_END_TOLD)
    return refresh(container, subscription.id)


def poll(container: Container) -> Counter[str]:
    """Ask Stripe about every living season ticket that it was not asked about for an hour, and
    repeat the requests that it has not received.

    Safe to repeat. Returns how many ended in which outcome; ``unreachable`` ends the pass.
    """
    now = container.now()
    with container.database.read() as conn:
        due = subscriptions.list_to_ask_for(conn, now=now, fresh_for=FRESH_FOR)
    outcomes: Counter[str] = Counter()
    for subscription in due:
        requested_at = subscription.cancel_requested_at
        is_request = requested_at is not None and now - requested_at >= PATIENCE
        try:
            outcomes[
                end_with_period(container, subscription)
                if is_request
                else refresh(container, subscription.id)
            ] += 1
        except StripeUnavailable:
            outcomes["unreachable"] += 1
            break
        except StripeRejected:
            outcomes["season_rejected"] += 1
    return outcomes


def _is_ending(container: Container, subscription_id: str) -> bool:
    with container.database.read() as conn:
        after = subscriptions.find_subscription(conn, subscription_id)
    return after is not None and (after.has_ended or after.cancel_at_period_end)


def _drop_request(container: Container, subscription: Subscription, exc: StripeRejected) -> None:
    log.error(
        "payments.season.rejected",
        order_id=subscription.order_id,
        stripe_code=exc.stripe_code,
        stripe_request_id=exc.request_id,
    )
    with container.database.begin() as conn:
        subscriptions.request_cancellation(conn, subscription.id, at=None)
