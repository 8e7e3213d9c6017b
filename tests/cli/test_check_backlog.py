"""The doctor's checks of the backlog: webhooks, messages, refunds, orders."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, buy, receive, receive_all
from ticket_clerk.cli.doctor.payments import check_backlog
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import outbox
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, OrderStatus
from ticket_clerk.ticketing.events import failed_events
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.refunds.refund_requests import refund_tickets
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

pytestmark = pytest.mark.sqlite_only

EVA = Buyer("socketio", "eva")


def _wrong(container: Container) -> list[str]:
    output = [str(result) for result in check_backlog(container)]
    assert [line[8:30].strip() for line in output] == [
        *("last webhook", "webhook events", "messages to buyers", "refunds", "orders")
    ]
    return [line for line in output if not line.startswith("ok ")]


def test_after_a_purchase_nothing_waits(container: Container, stripe_wire: StripeWire) -> None:
    """Paid, told of by Stripe's events: four lines, all well."""
    buy(container, stripe_wire)

    assert _wrong(container) == []


def test_without_any_webhook_yet_the_doctor_says_what_to_try(container: Container) -> None:
    """Nothing is broken by that: nobody has bought anything."""
    (wrong,) = _wrong(container)

    assert wrong.startswith("note    last webhook ")
    assert "test card" in wrong


def test_a_quiet_day_is_noted_and_no_fault(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """No payment came either, so nothing says that an event was lost."""
    buy(container, stripe_wire)
    clock.move(days=3)

    (wrong,) = _wrong(container)
    assert wrong.startswith("note    last webhook           3 days ago")


def test_a_payment_that_no_webhook_told_of_is_a_fault(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """The buyer was served by asking Stripe; whoever runs the clerk has to be told."""
    buy(container, stripe_wire)
    clock.move(hours=5)
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=1)
    stripe_wire.standin.pay(order.checkout_session_id, card="4242424242424242")
    reconcile(container)

    (wrong,) = _wrong(container)
    assert wrong.startswith("BROKEN  last webhook ")
    assert "Webhook Not Receiving Events" in wrong

    receive_all(container, stripe_wire)
    assert _wrong(container) == []


def test_a_webhook_event_that_failed_is_named_until_it_is_taken(
    container: Container, stripe_wire: StripeWire
) -> None:
    """With its id and its error, and the command that takes it again."""
    order = start_season_ticket(container, ANN, season_ticket_id="lakers-season")
    stripe_wire.standin.pay(order.checkout_session_id)
    (completed,) = stripe_wire.events("checkout.session.completed")
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        receive(container, completed)

    (wrong,) = _wrong(container)
    assert wrong.startswith("BROKEN  webhook events ")
    assert f"{completed['id']} failed (stripe_unavailable)" in wrong
    assert "integrations.payments inbox" in wrong

    stripe_wire.mend()
    receive(container, completed)
    assert _wrong(container) == []


def test_a_dispute_is_named_until_somebody_has_seen_to_it(
    container: Container, stripe_wire: StripeWire
) -> None:
    """The bank took money back: nobody but the operator can answer that."""
    buy(container, stripe_wire, card="4000000000000259")
    receive_all(container, stripe_wire)

    (wrong,) = _wrong(container)
    assert wrong.startswith("note    webhook events ")
    assert "(disputed)" in wrong
    assert "--close" in wrong

    for event in failed_events.waiting_events(container):
        failed_events.close_event(container, event.id)
    assert _wrong(container) == []


def test_a_message_that_cannot_be_delivered_is_found_after_minutes(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """A moment's wait is none; five minutes are."""
    buy(container, stripe_wire, buyer=EVA)
    with container.database.begin() as conn:
        assert outbox.backlog(conn).waiting == 1
    assert _wrong(container) == []

    clock.move(minutes=6)
    (wrong,) = _wrong(container)
    assert wrong.startswith("BROKEN  messages to buyers ")
    assert "1 waiting, the oldest from 6 min ago" in wrong
    assert "actions.log" in wrong


def test_messages_that_the_buyer_polls_for_are_never_stuck(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """On REST buyers read when they write, be it in a week."""
    buy(container, stripe_wire, buyer=ANN)
    clock.move(minutes=30)

    assert _wrong(container) == []


@pytest.mark.parametrize(
    ("card", "days", "word", "advice"),
    [
        ("4000000000007726", 1, None, ""),
        ("4000000000007726", 15, "note", "balance"),
        ("9000000000000118", 0, "note", "bank details"),
    ],
)
def test_a_refund_that_does_not_move_is_named(
    container: Container,
    stripe_wire: StripeWire,
    clock: MovableClock,
    card: str,
    days: int,
    word: str | None,
    advice: str,
) -> None:
    """Pending is usual for ten business days; then the line has its id and where to look."""
    order = buy(container, stripe_wire, card=card)
    refund_tickets(container, ANN, order.id, quantity=1, quote_version=1)
    with container.database.begin() as conn:
        # Its age, and not what Stripe did meanwhile, is the question.
        conn.execute(sa.update(schema.webhook_events).values(received_at=container.now()))
    clock.move(days=days)
    output = [line for line in _wrong(container) if " refunds " in line]

    assert [line.split()[0] for line in output] == ([word] if word else [])
    assert all(advice in line and "re_" in line for line in output)


def test_a_refund_that_stripe_never_received_is_a_fault(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Wished for ten minutes ago and not asked: Stripe is away, or the worker is."""
    order = buy(container, stripe_wire)
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        refund_tickets(container, ANN, order.id, quantity=1, quote_version=1)
    assert _wrong(container) == []

    clock.move(minutes=11)
    (wrong,) = _wrong(container)
    assert wrong.startswith("BROKEN  refunds ")
    assert "rfd_" in wrong


def test_an_order_that_needs_attention_is_named_with_what_to_do(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Its number, and both ways to give the money back."""
    order = buy(container, stripe_wire)
    with container.database.begin() as conn:
        conn.execute(
            sa.update(schema.orders)
            .where(schema.orders.c.id == order.id)
            .values(status=OrderStatus.NEEDS_ATTENTION.value)
        )

    (wrong,) = _wrong(container)
    assert wrong.startswith("note    orders ")
    assert order.id in wrong
    assert "/payments/refund" in wrong
