"""What happens to a season ticket at Stripe reaches the books and the buyer, once, in any order."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from tests.moving_clock import MovableClock
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import ANN, balance, receive, receive_all, told
from tests.ticketing.seasons import FAILS_LATER, known, pass_time, start, subscribe
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.events.reconciliation import reconcile
from ticket_clerk.ticketing.fulfilment import subscription_snapshots as snapshots
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.products import apply_snapshot

PRICE = 150000


@pytest.fixture
def order(container: Container, stripe_wire: StripeWire) -> Order:
    """A season ticket of $1,500 a year, paid and confirmed."""
    return subscribe(container, stripe_wire)


@pytest.fixture
def failing(container: Container, stripe_wire: StripeWire, clock: MovableClock) -> Order:
    """One whose renewal was declined a year later; nothing of that was delivered."""
    order = subscribe(container, stripe_wire, card=FAILS_LATER)
    pass_time(stripe_wire, clock, days=366)
    return order


def _rows(container: Container) -> list[tuple[str, int, str | None, str | None]]:
    table = schema.ledger
    columns = (table.c.id, table.c.amount, table.c.order_id, table.c.payment_intent_id)
    with container.database.read() as conn:
        rows = conn.execute(sa.select(*columns).order_by(table.c.at))
        return [(row.id, row.amount, row.order_id, row.payment_intent_id) for row in rows]


def _season_events(wire: StripeWire) -> list[dict[str, Any]]:
    handled = snapshots.SEASON_EVENTS | snapshots.SESSION_EVENTS
    return [event for event in wire.events() if event["type"] in handled]


def _abouts(container: Container, kind: str) -> list[str]:
    unread = queries.unread_messages(container, ANN)
    return [message.about for message, _ in unread if message.kind.value == kind]


def test_a_renewal_is_written_down_and_told_once(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """A year later: another payment, a later end, one message about its invoice."""
    end = known(container, order).current_period_end
    pass_time(stripe_wire, clock, days=366)

    receive_all(container, stripe_wire)
    receive_all(container, stripe_wire)

    [renewal, first] = stripe_wire.list_all("/v1/invoices")
    rows = _rows(container)
    assert [row[:3] for row in rows] == [
        (f"payment:{invoice['id']}", PRICE, order.id) for invoice in (first, renewal)
    ]
    assert all(str(row[3]).startswith("pi_") for row in rows)
    assert rows[0][3] == order.payment_intent_id
    assert told(container) == ["payment_confirmed", "season_renewed"]
    assert _abouts(container, "season_renewed") == [renewal["id"]]
    assert end is not None
    assert (known(container, order).current_period_end or end) > end


def test_a_declined_renewal_is_told_with_the_link_to_mend_it(
    container: Container, stripe_wire: StripeWire, failing: Order
) -> None:
    """The link is the invoice's page; paid there, it is renewed and the link is gone."""
    receive_all(container, stripe_wire)

    invoice = stripe_wire.list_all("/v1/invoices")[0]
    subscription = known(container, failing)
    assert (subscription.status, subscription.payment_url) == (
        "past_due",
        invoice["hosted_invoice_url"],
    )
    assert _abouts(container, "season_payment_failed") == [f"{invoice['id']}:1"]
    assert queries.any_order(container, failing.id).declined_at is not None
    assert balance(container) == PRICE

    stripe_wire.standin.pay(invoice["id"], "4242424242424242")
    receive_all(container, stripe_wire)

    subscription = known(container, failing)
    assert (subscription.status, subscription.payment_url) == ("active", None)
    assert told(container) == ["payment_confirmed", "season_payment_failed", "season_renewed"]
    assert balance(container) == 2 * PRICE


def test_each_try_that_fails_is_told_and_then_that_it_has_ended(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, failing: Order
) -> None:
    """Stripe tries four times in all and gives up; there is nothing left to pay then."""
    for days in (0, 3, 5, 7):
        pass_time(stripe_wire, clock, days=days, hours=1)
        receive_all(container, stripe_wire)

    subscription = known(container, failing)
    assert (subscription.status, subscription.payment_url) == ("canceled", None)
    tries = [about.split(":")[1] for about in _abouts(container, "season_payment_failed")]
    # The last one came with the end, which is what is told of it.
    assert tries == ["1", "2", "3"]
    assert told(container)[-1] == "season_ended"
    assert start(container).status is OrderStatus.OPEN


@pytest.mark.takes_turns
@pytest.mark.parametrize("order_of_arrival", list(itertools.permutations(range(3))))
def test_the_first_payment_is_written_down_once_whichever_event_comes_first(
    container: Container, stripe_wire: StripeWire, order_of_arrival: tuple[int, ...]
) -> None:
    """Session, subscription and invoice tell of the same money; each comes twice."""
    order = start(container)
    stripe_wire.standin.pay(order.checkout_session_id)
    events = _season_events(stripe_wire)
    assert sorted(event["type"] for event in events) == [
        "checkout.session.completed",
        "customer.subscription.created",
        "invoice.paid",
    ]

    for index in order_of_arrival + order_of_arrival:
        again = {**events[index], "id": events[index]["id"] + "again"}
        receive(container, events[index])
        receive(container, again)

    assert [row[1:3] for row in _rows(container)] == [(PRICE, order.id)]
    assert queries.any_order(container, order.id).status is OrderStatus.PAID
    assert (told(container), known(container, order).status) == (["payment_confirmed"], "active")


