"""Reads tickets: one by its id, those of an order."""

from __future__ import annotations

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import tickets
from ticket_clerk.ticketing.domain.errors import TicketNotFound
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus

_GONE = frozenset({TicketStatus.REFUNDED, TicketStatus.CANCELED})


def any_ticket(container: Container, ticket_id: str) -> Ticket:
    """Read a ticket for whoever knows its id; raises TicketNotFound."""
    with container.database.read() as conn:
        ticket = tickets.find_ticket(conn, ticket_id, now=container.now())
    if ticket is None:
        raise TicketNotFound("There is no such ticket.")
    return ticket


def tickets_of(container: Container, order: Order) -> list[Ticket]:
    """List the tickets of an order, an upgrade's with its parent's; those replaced are left out."""
    with container.database.read() as conn:
        of_order = order.parent_order_id or order.id
        return tickets.list_tickets(conn, of_order, now=container.now())


def tickets_of_show(container: Container, show_id: str) -> list[Ticket]:
    """List all tickets of a show or season ticket for its door, also those replaced."""
    with container.database.read() as conn:
        return tickets.list_tickets_of_show(conn, show_id, now=container.now())


def kept_tickets(container: Container, order: Order) -> list[Ticket]:
    """List the tickets of an order that are still the buyer's."""
    return [ticket for ticket in tickets_of(container, order) if ticket.status not in _GONE]


def address_of(container: Container, ticket: Ticket) -> str:
    """Give the address of a ticket's page."""
    return f"{container.settings.public_url}/payments/tickets/{ticket.id}"
