"""Replaces a ticket whose link was stolen, or that goes to somebody else: the old code ends."""

from __future__ import annotations

import logging

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, tickets
from ticket_clerk.ticketing.domain.errors import WrongState
from ticket_clerk.ticketing.domain.tickets import Ticket

from .queries import any_ticket

log = logging.getLogger(__name__)


def replace_ticket(
    container: Container,
    ticket_id: str,
    *,
    request_key: str | None = None,
    is_repeated: bool = False,
) -> Ticket:
    """Issue another ticket for the same seat; of many at once one does.

    A repetition under the caller's key gets the same new ticket again. Raises TicketNotFound, and
    WrongState unless the ticket is valid.
    """
    old = any_ticket(container, ticket_id)
    now = container.now()
    with container.database.begin() as conn:
        orders.lock_order(conn, old.order_id)
        known = tickets.find_replacement(conn, old, request_key) if is_repeated else None
        new_id = known or tickets.replace_ticket(conn, old, request_key=request_key, now=now)
        new = tickets.find_ticket(conn, new_id, now=now) if new_id else None
    if new is None:
        raise WrongState("Only a valid ticket can be replaced.")
    log.info("payments.ticket.replaced ticket_order_id=%s", new.order_id)
    return new
