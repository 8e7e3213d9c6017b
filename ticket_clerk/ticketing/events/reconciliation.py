"""Our books held against Stripe's, so that a lost webhook costs minutes and not money.

One pass looks at every unpaid order, at every refund on its way, at the refunds that Stripe made
lately, also for somebody in its dashboard, at the disputes of the last months, at every season
ticket that Stripe was not asked about for an hour and, every so often, at all events of the last
days.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

from structlog.contextvars import bound_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import StripeRejected, StripeUnavailable
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.stripe_objects import Dispute
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import disputes, settlement, snapshot_of_session
from ticket_clerk.ticketing.orders import close_session, current_session, has_failed
from ticket_clerk.ticketing.refunds import submission
from ticket_clerk.ticketing.subscriptions import sync

from . import failed_events

log = get_logger(__name__)

# Stripe tries to deliver an event for three days.
LOOK_BACK = timedelta(days=4)
# A dispute is decided within about three months, and may end long after it was opened.
DISPUTES_LOOK_BACK = timedelta(days=120)
# Stripe answers in a fifth of a second: 20 requests a second, below the 25 that it allows in test
# mode (https://docs.stripe.com/rate-limits).
REQUESTS_AT_ONCE = 4
_NOTHING_NEW = frozenset({"open", "unchanged", "ignored_not_ours"})
_NOT_CLOSED = _NOTHING_NEW | {"unreachable"}
# What an event does that tells of what the pass has found already.
_NO_NEWS = _NOTHING_NEW | {"ignored", "duplicate", "already_paid"}


def reconcile(
    container: Container, *, look_back: timedelta = LOOK_BACK, with_events: bool = True
) -> dict[str, int]:
    """Make one pass; returns how many orders, refunds and events ended in which outcome.

    ``look_back`` is how far back refunds that were made elsewhere and, ``with_events``, Stripe's
    events are read. Safe to repeat: a second pass finds everything ``open`` or ``unchanged``. What
    Stripe does not answer for stays as it is and is counted as ``unreachable``.
    """
    outcomes = _unpaid(container)
    outcomes.update(submission.submit_requests(container))
    outcomes.update(submission.poll(container))
    if not outcomes["unreachable"]:
        outcomes.update(_refunds_elsewhere(container, look_back))
        outcomes.update(_disputes(container))
    outcomes.update(sync.poll(container))
    if with_events and not outcomes["unreachable"]:
        outcomes.update(_lost_events(container, look_back))
    if outcomes.keys() - _NOTHING_NEW:
        log.info("payments.orders.reconciled", **outcomes)
    return dict(+outcomes)


def _unpaid(container: Container) -> Counter[str]:
    """Ask Stripe about every unpaid order, a few at a time."""
    outcomes: Counter[str] = Counter()
    with container.database.read() as conn:
        unpaid = orders.list_unpaid_ids(conn)
    with ThreadPoolExecutor(REQUESTS_AT_ONCE, thread_name_prefix="payments-unpaid") as pool:
        # In batches, so that a process that ends waits for one of them at most, and a crowd's
        # orders, read at once, don't take the time of those who pay.
        for start in range(0, len(unpaid), REQUESTS_AT_ONCE):
            end = start + REQUESTS_AT_ONCE
            with container.database.read() as conn:
                batch = orders.list_unpaid_among(conn, unpaid[start:end])
            found = list(pool.map(partial(_reconcile, container), batch))
            outcomes.update(found)
            if set(found) == {"unreachable"}:
                # Stripe is away: asking for thousands in vain would take that time, too.
                outcomes["unreachable"] += len(unpaid[end:])
                break
    return outcomes


def close_overdue(container: Container) -> int:
    """Close the pages of open orders whose time is up before Stripe closes them; returns how many.

    An order has less time than Stripe's page where it replaces another one, or where the shop
    holds seats for less. Safe to repeat; what Stripe does not answer for is tried again.
    """
    with container.database.read() as conn:
        overdue = orders.list_overdue(conn, now=container.now())
    return sum(_reconcile(container, order) not in _NOT_CLOSED for order in overdue)


def _lost_events(container: Container, look_back: timedelta) -> Counter[str]:
    found = failed_events.catch_up(container, container.now() - look_back)
    return Counter({outcome: n for outcome, n in found.items() if outcome not in _NO_NEWS})


def _refunds_elsewhere(container: Container, look_back: timedelta) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    try:
        for refund in container.stripe.list_refunds(created_since=container.now() - look_back):
            outcomes[submission.settle(container, refund)] += 1
    except (StripeUnavailable, StripeRejected):
        outcomes["unreachable"] += 1
    outcomes.pop("ignored_not_ours", None)
    return outcomes


def _disputes(container: Container) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    try:
        for dispute in container.stripe.list_disputes(container.now() - DISPUTES_LOOK_BACK):
            outcomes[_settle_dispute(container, dispute)] += 1
    except (StripeUnavailable, StripeRejected):
        outcomes["unreachable"] += 1
    outcomes.pop("ignored_not_ours", None)
    return outcomes


def _settle_dispute(container: Container, dispute: Dispute) -> str:
    with container.database.read() as conn:
        if disputes.is_settled(conn, dispute):
            return "unchanged"
    with container.database.begin() as conn:
        outcome, order_id = disputes.settle_dispute(conn, dispute, now=container.now())
    if outcome not in _NOTHING_NEW:
        log.error("payments.dispute.found", order_id=order_id, outcome=outcome)
    return outcome


def _reconcile(container: Container, order: Order) -> str:
    with bound_contextvars(order_id=order.id):
        return _compare(container, order)


def _compare(container: Container, order: Order) -> str:
    now = container.now()
    is_overdue = max(order.expires_at, order.hold_expires_at) <= now
    is_new = order.checkout_session_id is None and order.cancel_requested_at is None
    if is_new and not is_overdue:
        # The buyer may still be waiting for the first answer.
        return "open"
    # A request to cancel is still there when the process that took it died before Stripe answered.
    is_to_close = is_overdue or order.cancel_requested_at is not None
    try:
        # The seats go only after Stripe has closed the session: nobody pays for a sold seat.
        session = (
            close_session(container, order) if is_to_close else current_session(container, order)
        )
        snapshot = snapshot_of_session(container, session)
        payment_failed = session is None or has_failed(container, session)
    except StripeUnavailable:
        return "unreachable"
    reached(Failpoint.ORDER_COMPARED)
    with container.database.begin() as conn:
        if session is None or payment_failed:
            outcome = settlement.expire(conn, order.id, now=now)
        else:
            outcome = settlement.settle(conn, order.id, session, now=now, snapshot=snapshot)
    reached(Failpoint.ORDER_RECONCILED)
    return outcome
