"""Creates an order's Checkout Session and stores its link.

The order is committed before a host that keeps its seats itself and then Stripe are asked, and the
link after.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy.engine import Connection
from structlog.contextvars import bound_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers, orders
from ticket_clerk.ticketing.domain.errors import (
    CodeNotTaken,
    StripeNotFound,
    StripeRejected,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import Order, OrderStatus
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import close_unpaid
from ticket_clerk.ticketing.metrics import PAYMENT_LINKS

from .checkout_sessions import make_session
from .host_reservations import ensure_reserved

log = get_logger(__name__)


def ensure_checkout_session(
    container: Container, order: Order, *, if_refused: Callable[[Connection], object] | None = None
) -> Order:
    """Get an order's link, making its session unless it has one. Safe to repeat.

    Raises StripeUnavailable (the order stays), and StripeRejected, SoldOut, HostUnavailable and, of
    an order with a code, CodeNotTaken (it is canceled, and what is to be done ``if_refused`` is
    done in the same transaction).
    """
    if order.checkout_session_id is not None:
        return order
    reached(Failpoint.ORDER_STORED)
    with bound_contextvars(order_id=order.id):
        return _get_link(container, order, if_refused)


def _get_link(
    container: Container, order: Order, if_refused: Callable[[Connection], object] | None
) -> Order:
    ensure_reserved(container, order, if_refused=if_refused)
    order, session = _make_or_give_up(container, order, if_refused)
    _require_discount(container, order, session, if_refused)
    reached(Failpoint.SESSION_MADE)
    with container.database.begin() as conn:
        orders.attach_checkout_session(
            conn, order.id, checkout_session_id=session.id, checkout_url=session.url
        )
        order = orders.get_order(conn, order.id)
    reached(Failpoint.SESSION_ATTACHED)
    PAYMENT_LINKS.labels(order.kind.value, "made").inc()
    return order


def _make_or_give_up(
    container: Container, order: Order, if_refused: Callable[[Connection], object] | None
) -> tuple[Order, CheckoutSession]:
    """Make the session; an order that Stripe refuses one for is canceled, with why in the log."""
    try:
        return _make_session(container, order)
    except StripeUnavailable as exc:
        PAYMENT_LINKS.labels(order.kind.value, "delayed").inc()
        log.warning(
            "payments.checkout.delayed", order_id=order.id, stripe_request_id=exc.request_id
        )
        raise
    except StripeRejected as exc:
        log.error(
            "payments.checkout.rejected",
            order_id=order.id,
            stripe_code=exc.stripe_code,
            stripe_request_id=exc.request_id,
        )
        PAYMENT_LINKS.labels(order.kind.value, "rejected").inc()
        _give_up(container, order, if_refused)
        if order.promotion_code_id is not None:
            # Used up, switched off or over since it was looked for.
            raise CodeNotTaken("refused") from exc
        raise


def _require_discount(
    container: Container,
    order: Order,
    session: CheckoutSession,
    if_refused: Callable[[Connection], object] | None,
) -> None:
    """Raise CodeNotTaken where Stripe takes another sum off than the buyer has agreed to."""
    if order.promotion_code_id is None or session.amount_discount == order.payment_discount:
        return
    log.error("payments.checkout.other_discount", order_id=order.id)
    if session.status == "open":
        container.stripe.expire_checkout_session(session.id)
    _give_up(container, order, if_refused)
    raise CodeNotTaken("refused")


def _make_session(container: Container, order: Order) -> tuple[Order, CheckoutSession]:
    try:
        return order, make_session(container, order)
    except StripeNotFound:
        if order.customer_id is None:
            raise
    # The buyer's customer was deleted at Stripe; they are a new one to it, under another key.
    with container.database.begin() as conn:
        customers.forget_customer(conn, order.customer_id)
        orders.drop_customer(conn, order.id)
        order = orders.get_order(conn, order.id)
    return order, make_session(container, order)


def _give_up(
    container: Container, order: Order, if_refused: Callable[[Connection], object] | None
) -> None:
    with container.database.begin() as conn:
        orders.lock_order(conn, order.id)
        is_canceled = close_unpaid(conn, order, OrderStatus.CANCELED, from_=[OrderStatus.OPEN])
        if is_canceled and if_refused is not None:
            if_refused(conn)
