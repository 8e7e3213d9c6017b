"""Webhook events that failed or never came, taken from Stripe and through the same function.

Stripe keeps events for 30 days. What is known and did not fail is passed over, so everything here
may be repeated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import webhook_events
from ticket_clerk.ticketing.database.tables.webhook_events import RecordedEvent
from ticket_clerk.ticketing.domain.errors import PaymentError, StripeRejected, StripeUnavailable
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent

from .webhooks import HANDLERS, process_webhook_event

log = get_logger(__name__)

# What happened just now is on its way; making up for it would hide that nothing is delivered.
ON_ITS_WAY = timedelta(minutes=1)


def failed_events(container: Container) -> list[RecordedEvent]:
    """List the events that failed and were not taken since, oldest first."""
    with container.database.read() as conn:
        return webhook_events.list_failed(conn)


def waiting_events(container: Container) -> list[RecordedEvent]:
    """List the events whose money matches nothing here and that nobody has seen to."""
    with container.database.read() as conn:
        return webhook_events.list_waiting(conn)


def close_event(container: Container, webhook_event_id: str) -> bool:
    """Note that somebody has seen to an event. Tells whether it waited for that."""
    with container.database.begin() as conn:
        return webhook_events.close(conn, webhook_event_id, now=container.now())


def is_all_done(outcomes: Iterable[str]) -> bool:
    """Whether nothing was left undone: Stripe answered, and nothing failed."""
    return not {"unreachable", webhook_events.FAILED, *PaymentError.codes()}.intersection(outcomes)


def replay(container: Container, webhook_event_ids: Iterable[str]) -> dict[str, str]:
    """Read events from Stripe and take them; returns the outcome of each, or an error's code.

    Safe to repeat. An event that was taken before is a ``duplicate``.
    """
    return {event_id: _replay(container, event_id) for event_id in webhook_event_ids}


def catch_up(container: Container, since: datetime) -> Counter[str]:
    """Take every event since then that is not known or failed, in the order of happening.

    Safe to repeat. Returns how many ended in which outcome; ``unreachable`` where Stripe did not
    answer, and then the rest is left for the next time.
    """
    try:
        until = container.now() - ON_ITS_WAY
        listed = list(container.stripe.list_events(sorted(HANDLERS), since, until))
    except (StripeUnavailable, StripeRejected):
        return Counter(unreachable=1)
    outcomes: Counter[str] = Counter()
    for event in reversed(_unknown(container, listed)):
        outcomes[_take(container, event)] += 1
        if outcomes["unreachable"]:
            break
    if outcomes:
        log.warning("payments.inbox.caught_up", **outcomes)
    return outcomes


def _unknown(container: Container, events: list[WebhookEvent]) -> list[WebhookEvent]:
    taken: set[str] = set()
    with container.database.read() as conn:
        # By the hundred: databases take only so many values in one statement.
        for start in range(0, len(events), 100):
            some = [event.id for event in events[start : start + 100]]
            taken |= webhook_events.taken_ids(conn, some)
    return [event for event in events if event.id not in taken]


def _replay(container: Container, webhook_event_id: str) -> str:
    try:
        event = container.stripe.get_event(webhook_event_id)
    except StripeUnavailable:
        return "unreachable"
    except StripeRejected as exc:
        return exc.code
    return _take(container, event)


def _take(container: Container, event: WebhookEvent) -> str:
    try:
        return process_webhook_event(container, event, source=webhook_events.READ)
    except StripeUnavailable:
        return "unreachable"
    except PaymentError as exc:
        return exc.code
    except Exception:
        # It is on record with its error and in the log; the others must not wait for it.
        return webhook_events.FAILED
