"""Does what follows from a show's change for each of its orders, in small batches.

An order is dealt with in one transaction: its buyer's notification, the request to give the money
back, and the mark that it was dealt with. So a pass that is cut off anywhere is taken up by the
next one, and nothing is done twice. Stripe is asked after the commit: for refunds by
``refunds.submission``, for pages here.
"""

from __future__ import annotations

from functools import partial

from sqlalchemy.engine import Connection
from structlog.contextvars import bound_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, outbox, show_changes
from ticket_clerk.ticketing.domain.errors import StripeUnavailable
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    MessageKind,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.domain.show_changes import ChangeKind, ShowChange, ShowState
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import close_session, has_failed
from ticket_clerk.ticketing.refunds import Pace, request_whole_refund

log = get_logger(__name__)

# One transaction; others want to write, too.
BATCH = 20
# Whose buyers have something of the show, or are about to.
_TOLD = HELD_BY_BUYER | UNPAID | {OrderStatus.DISPUTED, OrderStatus.NEEDS_ATTENTION}


def apply_changes(container: Container) -> int:
    """Deal with every order whose show has changed; returns how many were dealt with.

    Waiting lists of shows that were called off are emptied, those of moved ones are told, and open
    payment pages are closed.
    Nothing is written where nothing has changed. Safe to repeat, and for several at once.
    """
    count = 0
    while done := _apply_batch(container):
        count += done
    while ended := _end_waits(container):
        count += ended
    while told := _tell_waiting(container):
        count += told
    return count + _close_pages(container)


def _apply_batch(container: Container) -> int:
    with container.database.read() as conn:
        behind = show_changes.list_behind(conn, limit=BATCH)
    if not behind:
        return 0
    with container.database.begin() as conn:
        for order_id in behind:
            with bound_contextvars(order_id=order_id):
                _apply(conn, container, order_id)
        reached(Failpoint.CHANGE_WRITTEN)
    reached(Failpoint.CHANGE_APPLIED)
    return len(behind)


def _apply(conn: Connection, container: Container, order_id: str) -> None:
    root = orders.lock_order(conn, order_id)
    show = show_changes.find_show(conn, root.show_id) if root else None
    # Another worker may have dealt with it since the list was read.
    if root and show and show.change and root.show_change < show.change.number:
        upgrades = orders.list_upgrades(conn, root.id)
        if show.change.kind is ChangeKind.CALLED_OFF:
            _call_off_order(conn, container, root, upgrades, show.change)
        else:
            _move_order(conn, container, root, upgrades, show, show.change)
        show_changes.mark(conn, [order.id for order in (root, *upgrades)], show.change.number)


def _call_off_order(
    conn: Connection, container: Container, root: Order, upgrades: list[Order], change: ShowChange
) -> None:
    now = container.now()
    for order in (root, *upgrades):
        if order.status is OrderStatus.OPEN:
            # What is paid with it can't be paid without it.
            for order_id in {order.id, order.number}:
                orders.request_cancellation(conn, order_id, at=now)
    back = request_whole_refund(conn, root, upgrades, now=now)
    if root.status in _TOLD:
        kind = MessageKind.SHOW_CALLED_OFF
        outbox.enqueue(conn, root, kind, now=now, about=str(change.number))
    log.info("payments.order.called_off", order_id=root.id, payments_back=back)


def _move_order(
    conn: Connection,
    container: Container,
    root: Order,
    upgrades: list[Order],
    show: ShowState,
    change: ShowChange,
) -> None:
    if root.status not in _TOLD:
        return
    for order in (root, *upgrades):
        show_changes.move_order(conn, order, show, change.refund_until)
    kind = MessageKind.SHOW_MOVED
    outbox.enqueue(conn, root, kind, now=container.now(), about=str(change.number))
    log.info("payments.order.moved", order_id=root.id)


def _end_waits(container: Container) -> int:
    with container.database.read() as conn:
        waiting = show_changes.list_waits(conn, limit=BATCH)
    if not waiting:
        return 0
    now = container.now()
    with container.database.begin() as conn:
        for wait_id, buyer, show_id in waiting:
            if show_changes.end_wait(conn, wait_id):
                about = f"{show_id} {wait_id}"
                kind = MessageKind.WAIT_CALLED_OFF
                outbox.enqueue_about(conn, buyer, kind, about=about, now=now)
        reached(Failpoint.WAITS_ENDED)
    return len(waiting)


def _tell_waiting(container: Container) -> int:
    with container.database.read() as conn:
        waiting = show_changes.list_moved_waits(conn, limit=BATCH)
    if not waiting:
        return 0
    with container.database.begin() as conn:
        for wait_id, buyer, show_id, number in waiting:
            about = show_changes.wait_moved_about(show_id, wait_id, number)
            kind = MessageKind.WAIT_MOVED
            outbox.enqueue_about(conn, buyer, kind, about=about, now=container.now())
    return len(waiting)


def _close_pages(container: Container) -> int:
    """Close the payment pages of open orders; what Stripe does not answer for is tried again."""
    with container.database.read() as conn:
        closing = show_changes.list_closing(conn)
    pace, count = Pace(container.settings.refunds_per_second), 0
    for order_id in closing:
        try:
            count += pace.keep(partial(_close_page, container, order_id))
        except StripeUnavailable:
            break
    return count


def _close_page(container: Container, order_id: str) -> bool:
    with container.database.read() as conn:
        order = orders.get_order(conn, order_id)
    if order.status is not OrderStatus.OPEN:
        return False
    session = close_session(container, order)
    payment_failed = has_failed(container, session)
    with container.database.begin() as conn:
        if session is None or payment_failed:
            settlement.expire(conn, order.id, now=container.now())
        else:
            settlement.settle(conn, order.id, session, now=container.now())
    return True
