"""The tickets that a buyer holds, and how they are named in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from babel.lists import format_list

from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, Order
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus
from ticket_clerk.ticketing.tickets.queries import tickets_of
from ticket_clerk.ticketing.tickets.seat_names import seat_names
from ticket_clerk.understanding.language import spoken

from ..turn import Turn

# Who comes late, comes.
_AFTER_THE_SHOW = timedelta(hours=12)
Owned = Mapping[str, tuple[Order, Sequence[Ticket]]]


def own_tickets(turn: Turn) -> Owned:
    """Give the buyer's orders that have valid tickets, newest first, with those, by number."""
    owned: dict[str, tuple[Order, list[Ticket]]] = {}
    for order in turn.orders:
        if order.status not in HELD_BY_BUYER or order.parent_order_id is not None:
            continue
        if order.starts_at is not None and turn.now > order.starts_at + _AFTER_THE_SHOW:
            continue
        held = tickets_of(turn.container, order)
        found = [ticket for ticket in held if ticket.status is TicketStatus.VALID]
        if found:
            owned[order.id] = (order, found)
    return owned


def names_of(turn: Turn, tickets: Sequence[Ticket]) -> str:
    """Name tickets so that each is told from the others: seats, or numbers, and whose they are."""
    seats = seat_names(tickets, spoken().code)
    holders = [ticket.holder for ticket in tickets if ticket.holder]
    if not seats:
        named = [turn.line("utter_line_ticket_number", n=ticket.number) for ticket in tickets]
        seats = format_list(named, locale=spoken().locale)
    return f"{seats} ({format_list(holders, locale=spoken().locale)})" if holders else seats
