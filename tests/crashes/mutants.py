"""Mutants of the action server: one protection taken out, for the negative controls."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from ticket_clerk.flows import notifications
from ticket_clerk.ticketing import waiting_list
from ticket_clerk.ticketing.database.tables import (
    host_reservations,
    outbox,
    subscriptions,
    tickets,
    waits,
    webhook_events,
)
from ticket_clerk.ticketing.domain.after_sales import OrderRefund
from ticket_clerk.ticketing.domain.models import MessageKind, Order
from ticket_clerk.ticketing.events import webhooks
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import host_reservations as host_seats


def event_seen_before_its_effects() -> None:
    """Commit that an event was seen, then what it does: two transactions instead of one."""

    def take_all(container: Any, events: Any, source: str, *_: Any, **__: Any) -> list[Any]:
        return [take(container, event, source) for event in events]

    def take(container: Any, event: Any, source: str) -> tuple[str, str | None]:
        now = container.now()
        with container.database.begin() as conn:
            if not webhook_events.record_once(conn, event, now=now, source=source):
                return "duplicate", None
            webhook_events.record_outcome(conn, event.id, "seen", order_id=None)
        reached(Failpoint.EVENT_RECORDED)
        with container.database.begin() as conn:
            return webhooks._apply(conn, container, event, None, now)

    webhooks._take_all = take_all


def promise_after_the_commit() -> None:
    """Commit the fact, then the promise to tell it."""
    enqueue, later = outbox.enqueue, []

    def note_and_promise(container: Any, *arguments: Any) -> Any:
        outcome = note(container, *arguments)
        with container.database.begin() as conn:
            while later:
                arguments, options = later.pop()
                enqueue(conn, *arguments, **options)
        return outcome

    def note_all(_: Any, orders: Any, *arguments: Any, **options: Any) -> bool:
        later.extend(((order, *arguments), options) for order in orders)
        return True

    note, webhooks._note = webhooks._note, note_and_promise
    outbox.enqueue = lambda _conn, *arguments, **options: later.append((arguments, options))
    outbox.enqueue_all = note_all


def saying_without_looking() -> None:
    """Say what is unread without a look at the conversation, which may have it."""
    notifications.delivery = SimpleNamespace(
        delivered_ids=lambda _: set(), mark_delivered=delivery.mark_delivered
    )


def another_key_each_time() -> None:
    """Ask Stripe under a new key instead of the stored row's own."""
    Order.idempotency_key = OrderRefund.idempotency_key = property(lambda _: uuid4().hex)


def place_given_up_before_the_order() -> None:
    """Take the place off the list in a transaction of its own, then hold the seats."""

    def serve(container: Any, wait: Any) -> Any:
        with container.database.begin() as conn:
            waits.end_wait(conn, wait)
        with container.database.begin() as conn:
            order = waiting_list._place(conn, container, wait)
            outbox.enqueue(conn, order, MessageKind.SEATS_BACK, now=container.now())
            reached(Failpoint.OFFER_WRITTEN)
        return order

    waiting_list._serve = serve


def wish_stored_nowhere() -> None:
    """Tell Stripe to end the season ticket, and keep no note that it was wished for."""
    subscriptions.request_cancellation = lambda _conn, _id, at: None


def key_of_the_door_stored_nowhere() -> None:
    """Mark a ticket used without the key of the door that asked."""
    redeem = tickets.redeem

    def forget(conn: Any, ticket_id: str, *, request_key: str | None, **when: Any) -> bool:
        return redeem(conn, ticket_id, request_key=None, **when)

    tickets.redeem = forget


def host_promised_in_memory() -> None:
    """Remember what the host has to be told in the process, and not with the fact."""
    promise, list_due, remembered = host_reservations._promise, host_reservations.list_due, []

    def remember(conn: Any, which: Any, *, keep: Any) -> int:
        count = promise(conn, which, keep=keep)
        for one in list_due(conn, now=host_reservations._AT_ONCE, limit=50):
            host_reservations.mark_kept(conn, one)
            remembered.append(replace(one, next_attempt_at=None))
        return count

    def recall(_conn: Any, now: Any, limit: int) -> list[Any]:
        return [remembered.pop() for _ in remembered[:limit]]

    host_reservations._promise, host_reservations.list_due = remember, recall


def another_id_at_the_host_each_time() -> None:
    """Ask the host under a new id instead of the order's own."""
    reserve = host_seats.reserve
    host_seats.reserve = lambda source, _id, **wanted: reserve(source, uuid4().hex, **wanted)


MUTANTS = {
    mutant.__name__: mutant
    for mutant in (
        event_seen_before_its_effects,
        promise_after_the_commit,
        saying_without_looking,
        another_key_each_time,
        place_given_up_before_the_order,
        wish_stored_nowhere,
        key_of_the_door_stored_nowhere,
        host_promised_in_memory,
        another_id_at_the_host_each_time,
    )
}
