"""The list for a show's door as CSV, for paper and for a door without a line.

With the public keys it is enough for such a door. It holds no code, so nobody comes in with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.order_lines import extras_text
from ticket_clerk.ticketing.domain.tickets import Ticket

from .queries import tickets_of_show
from .seat_names import seat_name

_COLUMNS = (
    "ticket_id",
    "order_id",
    "number",
    "seat",
    "row",
    "seat_number",
    "holder",
    "extras",
    "status",
    "used_at",
)
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def door_list(container: Container, show_id: str) -> str | None:
    """Write a line for each ticket of a show or season, replaced ones too; None without any.

    No cell is a formula to a spreadsheet: one that would be begins with an apostrophe.
    """
    found = tickets_of_show(container, show_id)
    rows = [_row(ticket, container.settings.language) for ticket in found]
    return as_csv([_COLUMNS, *rows]) if found else None


def as_csv(rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV, with an apostrophe before what a spreadsheet would calculate."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerows([_inert(str(cell)) for cell in row] for row in rows)
    return written.getvalue()


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _row(ticket: Ticket, language: str) -> tuple[object, ...]:
    used_at = ticket.used_at.isoformat() if ticket.used_at else ""
    seat = (seat_name(ticket, language) or "", ticket.row_name or "", ticket.seat_number or "")
    of_order = (ticket.order_id, ticket.number or "")
    with_it = (ticket.holder or "", extras_text(ticket.extras))
    return (ticket.id, *of_order, *seat, *with_it, ticket.status.value, used_at)
