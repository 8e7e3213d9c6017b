"""A door that operators keep with a phone, also without a line, or with a list on paper.

With the public keys the list is enough for a door without a line. It holds no code, so nobody comes
in with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import operators, shows, tickets
from ticket_clerk.ticketing.domain.errors import TicketNotFound
from ticket_clerk.ticketing.domain.operators import DONE
from ticket_clerk.ticketing.domain.order_lines import extras_text
from ticket_clerk.ticketing.domain.tickets import Door, Ticket, TicketStatus
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.tickets import admission
from ticket_clerk.ticketing.tickets.admission import Checked
from ticket_clerk.ticketing.tickets.queries import tickets_of_show
from ticket_clerk.ticketing.tickets.seat_names import seat_name

from .acts import LET_IN, note

# A show's door is there for as long after its start.
_OPEN_FOR = timedelta(hours=24)
# A report that says somebody came in longer ago has a wrong clock.
_OLDEST = timedelta(days=3)
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


@dataclass(frozen=True)
class Admission:
    """Somebody whom a door let in on its own: with which code, and when by its clock.

    ``key`` is the door's for it, the same however often it is reported.
    """

    code: str
    key: str
    at: datetime


def list_doors(container: Container) -> list[Door]:
    """List the shows whose door may be open now or later, and the season tickets."""
    with container.database.read() as conn:
        return shows.list_doors(conn, since=container.now() - _OPEN_FOR)


def find_door(container: Container, show_id: str) -> Door:
    """Find the door of a show or season ticket; raises TicketNotFound where there is none."""
    for door in list_doors(container):
        if door.id == show_id:
            return door
    raise TicketNotFound("There is no door of such a show now.")


def list_refused(container: Container, show_id: str) -> dict[str, TicketStatus]:
    """List a show's tickets that open no door, for one without a line; the ids lead to them."""
    with container.database.read() as conn:
        return tickets.list_refused(conn, show_id, now=container.now())


def let_in(container: Container, operator: str, show_id: str, code: str, *, key: str) -> Checked:
    """Let somebody in if their ticket is valid, written down with the operator.

    Under the same ``key`` a repetition gets the same answer, also one that is reported later.
    """
    return _redeem(container, operator, show_id, code, key, "at the door")


def take_report(
    container: Container, operator: str, show_id: str, device: str, entries: list[Admission]
) -> list[Checked]:
    """Take whom a door let in on its own; says of each whether that was right. Safe to repeat.

    A ticket that was used before, or is no good by now, is written down as an act that anybody at
    the desk sees: its order, the door, the time and what it was worth.
    """
    return [_take(container, operator, show_id, device, entry) for entry in entries]


def _take(
    container: Container, operator: str, show_id: str, device: str, entry: Admission
) -> Checked:
    now = container.now()
    used_at = entry.at if now - _OLDEST < entry.at < now else now
    how = f"offline at {device}, {entry.at.isoformat(timespec='seconds')}"
    checked = _redeem(container, operator, show_id, entry.code, entry.key, how, used_at)
    if not checked.is_redeemed:
        with container.database.begin() as conn:
            _note_wrong(conn, operator, show_id, entry, checked, how, now)
        reached(Failpoint.ADMISSION_NOTED)
    return checked


def _redeem(
    container: Container,
    operator: str,
    show_id: str,
    code: str,
    key: str,
    how: str,
    used_at: datetime | None = None,
) -> Checked:
    def write_down(conn: Connection, ticket: Ticket) -> None:
        detail = f"{ticket.id} {how}"
        note(conn, operator, LET_IN, ticket.order_id, detail, now=container.now())

    return admission.redeem(
        container,
        code,
        show_id=show_id,
        request_key=f"door:{key}",
        is_repeated=True,
        used_at=used_at,
        write_down=write_down,
    )


def _note_wrong(
    conn: Connection,
    operator: str,
    show_id: str,
    entry: Admission,
    checked: Checked,
    how: str,
    now: datetime,
) -> None:
    ticket = checked.ticket
    is_twice = checked.status is TicketStatus.USED
    operators.insert_act(
        conn,
        operator=operator,
        kind="let_in_twice" if is_twice else "let_in_wrongly",
        subject=ticket.order_id if ticket else show_id,
        detail=f"{ticket.id if ticket else 'a code'} {how}: {checked.status.value}",
        # Reported again, it is found by its key.
        request_key=f"door:{entry.key}",
        fingerprint="",
        outcome=DONE,
        now=now,
    )


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
