"""Many events in one commit, and turns at SQLite's one writer."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from tests.conftest import WEBHOOK_SECRET
from tests.stripe_wire import StripeWire, sign
from tests.ticketing.purchases import ANN, seats, status
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, outbox
from ticket_clerk.ticketing.database.turns import Turns
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.events.webhooks import process_webhook_events
from ticket_clerk.ticketing.orders.checkout import start_checkout


def paid_orders(
    container: Container, wire: StripeWire, number: int
) -> tuple[list[Order], list[WebhookEvent]]:
    """Orders that were paid at Stripe, and the events that say so, of which none came yet."""
    made = []
    for n in range(number):
        buyer = Buyer("rest", f"buyer-{n}")
        order = start_checkout(
            container, buyer, show_id="lakers-warriors", section_id="101", quantity=2
        )
        wire.standin.pay(order.checkout_session_id)
        made.append(order)
    bodies = [json.dumps(event).encode() for event in wire.events()]
    events = [container.stripe.construct_event(body, sign(body, WEBHOOK_SECRET)) for body in bodies]
    return made, [event for event in events if event.type == "checkout.session.completed"]


@contextmanager
def commits(container: Container) -> Iterator[list[str]]:
    """Collect the commits of writing transactions meanwhile."""
    made: list[str] = []

    def note(conn: Connection) -> None:
        if conn.get_execution_options().get("write"):
            made.append("commit")

    sa.event.listen(container.database.engine, "commit", note)
    yield made
    sa.event.remove(container.database.engine, "commit", note)


def test_events_that_wait_are_taken_in_one_commit(
    container: Container, stripe_wire: StripeWire
) -> None:
    """Five payments and one commit; each order is paid, its seats are sold, its buyer is told."""
    made, events = paid_orders(container, stripe_wire, 5)

    with commits(container) as shared:
        assert process_webhook_events(container, events) == ["paid"] * 5

    assert len(shared) == 1
    assert {status(container, order) for order in made} == {OrderStatus.PAID}
    assert seats(container) == (0, 10)
    with container.database.read() as conn:
        assert all(len(outbox.list_unread(conn, order.buyer)) == 1 for order in made)


def test_one_that_fails_takes_nothing_from_the_others(
    container: Container, stripe_wire: StripeWire, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of ours in the third of five events undoes it, its seats too, and no more."""
    made, events = paid_orders(container, stripe_wire, 5)
    transition, mark_paid = orders.transition, orders.mark_paid

    def fail_once(conn: Connection, order_id: str, *arguments: object, **options: object) -> bool:
        if order_id == made[2].id:
            raise ZeroDivisionError
        return transition(conn, order_id, *arguments, **options)

    def fail_with_it(conn: Connection, paid: dict[str, object], **options: object) -> bool:
        if made[2].id in paid:
            raise ZeroDivisionError
        return mark_paid(conn, paid, **options)

    monkeypatch.setattr(orders, "transition", fail_once)
    monkeypatch.setattr(orders, "mark_paid", fail_with_it)
    outcomes = process_webhook_events(container, sorted(events, key=lambda event: event.created_at))
    monkeypatch.undo()

    failed = [outcome for outcome in outcomes if isinstance(outcome, ZeroDivisionError)]
    assert (len(failed), outcomes.count("paid")) == (1, 4)
    assert status(container, made[2]) is OrderStatus.OPEN
    assert seats(container) == (2, 8)
    assert sorted(process_webhook_events(container, events)) == ["duplicate"] * 4 + ["paid"]
    assert seats(container) == (0, 10)


def test_a_group_that_the_database_refuses_is_taken_one_by_one(
    container: Container, stripe_wire: StripeWire
) -> None:
    """A statement that fails may end the whole transaction, so nothing of it counts; then each of
    the works has a transaction of its own.
    """
    order = start_checkout(container, ANN, show_id="lakers-warriors", section_id="101", quantity=2)

    def cancel(conn: Connection) -> bool:
        return orders.transition(conn, order.id, OrderStatus.CANCELED, from_=[OrderStatus.OPEN])

    def oversell(conn: Connection) -> None:
        conn.execute(sa.text("UPDATE sections SET held = -1"))

    results = container.database.run_all([cancel, oversell])

    assert results[0] is True
    assert isinstance(results[1], sa.exc.IntegrityError)
    assert status(container, order) is OrderStatus.CANCELED


def test_turns_are_given_in_the_order_in_which_they_were_asked_for() -> None:
    """Nobody is overtaken, so nobody waits for longer than all that came before."""
    turns, order = Turns(120.0), []

    def write(number: int) -> None:
        with turns.turn():
            order.append(number)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(20)]
    with turns.turn():
        for waiting, thread in enumerate(threads):
            thread.start()
            while len(turns._gates) <= waiting:
                time.sleep(0.001)
    for thread in threads:
        thread.join()

    assert order == list(range(20))


def test_a_turn_that_does_not_come_is_given_up() -> None:
    """Who waits in vain is told so and leaves the queue; the next one has the turn."""
    turns = Turns(0.05)

    with turns.turn(), pytest.raises(DatabaseUnavailable), turns.turn():
        pass

    with turns.turn():
        pass
