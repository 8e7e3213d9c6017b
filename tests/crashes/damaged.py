"""Protections taken out of the action server, for the twins that show what each is good for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from actions import notices
from integrations.payments import delivery, webhooks
from integrations.payments.after_sales import OrderRefund
from integrations.payments.crash_points import CrashPoint, reached
from integrations.payments.models import Order
from integrations.payments.tables import outbox, webhook_events


def event_seen_before_its_effects() -> None:
    """Commit that an event was seen, then what it does: two transactions instead of one."""

    def take(shop: Any, event: Any, source: str) -> tuple[str, str | None]:
        now = shop.now()
        with shop.store.begin() as conn:
            if not webhook_events.record_once(conn, event, now=now, source=source):
                return "duplicate", None
            webhook_events.record_outcome(conn, event.id, "seen", order_id=None)
        reached(CrashPoint.EVENT_RECORDED)
        with shop.store.begin() as conn:
            return webhooks._apply(conn, shop, event, None, now)

    webhooks._take = take


def promise_after_the_commit() -> None:
    """Commit the fact, then the promise to tell it."""
    take, enqueue, later = webhooks._take, outbox.enqueue, []

    def take_and_promise(shop: Any, event: Any, source: str) -> tuple[str, str | None]:
        outcome = take(shop, event, source)
        with shop.store.begin() as conn:
            while later:
                arguments, options = later.pop()
                enqueue(conn, *arguments, **options)
        return outcome

    webhooks._take = take_and_promise
    outbox.enqueue = lambda _conn, *arguments, **options: later.append((arguments, options))


def saying_without_looking() -> None:
    """Say what is unread without a look at the conversation, which may have it."""
    notices.delivery = SimpleNamespace(told_ids=lambda _: set(), mark_told=delivery.mark_told)


def another_key_each_time() -> None:
    """Ask Stripe under a new key instead of the stored row's own."""
    Order.idempotency_key = OrderRefund.idempotency_key = property(lambda _: uuid4().hex)


DAMAGES = {
    damage.__name__: damage
    for damage in (
        event_seen_before_its_effects,
        promise_after_the_commit,
        saying_without_looking,
        another_key_each_time,
    )
}