@pytest.mark.takes_turns
@pytest.mark.parametrize("order_of_arrival", list(itertools.permutations(range(3))))
def test_a_decline_and_its_mending_end_the_same_in_every_order(
    container: Container, stripe_wire: StripeWire, failing: Order, order_of_arrival: tuple[int, ...]
) -> None:
    """All within a second, when both have happened: what is over is no longer said."""
    stripe_wire.standin.pay(stripe_wire.list_all("/v1/invoices")[0]["id"], "4242424242424242")
    latest = {event["type"]: event for event in stripe_wire.events()}
    events = [
        latest["invoice.payment_failed"],
        latest["invoice.paid"],
        latest["customer.subscription.updated"],
    ]

    for index in order_of_arrival:
        receive(container, {**events[index], "created": latest["invoice.paid"]["created"]})

    subscription = known(container, failing)
    assert (subscription.status, subscription.payment_url) == ("active", None)
    assert told(container) == ["payment_confirmed", "season_renewed"]
    assert balance(container) == 2 * PRICE


def test_an_answer_that_was_overtaken_changes_nothing(
    container: Container, stripe_wire: StripeWire, order: Order
) -> None:
    """While one event's handler waits for its answer, the end comes, is asked for and told."""
    subscription_id = known(container, order).id
    stripe_wire.post(f"/v1/subscriptions/{subscription_id}", cancel_at_period_end="true")
    update = _season_events(stripe_wire)[-1]

    def overtake(path: str) -> None:
        stripe_wire.on_answer = lambda path: None
        container.stripe.cancel_subscription(subscription_id, at_period_end=False)
        end = _season_events(stripe_wire)[-1]
        assert end["type"] == "customer.subscription.deleted"
        assert receive(container, {**end, "created": update["created"]}) == "ended"

    stripe_wire.on_answer = overtake
    assert receive(container, update) == "unchanged"

    assert known(container, order).status == "canceled"
    assert told(container) == ["payment_confirmed", "season_ended"]


@pytest.mark.parametrize("is_guarded", [True, False], ids=["guarded", "control without the guard"])
def test_the_moment_of_asking_decides_between_two_answers(
    container: Container, order: Order, is_guarded: bool
) -> None:
    """The older answer is taken last; by the time of its arrival alone it would win."""
    subscription_id = known(container, order).id
    older = snapshots.read_subscription(container, subscription_id)
    container.stripe.cancel_subscription(subscription_id, at_period_end=False)
    newer = snapshots.read_subscription(container, subscription_id)
    if not is_guarded:
        older = replace(older, read_at=container.now())

    for news in (newer, older):
        with container.database.begin() as conn:
            apply_snapshot(conn, news, now=container.now())

    assert known(container, order).status == ("canceled" if is_guarded else "active")


def test_a_clock_that_was_put_back_keeps_no_answer_out(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """What was read in a future that is none any more is not newer: the next pass asks again."""
    clock.move(days=30)
    reconcile(container)
    clock.move(days=-30)
    stripe_wire.post(f"/v1/subscriptions/{known(container, order).id}", cancel_at_period_end="true")

    assert reconcile(container) == {"canceling": 1}
    assert known(container, order).cancel_at_period_end


def test_nothing_of_an_event_is_kept_while_stripe_does_not_answer(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Stripe sends it again, and then it is as if it came for the first time."""
    order = start(container)
    stripe_wire.standin.pay(order.checkout_session_id)
    events = _season_events(stripe_wire)
    stripe_wire.cut()
    for event in events:
        with pytest.raises(StripeUnavailable):
            receive(container, event)
    stripe_wire.mend()
    assert (told(container), _rows(container)) == ([], [])

    assert "paid" in [receive(container, event) for event in events]
    assert told(container) == ["payment_confirmed"]


def test_a_year_of_lost_webhooks_is_found(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """Two renewals are written down and told, and a second pass finds nothing new."""
    pass_time(stripe_wire, clock, days=366)
    pass_time(stripe_wire, clock, days=366)

    assert reconcile(container) == {"renewed": 1}
    assert reconcile(container) == {}
    assert told(container) == ["payment_confirmed", "season_renewed", "season_renewed"]
    assert balance(container) == 3 * PRICE
    receive_all(container, stripe_wire)
    assert balance(container) == 3 * PRICE


def test_a_lost_decline_is_found_and_told(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, failing: Order
) -> None:
    """With the link, as its event would have; its late event says nothing new."""
    assert reconcile(container) == {"payment_failed": 1}
    receive_all(container, stripe_wire)

    assert told(container) == ["payment_confirmed", "season_payment_failed"]
    assert known(container, failing).payment_url is not None


def test_stripe_is_asked_once_an_hour_and_never_about_what_has_ended(
    container: Container, stripe_wire: StripeWire, clock: MovableClock, order: Order
) -> None:
    """Events tell the rest; a pass while Stripe is away leaves all as it is."""
    asked = f"/v1/subscriptions/{known(container, order).id}"

    def times() -> int:
        return [exchange.path for exchange in stripe_wire.exchanges].count(asked)

    before = times()
    assert reconcile(container) == {}
    assert times() == before
    clock.move(hours=2)
    assert reconcile(container) == {"unchanged": 1}
    assert times() == before + 1
    container.stripe.cancel_subscription(known(container, order).id, at_period_end=False)
    clock.move(hours=2)
    stripe_wire.cut()
    assert reconcile(container)["unreachable"] >= 1
    stripe_wire.mend()
    assert reconcile(container) == {"ended": 1}
    clock.move(hours=2)
    assert reconcile(container) == {}
