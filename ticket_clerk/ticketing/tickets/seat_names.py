"""How numbered seats are written: on a ticket, and those of an order in one line."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from babel.lists import format_list

from ticket_clerk import languages
from ticket_clerk.ticketing.domain.tickets import Ticket

# From so many neighbors on only the first and the last are named.
_A_RANGE = 3


def seat_name(ticket: Ticket, language: str) -> str | None:
    """Write where a ticket's seat is, "Section 101, row C, seat 7"; None for a season ticket."""
    if ticket.row_name is None:
        return ticket.section_name
    words = languages.pages(language)["ticket"]
    place = words["row_seat"].format(row=ticket.row_name, seat=ticket.seat_number)
    return f"{ticket.section_name}, {place}"


def seat_names(tickets: Iterable[Ticket], language: str) -> str:
    """Write all numbered seats of an order, "Section 101, row C, seats 7 and 8".

    Empty where no seat has a number.
    """
    numbered = [ticket for ticket in tickets if ticket.row_name is not None]
    numbered.sort(key=lambda one: (one.section_name or "", one.row_name or ""))
    named = []
    for section, in_section in groupby(numbered, key=lambda ticket: ticket.section_name):
        rows = groupby(in_section, key=lambda ticket: ticket.row_name)
        written = [
            _row(row, [one.seat_number or 0 for one in some], language) for row, some in rows
        ]
        named.append(f"{section}, {'; '.join(written)}")
    return "; ".join(named)


def _row(row: str | None, numbers: list[int], language: str) -> str:
    words = languages.pages(language)["ticket"]
    if len(numbers) == 1:
        return str(words["row_seat"].format(row=row, seat=numbers[0]))
    seats = format_list(_ranges(sorted(numbers)), locale=languages.load(language).locale)
    return str(words["row_seats"].format(row=row, seats=seats))


def _ranges(numbers: list[int]) -> list[str]:
    written = []
    for _, some in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in some]
        is_range = len(run) >= _A_RANGE
        written += [f"{run[0]}–{run[-1]}"] if is_range else [str(number) for number in run]
    return written
