"""A door that operators keep with a phone, also one without a line that reports later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import operators, shows, tickets
from ticket_clerk.ticketing.domain.errors import TicketNotFound
from ticket_clerk.ticketing.domain.operators import DONE
from ticket_clerk.ticketing.domain.tickets import Door, Ticket, TicketStatus
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.tickets import admission
from ticket_clerk.ticketing.tickets.admission import Checked

from .acts import LET_IN, note

# A show's door is there for as long after its start.
_OPEN_FOR = timedelta(hours=24)
# A report that says somebody came in longer ago has a wrong clock.
_OLDEST = timedelta(days=3)


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
