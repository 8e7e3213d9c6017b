"""Webhook events are on record with what came of them, and a failed one is never taken for done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import receive, told
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import webhook_events
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.events import failed_events, webhooks
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.orders.checkout import start_checkout
from ticket_clerk.ticketing.reports.stats import payment_summary
from ticket_clerk.ticketing.subscriptions.season_tickets import start_season_ticket

ANN = Buyer("rest", "ann")


@pytest.fixture
def order(container: Container) -> Order:
    """An open order for the last seat."""
    return start_checkout(container, ANN, show_id="last-seat", section_id="front", quantity=1)


def _recorded(container: Container, event_id: str) -> dict[str, Any]:
    table = schema.webhook_events
    with container.database.read() as conn:
        row = conn.execute(sa.select(table).where(table.c.webhook_event_id == event_id)).one()
    return dict(row._mapping)


def _paid_season(container: Container, wire: StripeWire) -> dict[str, Any]:
    """Subscribe; returns the event, whose effects want Stripe to be asked."""
    order = start_season_ticket(container, ANN, season_ticket_id="lakers-season")
    wire.standin.pay(order.checkout_session_id)
    return wire.events("checkout.session.completed")[0]


def test_an_event_that_failed_is_on_record_with_its_error_and_taken_at_the_next_delivery(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Stripe was away when it was needed: nothing of the effects is kept, and nothing is lost."""
    completed = _paid_season(container, stripe_wire)
    stripe_wire.cut()
    for _ in range(2):
        with pytest.raises(StripeUnavailable):
            receive(container, completed)
    row = _recorded(container, completed["id"])
    assert (row["outcome"], row["error"], row["attempts"]) == ("failed", "stripe_unavailable", 2)
    assert [event.id for event in failed_events.failed_events(container)] == [completed["id"]]
    assert told(container) == []

    stripe_wire.mend()

    assert receive(container, completed) == "paid"
    row = _recorded(container, completed["id"])
    assert (row["outcome"], row["error"], row["attempts"]) == ("paid", None, 3)
    assert receive(container, completed) == "duplicate"
    assert failed_events.failed_events(container) == []
    assert told(container) == ["payment_confirmed"]


