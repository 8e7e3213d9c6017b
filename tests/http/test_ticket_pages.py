"""What a ticket's page, PDF and calendar entry say, read back by programs of somebody else's."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import icalendar
import pypdfium2
import pytest
import zxingcpp

from ticket_clerk import languages
from ticket_clerk.http import pages, tickets_api
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus
from ticket_clerk.ticketing.tickets import document, pdf
from ticket_clerk.ticketing.tickets.codes import SigningKey

NOW = datetime(2027, 1, 1, tzinfo=timezone.utc)
LOS_ANGELES = timezone(timedelta(hours=-8))
TICKET = Ticket(
    id="tkt_" + "aB3" * 7 + "x",
    order_id="ord_abcdefghij123456",
    number=1,
    count=2,
    show_id="lakers-warriors",
    show_name="Lakers vs Warriors",
    section_id="101",
    section_name="Section 101",
    holder="Ana Pérez",
    venue="Crypto.com Arena",
    city="Los Angeles",
    starts_at=datetime(2027, 1, 15, 19, 30, tzinfo=LOS_ANGELES),
    valid_until=None,
    used_at=None,
    request_key=None,
    status=TicketStatus.VALID,
)
SEASON = replace(
    TICKET,
    show_name="Lakers season ticket",
    section_name=None,
    venue=None,
    city=None,
    starts_at=None,
    valid_until=datetime(2028, 1, 1, tzinfo=timezone.utc),
)
CODE = SigningKey("signing-key-of-the-tests-0123456789").code(TICKET.id, TICKET.show_id)
NASTY = '<script>alert("1")</script> \\ ; , & Ñandú: BEGIN:VEVENT\r\nX-A:b'


def _page(ticket: Ticket, language: str = "en") -> str:
    return html.unescape(pages.ticket(document.describe(ticket, CODE, language)))


def _pdf(ticket: Ticket) -> Any:
    return pypdfium2.PdfDocument(pdf.pdf(document.describe(ticket, CODE, "en")))


def _entry(ticket: Ticket) -> tuple[str, Any]:
    assert ticket.starts_at is not None
    written = tickets_api.calendar_entry(ticket, ticket.starts_at, NOW)
    (event,) = icalendar.Calendar.from_ical(written).walk("VEVENT")
    return written, event


def test_the_holders_name_is_on_page_and_pdf() -> None:
    """With its accents; without a name there is no line for one."""
    assert "Ana Pérez" in _page(TICKET)
    assert "Name: Ana Pérez" in _pdf(TICKET)[0].get_textpage().get_text_range()
    assert "Name" not in _page(replace(TICKET, holder=None))


def test_the_time_is_the_venues() -> None:
    """Half past seven in Los Angeles, wherever it is read."""
    assert "Fri, Jan 15, 2027 at 7:30 PM" in _page(TICKET)


@pytest.mark.parametrize("code", languages.codes())
@pytest.mark.parametrize("status", list(TicketStatus)[:6])
def test_every_status_is_said_in_every_language(code: str, status: TicketStatus) -> None:
    """In words; only what still opens a door, or has opened it, shows its code."""
    page = _page(replace(TICKET, status=status), code)

    problem = languages.pages(code)["ticket"]["problems"].get(status.value)
    assert f'<html lang="{code}">' in page
    assert (problem is None) == (status is TicketStatus.VALID)
    assert problem is None or problem in page
    assert (CODE in page) == (status in {TicketStatus.VALID, TicketStatus.USED})


def test_a_season_ticket_says_until_when() -> None:
    """It has no seat, place and date, and nothing to put into a calendar."""
    page = _page(SEASON)

    assert "January 1, 2028" in page
    assert ".ics" not in page


def test_what_a_catalog_says_is_text() -> None:
    """No tag of a show's name is one of the page's."""
    nasty = replace(TICKET, show_name=NASTY, section_name=NASTY)

    assert "<script" not in pages.ticket(document.describe(nasty, CODE, "en"))


@pytest.mark.parametrize("ticket", [TICKET, replace(SEASON, show_name="Ñandú " * 30)])
def test_the_pdfs_qr_code_is_read_back(ticket: Ticket) -> None:
    """From the page as it is printed at 150 dots an inch."""
    picture = _pdf(ticket)[0].render(scale=150 / 72).to_pil()

    (found,) = zxingcpp.read_barcodes(picture)

    assert found.text == CODE


def test_the_pdf_says_what_the_page_says() -> None:
    """One page whose text can be searched, with the code below the picture."""
    pdf = _pdf(replace(TICKET, show_name="Los pájaros de Ñuñoa"))
    text = pdf[0].get_textpage().get_text_bounded()

    assert len(pdf) == 1
    for said in ("Los pájaros de Ñuñoa", "Ticket 1 of 2", "Section 101", "7:30 PM", "Los Angeles"):
        assert said in text
    assert CODE in "".join(text.split())


@pytest.mark.parametrize("status", [TicketStatus.REFUNDED, TicketStatus.REPLACED])
def test_the_pdf_of_a_ticket_that_ended_has_no_code(status: TicketStatus) -> None:
    """It says why instead."""
    page = _pdf(replace(TICKET, status=status))[0]

    assert zxingcpp.read_barcodes(page.render(scale=2).to_pil()) == []
    assert "isn't valid" in page.get_textpage().get_text_bounded().replace("\r\n", " ")


def test_the_calendar_has_the_show_at_its_moment() -> None:
    """In UTC, at its place; half past seven in Los Angeles is half past three in London."""
    written, event = _entry(TICKET)

    assert event.decoded("DTSTART") == datetime(2027, 1, 16, 3, 30, tzinfo=timezone.utc)
    assert str(event["SUMMARY"]) == "Lakers vs Warriors"
    assert str(event["LOCATION"]) == "Crypto.com Arena, Los Angeles"
    assert str(event["STATUS"]) == "CONFIRMED"
    assert written.count("\n") == written.count("\r\n")


def test_four_tickets_are_one_entry_and_lead_to_none() -> None:
    """Calendars are shared: neither a ticket's id nor its code or order is in it."""
    first, second = (replace(TICKET, id=f"tkt_{n * 22}", number=int(n)) for n in "12")
    written, event = _entry(first)

    assert event["UID"] == _entry(second)[1]["UID"]
    assert not any(known in written for known in (first.id, first.order_id, CODE))


@pytest.mark.parametrize(
    "name",
    [NASTY, "é" * 200, "座" * 90, "a" * 74 + "🎭" * 40],
    ids=["signs", "two octets", "three", "four"],
)
def test_any_name_comes_back_from_the_calendar_in_lines_of_75_octets(name: str) -> None:
    """Signs are escaped, long lines broken between characters, and no name adds a line."""
    written, event = _entry(replace(TICKET, show_name=name))

    assert str(event["SUMMARY"]) == " ".join(name.split())
    assert max(len(line.encode()) for line in written.split("\r\n")) <= 75
    assert len(event.errors) == 0


def test_returned_tickets_call_the_entry_off() -> None:
    """Taken again, the calendar strikes it out."""
    assert str(_entry(replace(TICKET, status=TicketStatus.REFUNDED))[1]["STATUS"]) == "CANCELLED"
