"""Checks of payments: backlog of webhooks, messages, refunds and orders; a trial payment."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from ticket_clerk.project import COMMAND
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.after_sales import OrderRefund, RefundStatus
from ticket_clerk.ticketing.domain.errors import PaymentError, StripeError
from ticket_clerk.ticketing.reports.health import (
    LONGEST_BACKLOG,
    ManualReview,
    get_manual_review,
    has_event_about,
)

from .result import Result, broken, note, ok

# The buyer's question or a pass of reconcile may be a little faster than Stripe's event.
EVENT_LATE = timedelta(minutes=10)
WEBHOOK_OLD = timedelta(days=1)
# A refund request is submitted within seconds, or within a minute of Stripe's return.
WISH_OLD = timedelta(minutes=10)
# Ten business days.
PENDING_OLD = timedelta(days=14)
LOG = "var/log/actions.log says why"


def check_backlog(container: Container) -> Iterator[Result]:
    """Check each kind of work that can get stuck."""
    books, now = get_manual_review(container), container.now()
    yield _last_webhook(books, now)
    yield from _events(books)
    yield _messages(books, now)
    if books.host.waiting:
        yield _host(books, now)
    yield from _refunds(books.refunds_underway, now)
    yield _orders(books)


def _last_webhook(books: ManualReview, now: datetime) -> Result:
    last, paid = books.last_webhook_at, books.last_payment_at
    if paid and (last is None or paid - last > EVENT_LATE):
        return broken(
            "last webhook",
            f"{_ago(last, now)}, but a payment came {_ago(paid, now)}: Stripe's events do not "
            "arrive. See Developers → Webhooks in its dashboard, and docs/payments.md, "
            "Webhook Not Receiving Events",
        )
    if last is None:
        return note("last webhook", "none so far: buy something with a test card, and look again")
    verdict = ok if now - last <= WEBHOOK_OLD else note
    return verdict("last webhook", f"{_ago(last, now)} ({last:%Y-%m-%d %H:%M} UTC)")


def _events(books: ManualReview) -> Iterator[Result]:
    """Check events that failed, or whose payment matches no order."""
    listing = f"`{COMMAND} inbox` lists and takes them again"
    failed, in_need = books.failed_events, books.events_in_need
    if failed:
        ids = _listed([event.id for event in failed])
        yield broken("webhook events", f"{ids} failed ({failed[0].error}): {listing}")
    if in_need:
        ids = _listed([event.id for event in in_need])
        yield note(
            "webhook events",
            f"{ids} ({in_need[0].outcome}): look at it in Stripe's dashboard, then close it with "
            f"`{COMMAND} inbox --close`",
        )
    if not (failed or in_need):
        yield ok("webhook events", "none has failed")


def _messages(books: ManualReview, now: datetime) -> Result:
    backlog = books.backlog
    if not backlog.waiting:
        return ok("messages to buyers", "none waits")
    waiting = f"{backlog.waiting} waiting, the oldest from {_ago(backlog.oldest_at, now)}"
    unreached = backlog.unreached_since
    if unreached and now - unreached > LONGEST_BACKLOG:
        return broken("messages to buyers", f"{waiting}: nothing is lost, {LOG}")
    return ok("messages to buyers", f"{waiting}; said when the buyer is back")


def _host(books: ManualReview, now: datetime) -> Result:
    waiting = f"{books.host.waiting} orders' free seats are not given back"
    since = books.host.tried_since
    if since is None or now - since < LONGEST_BACKLOG:
        return note("seats at the host", f"{waiting} yet")
    return broken(
        "seats at the host",
        f"{waiting}, tried since {_ago(since, now)}: release() of CATALOG fails, {LOG} "
        "(payments.host.put_off)",
    )


def _refunds(underway: Iterable[OrderRefund], now: datetime) -> Iterator[Result]:
    """Check stuck refunds; banks take five to ten business days for pending ones."""
    by_status: dict[RefundStatus, list[OrderRefund]] = {}
    for refund in underway:
        by_status.setdefault(refund.status, []).append(refund)
    late = [r for r in by_status.get(RefundStatus.REQUESTED, []) if now - r.created_at > WISH_OLD]
    asked = by_status.get(RefundStatus.REQUIRES_ACTION, [])
    stuck = [r for r in by_status.get(RefundStatus.PENDING, []) if now - r.created_at > PENDING_OLD]
    if late:
        yield broken("refunds", f"{_named(late, now)} not asked of Stripe yet: {LOG}")
    if asked:
        yield note("refunds", f"{_named(asked, now)} wants the buyer's bank details, by e-mail")
    if stuck:
        yield note(
            "refunds",
            f"{_named(stuck, now)} pending for more than ten business days: look at its reason in "
            "Stripe's dashboard, and whether the account's balance covers it",
        )
    if not (late or asked or stuck):
        yield ok("refunds", f"{sum(map(len, by_status.values()))} on the way, none is stuck")


def _orders(books: ManualReview) -> Result:
    if not books.orders_in_need:
        return ok("orders", "none needs attention")
    ids = _listed([order.id for order in books.orders_in_need])
    return note(
        "orders",
        f"{ids} paid and not to be fulfilled as it is: look at it in Stripe's dashboard, refund it "
        "there or with POST /payments/refund",
    )


def _named(refunds: list[OrderRefund], now: datetime) -> str:
    ids = _listed([refund.stripe_refund_id or refund.id for refund in refunds])
    return f"{ids} (since {_ago(refunds[0].created_at, now)})"


def _listed(ids: list[str]) -> str:
    more = f" and {len(ids) - 3} more" if len(ids) > 3 else ""
    return ", ".join(ids[:3]) + more


def _ago(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "none ever came"
    minutes = max(0, int((now - moment).total_seconds() // 60))
    if minutes < 120:
        return f"{minutes} min ago"
    hours = minutes // 60
    return f"{hours} hours ago" if hours < 48 else f"{hours // 24} days ago"


SERVICE = "ticket-clerk-doctor"
# https://docs.stripe.com/testing: a card that pays, as Stripe names it for programs.
TEST_CARD = "pm_card_visa"
EVENT_WITHIN_S = 15.0


def check_payment(
    container: Container, *, expects_event: bool, event_within_s: float = EVENT_WITHIN_S
) -> Iterator[Result]:
    """Pay and refund in test mode; skip the payment in live mode.

    With ``expects_event`` a server is there to take Stripe's event, which is waited for.
    """
    started = container.now()
    if container.settings.livemode:
        yield note("test payment", "not tried: the key is a live one, and real money would move")
        return
    try:
        intent = container.stripe.create_payment_intent(
            1, "usd", "make doctor", {"service": SERVICE}
        )
        paid = container.stripe.confirm_payment_intent(
            intent.id, TEST_CARD, return_url=f"{container.settings.public_url}/payments/success"
        )
    except PaymentError as error:
        yield broken("test payment", _advice(error, "PaymentIntents"))
        return
    if paid.status != "succeeded":
        yield broken("test payment", f"is {paid.status} and not succeeded: look at it in Stripe")
        return
    yield ok("test payment", "a dollar was paid with a test card")
    yield _refund(container, paid.id)
    if expects_event:
        yield _event(container, paid.id, started, event_within_s)


def _event(
    container: Container, payment_intent_id: str, since: datetime, within_s: float
) -> Result:
    deadline = time.monotonic() + within_s
    while not has_event_about(container, payment_intent_id, since=since):
        if time.monotonic() > deadline:
            return broken(
                "stripe's event",
                f"of the test payment did not come within {within_s:.0f} s: see docs/payments.md, "
                "Webhook Not Receiving Events",
            )
        time.sleep(0.2)
    return ok("stripe's event", "of the test payment arrived")


def _refund(container: Container, payment_intent_id: str) -> Result:
    try:
        refund = container.stripe.refund(payment_intent_id)
    except PaymentError as error:
        return broken("test refund", _advice(error, "Refunds"))
    if refund.status == "succeeded":
        return ok("test refund", "and given back")
    return note("test refund", f"is {refund.status}: look at it in Stripe's dashboard")


def _advice(error: PaymentError, permission: str) -> str:
    request = (
        f" ({error.request_id})" if isinstance(error, StripeError) and error.request_id else ""
    )
    sentence = str(error).rstrip(".")
    return f"{sentence}{request}: the key needs to write {permission}, see docs/operations.md"
