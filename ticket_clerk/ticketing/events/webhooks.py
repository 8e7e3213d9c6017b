"""A verified webhook event and what it does, in one transaction.

The event is stored, the order moves, the seats follow and the promise to tell the buyer is
written, all in one commit. If anything fails none of it is kept, the event is put on record as
failed, the answer is 5xx and Stripe sends it again. ``HANDLERS`` says which types do anything; all
others are recorded and ignored, ``charge.refunded`` among them: the refunds' own events say more.
https://docs.stripe.com/api/events/types

Where the order of arrival could matter, nothing is taken from the event but what it is about:
subscriptions and invoices are read from Stripe again. All other moves only lead on, whatever comes
first: an order to paid, a refund along its statuses, a dispute to its end.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection
from structlog.contextvars import bound_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import ledger, orders, outbox, webhook_events
from ticket_clerk.ticketing.domain.errors import DatabaseUnavailable, PaymentError
from ticket_clerk.ticketing.domain.models import MessageKind, Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import (
    API_SERVICE,
    SERVICE,
    CheckoutSession,
    Dispute,
    Refund,
    SubscriptionSnapshot,
    WebhookEvent,
)
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import (
    SEASON_EVENTS,
    SESSION_EVENTS,
    disputes,
    may_ask_stripe,
    ordinary_payments,
    settlement,
    snapshot_of_event,
)
from ticket_clerk.ticketing.metrics import WEBHOOK_EVENTS
from ticket_clerk.ticketing.products import apply_snapshot
from ticket_clerk.ticketing.refunds import refund_settlement

log = get_logger(__name__)

Outcome = tuple[str, str | None]


def process_webhook_event(
    container: Container, event: WebhookEvent, *, source: str = webhook_events.DELIVERED
) -> str:
    """Take one verified event; returns its outcome in a word. Safe to repeat: ``duplicate``.

    ``source`` is how it came. Whatever is raised, the event can be taken again: DatabaseUnavailable
    when nothing could be stored, StripeUnavailable when it would have to be asked about a season
    ticket and did not answer.
    """
    try:
        # Asked before the transaction is opened: nobody waits for the network with rows locked.
        with bound_contextvars(webhook_event_id=event.id):
            snapshot = snapshot_of_event(container, event)
    except Exception as exc:
        taken: Outcome | Exception = exc
    else:
        (taken,) = _take_all(container, [event], source, snapshot)
    outcome = _note(container, event, source, taken)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def process_webhook_events(
    container: Container, events: Sequence[WebhookEvent]
) -> list[str | Exception]:
    """Take verified events that Stripe need not be asked about, in as few commits as may be.

    Each is taken or not, whatever comes of the others; gives the outcome of each, or what was
    raised, as :func:`process_webhook_event` does.
    """
    together = _take_ordinary(container, events)
    others = {at: event for at, event in enumerate(events) if at not in (together or ())}
    # A group that was refused is not tried as a group again: one may be to blame for all.
    shares = together is not None
    alone = _take_all(container, list(others.values()), webhook_events.DELIVERED, shares=shares)
    taken = {**(together or {}), **dict(zip(others, alone, strict=True))}
    return [
        _note(container, event, webhook_events.DELIVERED, taken[at])
        for at, event in enumerate(events)
    ]


def may_be_ordinary(event: WebhookEvent) -> bool:
    """Whether an event tells of a payment, as far as a glance tells. Never raises."""
    is_paid = event.object.get("payment_status") == "paid"
    return is_paid and HANDLERS.get(event.type) is _settle and not may_ask_stripe(event)


def _take_ordinary(
    container: Container, events: Sequence[WebhookEvent]
) -> dict[int, Outcome] | None:
    """Take the ordinary payments among events, and know the duplicates, in one transaction.

    Gives the outcomes by position, without those that are to be taken one by one; None where
    something was in the way, and nothing was kept.
    """
    ours = {
        at: event
        for at, event in enumerate(events)
        if may_be_ordinary(event) and not _ignored_as(container, event)
    }
    if not ours:
        return {}
    try:
        with container.database.begin() as conn:
            return _take_together(conn, container, ours)
    except Exception as exc:
        log.info("payments.webhook.group_undone", events=len(ours), error=type(exc).__name__)
        return None


def _take_together(
    conn: Connection, container: Container, events: Mapping[int, WebhookEvent]
) -> dict[int, Outcome]:
    known = webhook_events.taken_ids(conn, [event.id for event in events.values()])
    taken: dict[int, Outcome] = {
        at: ("duplicate", None) for at, event in events.items() if event.id in known
    }
    sessions = {
        at: CheckoutSession.from_json(event.object)
        for at, event in events.items()
        if at not in taken
    }
    # Of two events about one session, or of one that came twice, the first.
    first = {session.id: at for at, session in reversed(sessions.items())}
    if not first:
        return taken
    # Before their orders are locked, as one that is taken by itself is.
    named = [(events[at], sessions[at].metadata.get("order_id")) for at in first.values()]
    webhook_events.record_taken(conn, named, "paid", now=container.now())
    payments = ordinary_payments.lock_ordinary(conn, (sessions[at] for at in first.values()))
    paid = {first[payment.session.id]: payment.order.id for payment in payments}
    webhook_events.forget(conn, [events[at].id for at in first.values() if at not in paid])
    if payments:
        with _applying():
            # After the locks: who had them before has dated what it wrote.
            ordinary_payments.settle_ordinary(conn, payments, now=container.now())
    return taken | {at: ("paid", order_id) for at, order_id in paid.items()}


def _take_all(
    container: Container,
    events: Sequence[WebhookEvent],
    source: str,
    snapshot: SubscriptionSnapshot | None = None,
    *,
    shares: bool = True,
) -> list[Outcome | Exception]:
    if not events:
        return []
    takes = [partial(_take, container, event, source, snapshot) for event in events]
    database = container.database
    return database.run_all(takes) if shares else database.run_each(takes)


def _take(
    container: Container,
    event: WebhookEvent,
    source: str,
    snapshot: SubscriptionSnapshot | None,
    conn: Connection,
) -> Outcome:
    now = container.now()
    if not webhook_events.record_once(conn, event, now=now, source=source):
        return "duplicate", None
    with _applying():
        with bound_contextvars(webhook_event_id=event.id):
            outcome, order_id = _apply(conn, container, event, snapshot, now)
        webhook_events.record_outcome(conn, event.id, outcome, order_id=order_id)
    return outcome, order_id


@contextmanager
def _applying() -> Iterator[None]:
    """Mark where events are recorded and mean nothing yet, and where all is written."""
    reached(Failpoint.EVENT_RECORDED)
    yield
    reached(Failpoint.EVENT_APPLIED)


def _note(
    container: Container, event: WebhookEvent, source: str, taken: Outcome | Exception
) -> str | Exception:
    """Log what came of an event; whatever went wrong, what was verified is on record, and is never
    taken for done.
    """
    if isinstance(taken, Exception):
        # Without the database it can't be put on record either; Stripe sends it again.
        if not isinstance(taken, DatabaseUnavailable):
            _record_failure(container, event, source, taken)
        WEBHOOK_EVENTS.labels(_known(event.type), "failed").inc()
        return taken
    reached(Failpoint.EVENT_COMMITTED)
    outcome, order_id = taken
    WEBHOOK_EVENTS.labels(_known(event.type), outcome).inc()
    level = logging.ERROR if outcome in webhook_events.NEEDS_SOMEBODY else logging.INFO
    log.log(
        level,
        "payments.webhook.processed",
        webhook_event_id=event.id,
        type=event.type,
        order_id=order_id,
        outcome=outcome,
    )
    return outcome


def _known(type_: str) -> str:
    """Name a type for a label: a sender may think of any, and each would be a series for ever."""
    return type_ if type_ in HANDLERS else "other"


def _record_failure(container: Container, event: WebhookEvent, source: str, exc: Exception) -> None:
    error = exc.code if isinstance(exc, PaymentError) else type(exc).__name__
    log.error("payments.webhook.failed", webhook_event_id=event.id, type=event.type, error=error)
    with suppress(DatabaseUnavailable), container.database.begin() as conn:
        webhook_events.record_failure(conn, event, error, now=container.now(), source=source)


def _apply(
    conn: Connection,
    container: Container,
    event: WebhookEvent,
    snapshot: SubscriptionSnapshot | None,
    now: datetime,
) -> Outcome:
    if (ignored := _ignored_as(container, event)) is not None:
        return ignored, None
    if snapshot is not None:
        if event.type in SESSION_EVENTS:
            return _settle(conn, event, now, snapshot)
        return apply_snapshot(conn, snapshot, now=now)
    handler = HANDLERS.get(event.type)
    return handler(conn, event, now) if handler else ("ignored", None)


def _ignored_as(container: Container, event: WebhookEvent) -> str | None:
    """Say why an event is none of this shop's, if it isn't."""
    if event.livemode != container.settings.livemode:
        return "ignored_other_mode"
    # Of an account that is connected to ours: its money is not ours.
    return None if event.account_id is None else "ignored_other_account"


def _settle(
    conn: Connection,
    event: WebhookEvent,
    now: datetime,
    snapshot: SubscriptionSnapshot | None = None,
) -> Outcome:
    """Settle the order of a session as it stands: paid, processing or expired."""
    session = CheckoutSession.from_json(event.object)
    order = _lock_order_of(conn, session)
    if order is None:
        return _of_no_order(session), None
    return settlement.settle_locked(conn, order, session, now=now, snapshot=snapshot), order.id


def _of_no_order(session: CheckoutSession) -> str:
    """Money of ours for an order that isn't here, since a backup of before it was restored or two
    shops share an account, needs somebody; anything else is another service's.
    """
    is_paid = session.payment_status == "paid" and session.metadata.get("service") == SERVICE
    return "foreign_session" if is_paid else "ignored_not_ours"


def _fail_delayed(conn: Connection, event: WebhookEvent, now: datetime) -> Outcome:
    """Let go of the seats of an order whose delayed payment did not come."""
    session = CheckoutSession.from_json(event.object)
    order = orders.find_order_by_session(conn, session.id)
    if order is None:
        return "ignored_not_ours", None
    return settlement.expire(conn, order.id, now=now), order.id


def _decline(conn: Connection, event: WebhookEvent, now: datetime) -> Outcome:
    """Tell the buyer that the card was declined, once for each charge; count it for the figures."""
    intent: Mapping[str, Any] = event.object
    metadata = intent.get("metadata") or {}
    if metadata.get("service") == API_SERVICE:
        ledger.record_decline(conn, str(intent["id"]), str(intent["currency"]), at=now)
        return "declined", None
    order = orders.find_order(conn, str(metadata.get("order_id")))
    if order is None or metadata.get("service") != SERVICE:
        return "ignored_not_ours", None
    is_its_own = intent.get("currency") == order.currency
    if not is_its_own or not order.can_come_to(int(intent.get("amount") or 0)):
        return "foreign_intent", order.id
    # Also where the news comes late: the figures count what was declined and never paid.
    orders.note_decline(conn, order.id, at=now)
    if order.status is not OrderStatus.OPEN:
        return "unchanged", order.id
    # One message a charge that was tried, not one an event: Stripe may send two for one.
    error = intent.get("last_payment_error") or {}
    about = str(error.get("charge") or intent.get("latest_charge") or event.id)
    outbox.enqueue(conn, order, MessageKind.PAYMENT_DECLINED, now=now, about=about)
    return "declined", order.id


def _succeed(conn: Connection, event: WebhookEvent, now: datetime) -> Outcome:
    """Write a payment down that was made through the API; an order's is its session's to tell."""
    intent: Mapping[str, Any] = event.object
    if (intent.get("metadata") or {}).get("service") != API_SERVICE:
        return "ignored", None
    payment_intent_id = str(intent["id"])
    is_new = ledger.record(
        conn,
        payment_intent_id,
        kind=ledger.PAYMENT,
        amount=int(intent["amount_received"]),
        currency=str(intent["currency"]),
        order_id=None,
        payment_intent_id=payment_intent_id,
        at=now,
    )
    return "paid" if is_new else "unchanged", None


def _pass_over(_conn: Connection, _event: WebhookEvent, _now: datetime) -> Outcome:
    """A subscription or an invoice of somebody else's: of ours there would be news."""
    return "ignored_not_ours", None


