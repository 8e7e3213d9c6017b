"""Changes a show that tickets are sold for, and does what follows for its orders in small batches.

An order is dealt with in one transaction: its buyer's notification, the request to give the money
back, and the mark that it was dealt with. So a pass that is cut off anywhere is taken up by the
next one, and nothing is done twice. Stripe is asked after the commit: for refunds by
``refunds.submission``, for pages here.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.engine import Connection
from structlog.contextvars import bound_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, outbox, show_changes
from ticket_clerk.ticketing.domain.errors import (
    InvalidRequest,
    ShowNotChangeable,
    ShowNotFound,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    MessageKind,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.domain.show_changes import (
    CHANGEABLE_FOR,
    ChangeKind,
    ChangeProgress,
    Move,
    ShowChange,
    ShowState,
)
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import settlement
from ticket_clerk.ticketing.orders import close_session, has_failed
from ticket_clerk.ticketing.refunds import Pace, request_whole_refund

log = get_logger(__name__)

MOST_LISTED = 100
_FARTHEST = timedelta(days=3653)
# One transaction; others want to write, too.
BATCH = 20
# Whose buyers have something of the show, or are about to.
_TOLD = HELD_BY_BUYER | UNPAID | {OrderStatus.DISPUTED, OrderStatus.NEEDS_ATTENTION}


def call_off_show(container: Container, show_id: str) -> ShowState:
    """End a show's sale for good, at once; its buyers' money goes back by the worker.

    Safe to repeat: a repetition takes up the payments whose refund failed, and does nothing else.
    Raises ShowNotFound, and ShowNotChangeable for a show that was over a week ago.
    """
    with container.database.begin() as conn:
        is_new = show_changes.call_off(conn, show_id, now=container.now())
        show = _get(conn, show_id)
        if show.change is None or show.change.kind is not ChangeKind.CALLED_OFF:
            raise ShowNotChangeable("The show was over more than a week ago.")
        again = 0 if is_new else show_changes.take_up(conn, show_id)
    reached(Failpoint.SHOW_CALLED_OFF)
    log.info("payments.show.called_off", show_id=show_id, is_new=is_new, again=again)
    return show


def move_show(
    container: Container,
    show_id: str,
    *,
    refund_until: datetime,
    starts_at: datetime | None = None,
    venue: str | None = None,
    city: str | None = None,
) -> ShowState:
    """Move a show to another time or place; its buyers are told by the worker.

    What is None stays. Until ``refund_until`` they may have their money back without a fee. Safe
    to repeat: a show that was moved just so is left as it is. Raises ShowNotFound, InvalidRequest
    for a time that can't be, and ShowNotChangeable for a show that is called off or long over, or
    that somebody else is changing.
    """
    now = container.now()
    with container.database.begin() as conn:
        show = _get(conn, show_id)
        to = Move(starts_at or show.starts_at, venue or show.venue, city or show.city, refund_until)
        if _is_there(show, to):
            return show
        _check(to, now)
        if not show_changes.move(conn, show, to, now=now):
            raise ShowNotChangeable("The show is called off, long over, or being changed.")
        show = _get(conn, show_id)
    reached(Failpoint.SHOW_MOVED)
    log.info("payments.show.moved", show_id=show_id)
    return show


def _is_there(show: ShowState, to: Move) -> bool:
    """Whether a show is where it is to be moved; one that was never moved can't be."""
    change = show.change
    is_moved = change is not None and change.kind is ChangeKind.MOVED
    is_same = (show.starts_at, show.venue, show.city) == (to.starts_at, to.venue, to.city)
    return bool(is_moved and is_same and change and change.refund_until == to.refund_until)


def _check(to: Move, now: datetime) -> None:
    if not now < to.starts_at < now + _FARTHEST:
        raise InvalidRequest("starts_at must be to come, within ten years", field="starts_at")
    if not now < to.refund_until <= to.starts_at:
        raise InvalidRequest(
            "refund_until must be to come, and no later than the show", field="refund_until"
        )


def find_show(container: Container, show_id: str) -> ShowState:
    """Read a show, on sale or not; raises ShowNotFound."""
    with container.database.read() as conn:
        return _get(conn, show_id)


def list_shows(container: Container) -> list[ShowState]:
    """List the shows that are to come or can still be called off, soonest first."""
    with container.database.read() as conn:
        return show_changes.list_shows(conn, since=container.now() - CHANGEABLE_FOR)


def progress_of(container: Container, show: ShowState) -> ChangeProgress | None:
    """Count how far a show's newest change is done; None for a show that never changed."""
    if show.change is None:
        return None
    with container.database.read() as conn:
        return show_changes.progress(conn, show.change)


def list_untold(container: Container, show: ShowState) -> list[Order]:
    """List the orders of a changed show that somebody has to be told of by hand, a hundred at most.

    Operators sold them: there is no conversation to tell it in.
    """
    if show.change is None:
        return []
    with container.database.read() as conn:
        return orders.list_sold_elsewhere(conn, show.id, limit=MOST_LISTED)


def _get(conn: Connection, show_id: str) -> ShowState:
    show = show_changes.find_show(conn, show_id)
    if show is None:
        raise ShowNotFound("There is no show of that id.")
    return show


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
