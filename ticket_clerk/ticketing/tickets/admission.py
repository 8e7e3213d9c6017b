"""Checks tickets at the door, and lets each in once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, tickets
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus
from ticket_clerk.ticketing.failpoints import Failpoint, reached

from .codes import read_code

log = get_logger(__name__)


@dataclass(frozen=True)
class Checked:
    """What a code turned out to be; ``ticket`` is None for one that is forged.

    ``is_redeemed`` is true for the call that let it in, and for that call's repetitions.
    """

    status: TicketStatus
    ticket: Ticket | None = None
    is_redeemed: bool = False


def check(container: Container, code: str, *, show_id: str | None = None) -> Checked:
    """Say what a code is worth, at the door of a show if one is named. Changes nothing."""
    ticket = _find(container, code)
    if ticket is None:
        return Checked(TicketStatus.FORGED)
    is_other = show_id is not None and show_id != ticket.show_id
    return Checked(TicketStatus.OTHER_SHOW if is_other else ticket.status, ticket)


def redeem(
    container: Container,
    code: str,
    *,
    show_id: str | None = None,
    request_key: str | None = None,
    is_repeated: bool = False,
    used_at: datetime | None = None,
    write_down: Callable[[Connection, Ticket], None] | None = None,
) -> Checked:
    """Check a code and, if it is valid, mark its ticket used; of many at once one is told so.

    A repetition under the caller's key gets the first answer again. ``used_at`` is when they came
    in, unless that is now; ``write_down`` is called in the transaction that marks the ticket.
    """
    checked = check(container, code, show_id=show_id)
    ticket = checked.ticket
    if ticket is None or checked.status is TicketStatus.OTHER_SHOW:
        return checked
    with container.database.begin() as conn:
        # Refunds and upgrades lock it too: none comes between.
        orders.lock_order(conn, ticket.order_id)
        is_redeemed = tickets.redeem(
            conn, ticket.id, request_key=request_key, used_at=used_at, now=container.now()
        )
        if is_redeemed and write_down is not None:
            write_down(conn, ticket)
        now_stored = _stored(conn, container, ticket)
        reached(Failpoint.TICKET_WRITTEN)
    reached(Failpoint.TICKET_REDEEMED)
    if is_redeemed:
        log.info("payments.ticket.redeemed", ticket_order_id=ticket.order_id)
    is_again = is_repeated and request_key is not None and now_stored.request_key == request_key
    if is_redeemed or is_again:
        return Checked(TicketStatus.VALID, now_stored, is_redeemed=True)
    return Checked(now_stored.status, now_stored)


def _find(container: Container, code: str) -> Ticket | None:
    ticket_id = read_code(container.settings, code)
    if ticket_id is None:
        return None
    with container.database.read() as conn:
        return tickets.find_ticket(conn, ticket_id, now=container.now())


def _stored(conn: Connection, container: Container, ticket: Ticket) -> Ticket:
    return tickets.find_ticket(conn, ticket.id, now=container.now()) or ticket
