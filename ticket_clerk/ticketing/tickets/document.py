"""What a ticket says to its buyer, whether on a page, in a PDF or in a mail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import segno
from babel.dates import format_datetime

from ticket_clerk import languages
from ticket_clerk.ticketing.domain.order_lines import extras_text
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus

from .seat_names import seat_name

# The margin that scanners want around a QR code.
QUIET_ZONE = 4
_WITH_CODE = frozenset({TicketStatus.VALID, TicketStatus.USED})


@dataclass(frozen=True)
class Description:
    """What a ticket says, in its language; ``code`` is None where it opens no door any more.

    ``rows`` are labels and values; ``problem`` says why it is not valid, if it isn't.
    """

    ticket: Ticket
    language: str
    number: str
    rows: tuple[tuple[str, str], ...]
    problem: str | None
    code: str | None

    @property
    def words(self) -> Mapping[str, str]:
        """The words around it."""
        words: Mapping[str, str] = languages.pages(self.language)["ticket"]
        return words


def describe(ticket: Ticket, code: str, language: str) -> Description:
    """Say what a ticket is for; times are those of the venue."""
    words = languages.pages(language)["ticket"]
    shown = {"number": ticket.number, "count": ticket.count}
    return Description(
        ticket=ticket,
        language=language,
        number=words["number"].format(**shown) if ticket.number else words["ticket"],
        rows=tuple(
            (words[name], value) for name, value in _values(ticket, language).items() if value
        ),
        problem=words["problems"].get(_problem(ticket)),
        code=code if ticket.status in _WITH_CODE else None,
    )


def qr_code(code: str) -> segno.QRCode:
    """Draw a code that is read with a seventh of it scratched off."""
    return segno.make_qr(code, error="m", boost_error=False)


def _problem(ticket: Ticket) -> str:
    is_off = ticket.is_called_off and ticket.status is TicketStatus.CANCELED
    return "called_off" if is_off else ticket.status.value


def _values(ticket: Ticket, language: str) -> dict[str, str | None]:
    spoken = languages.load(language)
    place = [part for part in (ticket.venue, ticket.city) if part]
    starts_at, until = ticket.starts_at, ticket.valid_until
    return {
        "when": format_datetime(starts_at, spoken.date, locale=spoken.locale)
        if starts_at
        else None,
        "where": ", ".join(place),
        "seat": seat_name(ticket, language),
        "holder": ticket.holder,
        "extras": extras_text(ticket.extras),
        "valid_until": format_datetime(until, spoken.period_end, locale=spoken.locale)
        if until
        else None,
        "order": ticket.order_id,
    }
