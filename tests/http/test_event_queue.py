"""Verified events that come at once are taken together, and fail each for itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import status
from tests.ticketing.test_shared_commit import commits, paid_orders
from ticket_clerk.http.event_queue import EventQueue
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import webhook_events
from ticket_clerk.ticketing.domain.models import OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent


def process(container: Container, events: list[WebhookEvent]) -> list[str | BaseException]:
    """Give the queue all events at once; returns what each came to."""

    async def all_at_once() -> list[str | BaseException]:
        queue = EventQueue(container)
        return await asyncio.gather(*map(queue.process, events), return_exceptions=True)

    return asyncio.run(all_at_once())


def test_events_that_come_at_once_are_all_taken(
    container: Container, stripe_wire: StripeWire
) -> None:
    """On SQLite the first has a commit, and those that came meanwhile one together."""
    made, events = paid_orders(container, stripe_wire, 6)

    with commits(container) as shared:
        assert process(container, events) == ["paid"] * 6

    assert {status(container, order) for order in made} == {OrderStatus.PAID}
    assert len(shared) <= (2 if container.database.has_one_writer else 6)


@pytest.mark.parametrize("mode", ["payment", "subscription"])
def test_an_event_that_cannot_be_read_is_on_record_and_keeps_nobody(
    container: Container, stripe_wire: StripeWire, mode: str
) -> None:
    """Signed by Stripe, and without what we read of a session: its own delivery fails, no other."""
    _, events = paid_orders(container, stripe_wire, 3)
    subject = {"mode": mode, "subscription": "sub_1" if mode == "subscription" else None}
    odd = replace(events[0], id="evt_odd", object=subject)

    outcomes = process(container, [*events, odd])

    assert outcomes[:3] == ["paid"] * 3
    assert isinstance(outcomes[3], KeyError)
    with container.database.read() as conn:
        assert [event.id for event in webhook_events.list_failed(conn)] == ["evt_odd"]
