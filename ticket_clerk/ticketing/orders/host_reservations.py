"""Has a host that keeps its seats itself set them aside, and tells it which ones are free again.

Asked between two transactions, under the order's id, before the order has a link: without the
host's yes nothing can be paid. What the host has to give up is promised in the transaction of the
fact (``database/tables/host_reservations.py``) and told here, until the host has answered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.catalog import keeps_seats, refresh_show, release, reserve
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import host_reservations, inventory, orders
from ticket_clerk.ticketing.database.tables.host_reservations import HostPromise
from ticket_clerk.ticketing.domain.errors import HostUnavailable, SoldOut
from ticket_clerk.ticketing.domain.models import Order, OrderKind, OrderStatus
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import close_unpaid
from ticket_clerk.ticketing.metrics import PAYMENT_LINKS

log = get_logger(__name__)

# More wait for the next pass, a second later.
LARGEST_PASS = 50
# Before a buyer's seats are asked for; more would keep the buyer waiting.
_TOLD_BEFORE_ASKING = 5
# Longer than a call may take, so that no other worker comes between.
_LEASE = timedelta(seconds=30)
_LONGEST_PAUSE_S = 300.0


def expect_host(conn: Connection, container: Container, order: Order) -> None:
    """Note that the host has to be asked for a new order's seats, where it keeps them itself."""
    if keeps_seats(container.catalog):
        host_reservations.insert_reservation(conn, order)


def refresh(container: Container, show_id: str, kind: OrderKind) -> None:
    """Ask the catalog for a show before an order of this kind; raises HostUnavailable."""
    try:
        refresh_show(container.database, container.catalog, show_id, now=container.now())
    except HostUnavailable:
        PAYMENT_LINKS.labels(kind.value, "host_unavailable").inc()
        raise


def ensure_reserved(
    container: Container, order: Order, *, if_refused: Callable[[Connection], object] | None = None
) -> None:
    """Have the host set an order's seats aside, unless it has or keeps none. Safe to repeat.

    Raises:
        SoldOut, HostUnavailable: the order is canceled, nothing is held, and what is to be done
            ``if_refused`` was done in the same transaction.
    """
    for line in order.paid_together:
        _ensure_line(container, order, line, if_refused)


def _ensure_line(
    container: Container,
    order: Order,
    line: Order,
    if_refused: Callable[[Connection], object] | None,
) -> None:
    if not _has_to_ask(container, line):
        return
    try:
        is_reserved = _ask(container, line)
    except Exception as exc:  # the host's own code, which may raise anything
        PAYMENT_LINKS.labels(order.kind.value, "host_unavailable").inc()
        log.warning("payments.host.failed", order_id=line.id, error=type(exc).__name__)
        if _give_up(container, order, line, if_refused):
            raise HostUnavailable("The seats' owner did not answer.") from exc
        return
    reached(Failpoint.HOST_RESERVED)
    if is_reserved and _is_confirmed(container, line):
        return
    if _give_up(container, order, line, if_refused):
        if is_reserved:
            raise HostUnavailable("The order was canceled while the seats' owner was asked.")
        raise _sold_out(container, line)


def _has_to_ask(container: Container, order: Order) -> bool:
    """Whether the host has not answered for an order yet.

    What it holds for nobody any more it is told then, so that nobody is refused a seat that is
    free.
    """
    if not keeps_seats(container.catalog):
        return False
    with container.database.read() as conn:
        if not host_reservations.is_unanswered(conn, order.id):
            return False
        waiting = host_reservations.list_of_section(
            conn, order.show_id, order.section_id, limit=_TOLD_BEFORE_ASKING
        )
    _keep_each(container, waiting)
    return True


def _ask(container: Container, order: Order) -> bool:
    return reserve(
        container.catalog,
        order.id,
        show_id=order.show_id,
        section_id=order.section_id,
        quantity=order.quantity,
    )


def _is_confirmed(container: Container, order: Order) -> bool:
    """Note the host's yes; False where the order was canceled while the host was asked."""
    with container.database.begin() as conn:
        is_wanted = host_reservations.confirm(conn, order.id, now=container.now())
    reached(Failpoint.HOST_CONFIRMED)
    return is_wanted


def _sold_out(container: Container, order: Order) -> SoldOut:
    PAYMENT_LINKS.labels(order.kind.value, "host_refused").inc()
    log.info("payments.host.refused", order_id=order.id)
    refresh(container, order.show_id, order.kind)
    with container.database.read() as conn:
        left = inventory.seats_left(conn, show_id=order.show_id, section_id=order.section_id)
    return SoldOut(min(left, order.quantity - 1))


def _give_up(
    container: Container,
    order: Order,
    line: Order,
    if_refused: Callable[[Connection], object] | None,
) -> bool:
    """Cancel an order a line of which the host has not said yes to, and promise the host all seats
    of it back.

    The answer may have been lost, and the seats be set aside. False if somebody who asked at the
    same time was told yes: the order goes on. What is to be done ``if_refused`` is done also where
    the other one was told no, and knew of nothing to do.
    """
    with container.database.begin() as conn:
        orders.lock_order(conn, order.id)
        if host_reservations.give_up_unanswered(conn, line.id):
            for other in order.paid_together:
                host_reservations.give_up_unanswered(conn, other.id)
            close_unpaid(conn, order, OrderStatus.CANCELED, from_=[OrderStatus.OPEN])
        after = orders.get_order(conn, order.id)
        is_refused = after.status is OrderStatus.CANCELED and after.cancel_requested_at is None
        if is_refused and if_refused is not None:
            if_refused(conn)
    reached(Failpoint.HOST_GIVEN_UP)
    return after.status is not OrderStatus.OPEN


def keep_promises(container: Container) -> int:
    """Tell the host which seats are free again; returns how many orders it was told of.

    A pass ends with the first failure, and what failed waits for longer each time. Safe to repeat,
    and for several at once.
    """
    with container.database.read() as conn:
        due = host_reservations.list_due(conn, now=container.now(), limit=LARGEST_PASS)
    return _keep_each(container, due)


def _keep_each(container: Container, promises: list[HostPromise]) -> int:
    for count, promise in enumerate(promises):
        if not _keep(container, promise):
            return count
    return len(promises)


def _keep(container: Container, promise: HostPromise) -> bool:
    """Tell the host of one order; False where it did not answer, which is noted."""
    with container.database.begin() as conn:
        now = container.now()
        if not host_reservations.claim(conn, promise, now=now, until=now + _LEASE):
            # Somebody else tells it just now, or something newer.
            return True
    reached(Failpoint.HOST_PROMISE_CLAIMED)
    try:
        release(container.catalog, promise.order_id, keep=promise.keep)
    except Exception as exc:  # the host's own code, or a catalog that keeps no seats any more
        _put_off(container, promise, type(exc).__name__)
        return False
    reached(Failpoint.HOST_RELEASED)
    with container.database.begin() as conn:
        host_reservations.mark_kept(conn, promise)
    reached(Failpoint.HOST_PROMISE_KEPT)
    log.info("payments.host.released", order_id=promise.order_id, keep=promise.keep)
    return True


def _put_off(container: Container, promise: HostPromise, error: str) -> None:
    pause = min(_LONGEST_PAUSE_S, 2.0 ** min(promise.attempts, 10))
    log.warning(
        "payments.host.put_off",
        order_id=promise.order_id,
        keep=promise.keep,
        attempts=promise.attempts + 1,
        error=error,
    )
    until = container.now() + timedelta(seconds=pause)
    with container.database.begin() as conn:
        host_reservations.put_off(conn, promise, until=until, error=error)
