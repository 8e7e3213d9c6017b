"""Tickets in tests: those of an order, their codes, and a door that checks them."""

from __future__ import annotations

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.tickets import admission, codes, queries


def tickets(container: Container, order: Order) -> list[Ticket]:
    """Read an order's tickets as they are now."""
    return queries.tickets_of(container, order)


def worth(container: Container, order: Order) -> list[str]:
    """Say what each ticket of an order is worth now."""
    return [ticket.status.value for ticket in tickets(container, order)]


def code(container: Container, ticket: Ticket) -> str:
    """Give what a ticket's QR code says."""
    return codes.code_of(container.settings, ticket)


def let_in(container: Container, ticket: Ticket) -> tuple[bool, str]:
    """Show a ticket at the door: whether it opens, and what it was worth."""
    checked = admission.redeem(container, code(container, ticket))
    return checked.is_redeemed, checked.status.value