def _refund(conn: Connection, event: WebhookEvent, now: datetime) -> Outcome:
    """Bring a refund, and the tickets that go back with it, to where it stands."""
    return refund_settlement.settle_refund(conn, Refund.from_json(event.object), now=now)


def _dispute(conn: Connection, event: WebhookEvent, now: datetime) -> Outcome:
    """Mark the order as disputed while it lasts; won, it is again what it was before."""
    return disputes.settle_dispute(conn, Dispute.from_json(event.object), now=now)


def _lock_order_of(conn: Connection, session: CheckoutSession) -> Order | None:
    order = orders.lock_order_by_session(conn, session.id)
    # The session may be ours although we never read Stripe's answer. Settling checks the rest.
    if order is not None or session.metadata.get("service") != SERVICE:
        return order
    return orders.lock_order(conn, str(session.metadata.get("order_id")))


HANDLERS: Mapping[str, Callable[[Connection, WebhookEvent, datetime], Outcome]] = {
    "checkout.session.completed": _settle,
    "checkout.session.async_payment_succeeded": _settle,
    "checkout.session.expired": _settle,
    "checkout.session.async_payment_failed": _fail_delayed,
    "payment_intent.payment_failed": _decline,
    "payment_intent.succeeded": _succeed,
    "refund.created": _refund,
    "refund.updated": _refund,
    "refund.failed": _refund,
    "charge.refund.updated": _refund,
    "charge.dispute.created": _dispute,
    "charge.dispute.updated": _dispute,
    "charge.dispute.closed": _dispute,
    "charge.dispute.funds_withdrawn": _dispute,
    "charge.dispute.funds_reinstated": _dispute,
    **dict.fromkeys(SEASON_EVENTS, _pass_over),
}

# What somebody has to look at is counted from 0, for each type that may come to it.
for _type in (*HANDLERS, "other"):
    for _outcome in (webhook_events.FAILED, *sorted(webhook_events.NEEDS_SOMEBODY)):
        WEBHOOK_EVENTS.labels(_type, _outcome)
