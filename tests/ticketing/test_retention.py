"""What has served is forgotten, and nothing that is still of use."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy, receive, receive_all
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import webhook_events
from ticket_clerk.ticketing.idempotency import claim
from ticket_clerk.ticketing.privacy import retention
from ticket_clerk.ticketing.privacy.retention import EVENTS_KEPT_FOR, forget_old


def _count(container: Container, table: sa.Table) -> int:
    with container.database.read() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(table)).scalar())


def test_events_are_forgotten_when_stripe_can_send_them_no_more(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """After 90 days, well above Stripe's 30; before that a repetition is a duplicate."""
    assert EVENTS_KEPT_FOR.days > 30
    buy(container, stripe_wire)
    count = _count(container, schema.webhook_events)
    clock.move(days=89)
    assert forget_old(container) == 0
    assert set(receive_all(container, stripe_wire)) == {"duplicate"}

    clock.move(days=2)
    assert forget_old(container) == count
    assert forget_old(container) == 0
    assert (_count(container, schema.webhook_events), _count(container, schema.outbox)) == (0, 1)


def test_a_year_of_events_is_forgotten_in_steps_that_let_others_write(
    container: Container,
    stripe_wire: StripeWire,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So many a transaction, the oldest first, until none is left."""
    buy(container, stripe_wire)
    count = _count(container, schema.webhook_events)
    assert count > 2
    clock.move(days=91)
    with container.database.begin() as conn:
        before = container.now() - EVENTS_KEPT_FOR
        assert webhook_events.forget_before(conn, before, limit=1) == 1

    monkeypatch.setattr(retention, "AT_ONCE", 1)
    assert forget_old(container) == count - 1
    assert _count(container, schema.webhook_events) == 0


def test_what_failed_or_needs_somebody_stays_however_old(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Money that matches nothing waits until somebody has seen to it."""
    order = buy(container, stripe_wire)
    (event,) = stripe_wire.events("checkout.session.completed")
    event["id"] = "evt_of_a_foreign_session"
    event["data"]["object"]["id"] = "cs_test_foreign"
    assert receive(container, event) == "foreign_session"
    clock.move(days=365)

    forget_old(container)

    table = schema.webhook_events
    with container.database.read() as conn:
        kept = conn.execute(sa.select(table.c.webhook_event_id)).scalars().all()
    assert kept == ["evt_of_a_foreign_session"], order.id


def test_idempotency_keys_are_forgotten_after_30_days(
    container: Container, clock: MovableClock
) -> None:
    """Also where no other key is claimed for a long time."""
    assert claim(container, "key", "a request")
    clock.move(days=31)

    assert forget_old(container) == 1
    assert claim(container, "key", "another request")