def test_a_failed_event_that_counts_as_seen_is_lost(
    container: Container, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: recorded as any other before its effects, the next delivery passes it over."""
    completed = _paid_season(container, stripe_wire)
    monkeypatch.setattr(webhook_events, "FAILED", "seen")
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        receive(container, completed)
    with container.database.begin() as conn:
        conn.execute(sa.update(schema.webhook_events).values(outcome="received"))
    stripe_wire.mend()

    assert receive(container, completed) == "duplicate"
    assert told(container) == []


def test_a_mistake_of_ours_is_on_record_by_its_name_alone(
    container: Container, stripe_wire: StripeWire, order: Order, caplog: pytest.LogCaptureFixture
) -> None:
    """A body that no handler can read is a failure, not a loss, and no text of it is kept."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    body = {**completed["data"]["object"], "id": None, "metadata": "ann@example.com"}
    broken = {**completed, "id": "evt_broken", "data": {"object": body}}

    with pytest.raises(ValueError, match="dictionary"):
        receive(container, broken)

    row = _recorded(container, "evt_broken")
    assert (row["outcome"], row["error"], row["object_id"]) == ("failed", "ValueError", None)
    assert "ann@example.com" not in caplog.text
    assert queries.any_order(container, order.id).status is OrderStatus.OPEN


def test_failed_events_are_replayed_from_stripe(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Bodies are not kept here: the event is read again and goes through the same function."""
    completed = _paid_season(container, stripe_wire)
    stripe_wire.cut()
    with pytest.raises(StripeUnavailable):
        receive(container, completed)
    assert failed_events.replay(container, [completed["id"]]) == {completed["id"]: "unreachable"}
    stripe_wire.mend()

    assert failed_events.replay(container, [completed["id"]]) == {completed["id"]: "paid"}
    assert failed_events.replay(container, [completed["id"]]) == {completed["id"]: "duplicate"}
    assert failed_events.replay(container, ["evt_unknown"]) == {"evt_unknown": "not_found"}
    assert told(container) == ["payment_confirmed"]


def test_a_day_of_lost_webhooks_is_healed_by_one_pass(
    container: Container, stripe_wire: StripeWire, clock: MovableClock
) -> None:
    """Paid, declined, refunded in the dashboard, disputed: one pass finds it all, another
    changes nothing.
    """
    buyers = [Buyer("rest", f"buyer-{number}") for number in range(4)]
    paid, declined, refunded, disputed = (
        start_checkout(container, buyer, show_id="lakers-warriors", section_id="101", quantity=1)
        for buyer in buyers
    )
    standin = stripe_wire.standin
    standin.pay(paid.checkout_session_id)
    standin.pay(declined.checkout_session_id, card="4000000000000002")
    standin.pay(refunded.checkout_session_id)
    standin.pay(disputed.checkout_session_id, card="4000000000000259")
    session = next(s for s in stripe_wire.sessions() if s["id"] == refunded.checkout_session_id)
    stripe_wire.post("/v1/refunds", payment_intent=session["payment_intent"])
    clock.move(hours=24)

    first = reconcile(container)
    again = reconcile(container)

    statuses = [queries.any_order(container, order.id).status.value for order in (paid, declined)]
    assert statuses == ["paid", "expired"]
    after = [queries.any_order(container, order.id).status.value for order in (refunded, disputed)]
    assert after == ["refunded", "disputed"]
    assert first
    assert set(again) <= {"open", "unchanged"}
    assert payment_summary(container, since=None, until=None)["usd"].failed_payments == 1
    assert told(container, buyers[0]) == ["payment_confirmed"]


def test_what_happened_a_moment_ago_is_left_to_its_delivery(
    container: Container, stripe_wire: StripeWire, order: Order, clock: MovableClock
) -> None:
    """Else nobody would notice that webhooks do not arrive; a little later it is made up for."""
    stripe_wire.standin.pay(order.checkout_session_id)
    since = container.now() - timedelta(days=1)

    assert failed_events.catch_up(container, since) == {}
    clock.move(minutes=2)
    assert failed_events.catch_up(container, since)["paid"] == 1
    assert failed_events.catch_up(container, since) == {}
    with container.database.read() as conn:
        assert webhook_events.last_received_at(conn) is None, "nothing was delivered"


def test_one_event_that_cannot_be_taken_does_not_keep_the_others(
    container: Container,
    stripe_wire: StripeWire,
    clock: MovableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It stays on record as failed; what comes after it is taken."""
    orders = [
        start_checkout(
            container, Buyer("rest", name), show_id="lakers-warriors", section_id="101", quantity=1
        )
        for name in ("ben", "cat")
    ]
    for order in orders:
        stripe_wire.standin.pay(order.checkout_session_id)
    clock.move(minutes=2)
    bad = stripe_wire.events("checkout.session.completed")[0]["id"]
    settle = webhooks.HANDLERS["checkout.session.completed"]

    def stumble(conn: Any, event: Any, now: Any) -> Any:
        if event.id == bad:
            raise RuntimeError("no text of this may be kept")
        return settle(conn, event, now)

    monkeypatch.setitem(webhooks.HANDLERS, "checkout.session.completed", stumble)  # type: ignore[arg-type]

    outcomes = failed_events.catch_up(container, container.now() - timedelta(days=1))

    assert (outcomes["failed"], outcomes["paid"]) == (1, 1)
    assert [(event.id, event.error) for event in failed_events.failed_events(container)] == [
        (bad, "RuntimeError")
    ]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"livemode": True}, "ignored_other_mode"),
        ({"account": "acct_of_somebody"}, "ignored_other_account"),
        ({"type": "product.created"}, "ignored"),
    ],
)
def test_what_is_not_ours_is_recorded_and_ignored(
    container: Container,
    stripe_wire: StripeWire,
    order: Order,
    change: dict[str, Any],
    outcome: str,
) -> None:
    """Another mode's, another account's, another kind of event pays nothing."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]

    assert receive(container, {**completed, "id": "evt_other", **change}) == outcome
    assert _recorded(container, "evt_other")["outcome"] == outcome
    assert queries.any_order(container, order.id).status is OrderStatus.OPEN


def test_another_services_session_is_recorded_and_ignored(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """An account may serve others too: their metadata names another service."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    theirs = {
        **completed["data"]["object"],
        "id": "cs_test_theirs",
        "metadata": {"order_id": order.id, "service": "somebody-else"},
    }

    assert receive(container, {**completed, "id": "evt_theirs", "data": {"object": theirs}}) == (
        "ignored_not_ours"
    )
    assert queries.any_order(container, order.id).status is OrderStatus.OPEN


def test_money_that_matches_nothing_waits_until_somebody_has_seen_to_it(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """A paid session that names an order but is not the one made for it: listed until closed."""
    stripe_wire.standin.pay(order.checkout_session_id)
    completed = stripe_wire.events("checkout.session.completed")[0]
    foreign = {**completed["data"]["object"], "id": "cs_test_foreign"}
    event = {**completed, "id": "evt_foreign", "data": {"object": foreign}}

    assert receive(container, event) == "foreign_session"
    assert [waiting.id for waiting in failed_events.waiting_events(container)] == ["evt_foreign"]

    assert failed_events.close_event(container, "evt_foreign")
    assert not failed_events.close_event(container, "evt_foreign")
    assert failed_events.waiting_events(container) == []


def test_two_deliveries_of_a_failed_event_at_once_take_it_once(
    container: Container,
    make_container: Callable[[], Container],
    stripe_wire: StripeWire,
    order: Order,
) -> None:
    """One conditional statement takes it up; the other delivery is told that it is taken."""
    stripe_wire.standin.pay(order.checkout_session_id)
    event = container.stripe.get_event(stripe_wire.events("checkout.session.completed")[0]["id"])
    with container.database.begin() as conn:
        webhook_events.record_failure(conn, event, "database_unavailable", now=container.now())

    with container.database.begin() as conn:
        assert webhook_events.record_once(conn, event, now=container.now())
        assert not webhook_events.record_once(conn, event, now=container.now())
        # A delivery that failed meanwhile does not undo it.
        webhook_events.record_failure(conn, event, "late", now=container.now())
    row = _recorded(container, event.id)
    assert (row["outcome"], row["attempts"], row["error"]) == ("received", 2, None)


def test_stripe_lists_every_type_that_does_anything(container: Container) -> None:
    """Stripe takes at most 20 types in one question."""
    assert len(webhooks.HANDLERS) <= 20
    far = replace(container, now=lambda: container.now() + timedelta(days=1))

    assert failed_events.catch_up(far, container.now() - timedelta(days=30)) == {}
