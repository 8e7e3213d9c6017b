"""Who has a ticket: another in its place, whose code ends, and the name that is on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, tickets
from ticket_clerk.ticketing.domain.errors import WrongState
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.domain.tickets import Ticket, holder_name
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.orders.ownership import get_order_of

from .queries import any_ticket

log = get_logger(__name__)

Guard = Callable[[Connection, Ticket], object]


def replace_ticket(
    container: Container,
    ticket_id: str,
    *,
    request_key: str | None = None,
    is_repeated: bool = False,
) -> Ticket:
    """Issue another ticket for the same seat and name; of many at once one does.

    A repetition under the caller's key gets the same new ticket again. Raises TicketNotFound, and
    WrongState unless the ticket is valid.
    """
    return _replace(container, any_ticket(container, ticket_id), request_key, is_repeated)


def give_ticket(container: Container, buyer: Buyer, ticket_id: str, holder: str | None) -> Ticket:
    """Issue another ticket in the place of a buyer's own, for somebody else; the old code ends.

    Safe to repeat: it finds the ticket that was issued. Raises TicketNotFound, OrderNotFound for
    somebody else's, InvalidRequest for what is no name, and WrongState unless it is valid.
    """
    old = any_ticket(container, ticket_id)
    name = holder_name(holder) if holder else None
    key = f"give:{ticket_id}"
    return _replace(container, old, key, True, name, lambda conn, it: _require_own(conn, buyer, it))


def set_holder(
    container: Container, ticket_id: str, holder: str | None, *, buyer: Buyer | None = None
) -> Ticket:
    """Put a name on a valid ticket, or with None take it off; its code stays. Safe to repeat.

    With a ``buyer`` only on their own. Raises TicketNotFound, OrderNotFound, InvalidRequest for
    what is no name, and WrongState unless the ticket is valid.
    """
    return set_holders(container, {ticket_id: holder}, buyer=buyer)[0]


def set_holders(
    container: Container, holders: Mapping[str, str | None], *, buyer: Buyer | None = None
) -> list[Ticket]:
    """Put names on several tickets by their ids, as ``set_holder`` does on one: on all or on none.

    Returns the tickets in the order given.
    """
    names = {key: holder_name(name) if name else None for key, name in holders.items()}
    found = {ticket_id: any_ticket(container, ticket_id) for ticket_id in names}
    now = container.now()
    with container.database.begin() as conn:
        for order_id in sorted({ticket.order_id for ticket in found.values()}):
            orders.lock_order(conn, order_id)
        named = [_set_holder(conn, found[key], name, buyer, now) for key, name in names.items()]
    for ticket in named:
        log.info("payments.ticket.named", ticket_order_id=ticket.order_id)
    return named


def _set_holder(
    conn: Connection, ticket: Ticket, name: str | None, buyer: Buyer | None, now: datetime
) -> Ticket:
    if buyer is not None:
        _require_own(conn, buyer, ticket)
    is_set = tickets.set_holder(conn, ticket.id, name, now=now)
    named = tickets.find_ticket(conn, ticket.id, now=now) if is_set else None
    if named is None:
        raise WrongState("Only a valid ticket can have a name.")
    return named


def _replace(
    container: Container,
    old: Ticket,
    request_key: str | None,
    is_repeated: bool,
    holder: str | None = None,
    guard: Guard | None = None,
) -> Ticket:
    now = container.now()
    with container.database.begin() as conn:
        orders.lock_order(conn, old.order_id)
        if guard is not None:
            guard(conn, old)
        known = tickets.find_replacement(conn, old, request_key) if is_repeated else None
        name = holder if guard is not None else old.holder
        new_id = known or tickets.replace_ticket(conn, old, name, request_key=request_key, now=now)
        new = tickets.find_ticket(conn, new_id, now=now) if new_id else None
        reached(Failpoint.SUCCESSOR_WRITTEN)
    reached(Failpoint.SUCCESSOR_ISSUED)
    if new is None:
        raise WrongState("Only a valid ticket can be replaced.")
    log.info("payments.ticket.replaced", ticket_order_id=new.order_id)
    return new


def _require_own(conn: Connection, buyer: Buyer, ticket: Ticket) -> None:
    get_order_of(conn, buyer, ticket.order_id)
