"""A show as an entry of a calendar: https://www.rfc-editor.org/rfc/rfc5545.

It is the order's, so that four tickets make one entry, and leads to no ticket: calendars are
shared.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone

from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus

_GONE = frozenset({TicketStatus.REFUNDED, TicketStatus.CANCELED})
_LONGEST_LINE = 75


def entry(ticket: Ticket, starts_at: datetime, now: datetime) -> str:
    """Write the entry of a ticket's show; of returned tickets it is a canceled one."""
    place = ", ".join(part for part in (ticket.venue, ticket.city) if part)
    name = hashlib.sha256(ticket.order_id.encode("ascii")).hexdigest()[:32]
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//ticket-clerk//tickets//EN",
        "BEGIN:VEVENT",
        f"UID:{name}@ticket-clerk",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(starts_at)}",
        f"SUMMARY:{_escaped(ticket.show_name)}",
        f"LOCATION:{_escaped(place)}",
        f"DESCRIPTION:{_escaped(ticket.section_name or '')}",
        f"STATUS:{'CANCELLED' if ticket.status in _GONE else 'CONFIRMED'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def _folded(line: str) -> str:
    """Break a line after 75 octets, and between characters."""
    parts, length = [""], 0
    for character in line:
        size = len(character.encode("utf-8"))
        if length + size > _LONGEST_LINE:
            parts.append("")
            # The blank that a continued line begins with counts.
            length = 1
        parts[-1] += character
        length += size
    return "\r\n ".join(parts)
