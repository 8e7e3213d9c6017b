"""Releasing an unpaid order's seats before its time is up, without asking Stripe."""

from __future__ import annotations

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders
from ticket_clerk.ticketing.domain.errors import OrderNotFound, WrongState
from ticket_clerk.ticketing.fulfilment import release_lines

log = get_logger(__name__)


def release_seats(container: Container, order_id: str) -> None:
    """Put on sale again what is held for an open order, also while Stripe is away.

    The order stays open, and its link works, as for a buyer whose seats were never held: who pays
    gets them as long as there are any, and else the money back. To close the link too, cancel it.

    Raises:
        OrderNotFound: there is no such order.
        WrongState: it is not open, or nothing is held for it (any more).
    """
    with container.database.begin() as conn:
        order = orders.lock_order(conn, order_id)
        if order is None:
            raise OrderNotFound("There is no such order.")
        order = orders.lock_order(conn, order.number) or order
        ended = [orders.end_holding(conn, line.id) for line in order.paid_together]
        if not any(ended):
            raise WrongState("Nothing is held for this order, or it is no longer open.")
        release_lines(conn, order)
    log.info("payments.order.released", order_id=order_id)
