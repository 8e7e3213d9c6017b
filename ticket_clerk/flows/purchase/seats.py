"""Numbered seats in the chat: which ones a buyer has, and that they won't be side by side."""

from __future__ import annotations

from collections.abc import Iterable

from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.tickets.seat_names import seat_names
from ticket_clerk.understanding.language import spoken

from ..replies import Reply
from ..turn import Turn


def seats_line(turn: Turn, tickets: Iterable[Ticket]) -> str:
    """Name the numbered seats of an order's tickets; empty where they have none."""
    tickets = list(tickets)
    seats = seat_names(tickets, spoken().code)
    return turn.line("utter_line_seats", show=tickets[0].show_name, seats=seats) if seats else ""


def apart_reply(
    turn: Turn,
    *,
    show_id: str,
    section_id: str,
    section: str,
    quantity: int,
    without: str | None = None,
) -> Reply | None:
    """Say that so many seats aren't left side by side; None where they are, or have no numbers.

    ``without`` is the order whose own seats are meant, or would be free.
    """
    if queries.have_neighbors(
        turn.container, show_id=show_id, section_id=section_id, quantity=quantity, without=without
    ):
        return None
    return Reply("utter_seats_apart", {"quantity": quantity, "section": section})


def apart_reply_of(turn: Turn, order: Order) -> Reply | None:
    """The same of an order that is not paid yet."""
    return apart_reply(
        turn,
        show_id=order.show_id,
        section_id=order.section_id or "",
        section=order.section_name or "",
        quantity=order.quantity,
        without=order.id,
    )


def say_once(turn: Turn, reply: Reply | None) -> None:
    """Say a reply, if there is one and the message before was not answered with it."""
    if reply is not None and not turn.was_said(reply):
        turn.say(reply)
