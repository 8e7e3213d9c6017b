"""Submits requested refunds to Stripe, each once, until Stripe has answered.

The request is committed before; here Stripe is asked under the request's own key and the answer is
committed. So a request whose answer was lost is asked again and never paid back twice.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from structlog.contextvars import bound_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import refunds
from ticket_clerk.ticketing.domain.after_sales import (
    CALLED_OFF,
    DUPLICATE,
    LATE,
    OrderRefund,
    RefundStatus,
)
from ticket_clerk.ticketing.domain.errors import StripeRejected, StripeUnavailable
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.ticketing.domain.stripe_objects import SERVICE, Refund
from ticket_clerk.ticketing.failpoints import Failpoint, reached

from . import refund_settlement
from .line_refunds import whole_name
from .pace import Pace

log = get_logger(__name__)

# Stripe forgets keys after a day; before a request this old is asked again, it is looked for.
KEY_LIFETIME = timedelta(hours=20)
# Whoever stored the request may still be waiting for Stripe's answer.
PATIENCE = timedelta(seconds=30)
_NOBODYS = frozenset({LATE, DUPLICATE, CALLED_OFF})
_one_pass = threading.Lock()


def submit(container: Container, requested: OrderRefund) -> Refund:
    """Ask Stripe under the request's own key, and write down what it says. Safe to repeat."""
    with bound_contextvars(order_id=requested.order_id, refund_id=requested.id):
        return _submit(container, requested)


def _submit(container: Container, requested: OrderRefund) -> Refund:
    if requested.stripe_refund_id is not None:
        return container.stripe.get_refund(whole_name(requested.stripe_refund_id))
    made = _made_before(container, requested)
    if made is not None:
        settle(container, made)
        return made
    try:
        refund = _ask_stripe(container, requested)
    except StripeRejected as exc:
        log.error(
            "payments.refund.rejected",
            order_id=requested.order_id,
            refund_id=requested.id,
            stripe_code=exc.stripe_code,
            stripe_request_id=exc.request_id,
        )
        with container.database.begin() as conn:
            refund_settlement.reject_refund(conn, requested, now=container.now())
        raise
    reached(Failpoint.REFUND_MADE)
    settle(container, refund)
    return refund


def _ask_stripe(container: Container, requested: OrderRefund) -> Refund:
    return container.stripe.refund(
        requested.payment_intent_id,
        to_major(requested.amount, requested.currency),
        requested.reason,
        requested.idempotency_key,
        currency=requested.currency,
        metadata={
            "order_id": requested.order_id,
            "refund_id": requested.id,
            "service": SERVICE,
        },
    )


def settle(container: Container, refund: Refund) -> str:
    """Bring the order in line with a refund that Stripe told of; returns what was done.

    Safe to repeat, and cheap when there is nothing new.
    """
    with container.database.read() as conn:
        known = refunds.find_by_stripe_refund(conn, refund.id)
    if known is not None and known.status.value == refund.status:
        return "unchanged"
    with container.database.begin() as conn:
        outcome, order_id = refund_settlement.settle_refund(conn, refund, now=container.now())
        reached(Failpoint.REFUND_APPLIED)
    reached(Failpoint.REFUND_SETTLED)
    if order_id is not None and outcome != "unchanged":
        log.info("payments.refund.settled", order_id=order_id, outcome=outcome)
    return outcome


def submit_requests(container: Container) -> Counter[str]:
    """Ask Stripe for every refund that was requested and not answered, the oldest first.

    At the pace of REFUNDS_PER_SECOND, and more slowly for a while where Stripe says that it is too
    fast. Safe to repeat. Returns how many ended in which outcome; ``unreachable`` ends the pass. In
    one process one pass at a time asks: a second one does nothing.
    """
    if not _one_pass.acquire(blocking=False):
        return Counter()
    try:
        return _submit_requests(container, Pace(container.settings.refunds_per_second))
    finally:
        _one_pass.release()


def _submit_requests(container: Container, pace: Pace) -> Counter[str]:
    with container.database.read() as conn:
        requests = refunds.list_with_status(conn, [RefundStatus.REQUESTED])
    outcomes: Counter[str] = Counter()
    for requested in requests:
        if _is_somebodys(container, requested) or not _is_still_requested(container, requested):
            continue
        outcomes[_try(partial(pace.keep, partial(_submit_later, container, requested)))] += 1
        if outcomes["unreachable"]:
            break
    return +outcomes


def _is_somebodys(container: Container, requested: OrderRefund) -> bool:
    """Whether somebody may be asking Stripe for it at this moment, and waits for the answer."""
    is_recent = container.now() - requested.created_at < PATIENCE
    return requested.source not in _NOBODYS and is_recent


def _is_still_requested(container: Container, requested: OrderRefund) -> bool:
    # The list is read once, and asking for thousands takes minutes.
    with container.database.read() as conn:
        found = refunds.find_refund(conn, requested.id)
    return found is not None and found.status is RefundStatus.REQUESTED


def poll(container: Container) -> Counter[str]:
    """Ask Stripe how every refund stands that is on its way. Safe to repeat."""
    on_their_way = [RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION]
    with container.database.read() as conn:
        waiting = refunds.list_with_status(conn, on_their_way)
    return Counter(_try(partial(_poll, container, refund)) for refund in waiting)


def _poll(container: Container, refund: OrderRefund) -> str:
    return settle(container, container.stripe.get_refund(whole_name(str(refund.stripe_refund_id))))


def _submit_later(container: Container, requested: OrderRefund) -> str:
    return f"refund_{submit(container, requested).status}"


def _try(call: Callable[[], str]) -> str:
    try:
        return call()
    except StripeUnavailable:
        return "unreachable"
    except StripeRejected:
        return "refund_rejected"


def _made_before(container: Container, requested: OrderRefund) -> Refund | None:
    """Find what Stripe made for an old request, whose key it has forgotten."""
    if container.now() - requested.created_at <= KEY_LIFETIME:
        return None
    listed = container.stripe.list_refunds(payment_intent_id=requested.payment_intent_id)
    return next((r for r in listed if r.metadata.get("refund_id") == requested.id), None)
