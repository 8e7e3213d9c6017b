"""Tickets over HTTP: the buyer's page, PDF and calendar entry, the keys, the check at the door.

A ticket's page is for whoever has its address, which can't be guessed; the check wants the token.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime, timezone
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, html, raw

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import TicketNotFound
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus
from ticket_clerk.ticketing.tickets import admission, codes, document, pdf, queries, replacement
from ticket_clerk.ticketing.tickets.admission import Checked
from ticket_clerk.ticketing.tickets.seat_names import seat_name

from . import pages
from . import schemas as wire
from .authorized import authorized, repeatable
from .orders_api import ticket_json
from .request_bodies import parse, read_body
from .responses import answer

_PAGE = r"<name:(?:tkt_[0-9A-Za-z]{22}(?:\.pdf|\.ics)?)>"
_GONE = frozenset({TicketStatus.REFUNDED, TicketStatus.CANCELED})
# Of a calendar entry, in octets.
_LONGEST_LINE = 75


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add ``/tickets`` and what is below it to the blueprint."""
    _add_check(bp, container)
    _add_changes(bp, container)

    @bp.get("/tickets/keys")
    async def get_keys(_request: Request) -> HTTPResponse:
        return answer({"keys": codes.public_keys(container.settings)})

    @bp.get(f"/tickets/{_PAGE}")
    async def show_ticket(_request: Request, name: str) -> HTTPResponse:
        ticket_id, _, kind = name.partition(".")
        return await asyncio.to_thread(_document, container, ticket_id, kind)


def _add_check(bp: Blueprint, container: Container) -> None:
    @bp.post("/tickets/check", stream=True)
    @authorized(container)
    async def check_ticket(request: Request) -> HTTPResponse:
        body = parse(await read_body(request), wire.CheckBody())
        code, at = body["code"], {"show_id": body["show_id"]}
        async with repeatable(container, request, body) as once:
            key: dict[str, Any] = {"request_key": once.key, "is_repeated": once.is_repeated}
            look = partial(admission.check, container, code, **at)
            let_in = partial(admission.redeem, container, code, **at, **key)
            checked = await asyncio.to_thread(let_in if body["redeem"] else look)
        return answer(_checked_json(checked, container.settings.language))


def _add_changes(bp: Blueprint, container: Container) -> None:
    @bp.post("/tickets/<ticket_id:str>/replace", stream=True)
    @authorized(container)
    async def replace_ticket(request: Request, ticket_id: str) -> HTTPResponse:
        await read_body(request)
        async with repeatable(container, request) as once:
            key: dict[str, Any] = {"request_key": once.key, "is_repeated": once.is_repeated}
            replace = partial(replacement.replace_ticket, container, ticket_id, **key)
            new = await asyncio.to_thread(replace)
        return answer({"success": True, "ticket": ticket_json(container, new)})

    @bp.post("/tickets/<ticket_id:str>/holder", stream=True)
    @authorized(container)
    async def name_holder(request: Request, ticket_id: str) -> HTTPResponse:
        body = parse(await read_body(request), wire.HolderBody())
        async with repeatable(container, request, body):
            put = partial(replacement.set_holder, container, ticket_id, body["holder"])
            named = await asyncio.to_thread(put)
        return answer({"success": True, "ticket": ticket_json(container, named)})


def _checked_json(checked: Checked, language: str) -> dict[str, Any]:
    ticket = checked.ticket
    shown = {
        "id": ticket.id if ticket else None,
        "order_id": ticket.order_id if ticket else None,
        "show_id": ticket.show_id if ticket else None,
        "seat": (seat_name(ticket, language) or "") if ticket else None,
        "status": checked.status.value,
    }
    return {"success": True, "ticket": shown, "redeemed": checked.is_redeemed}


def _document(container: Container, ticket_id: str, kind: str) -> HTTPResponse:
    ticket = queries.any_ticket(container, ticket_id)
    settings = container.settings
    language = settings.language_of(ticket.language)
    described = document.describe(ticket, codes.code_of(settings, ticket), language)
    if kind == "pdf":
        return raw(pdf.pdf(described), headers=pages.HEADERS, content_type="application/pdf")
    if kind == "ics":
        if ticket.starts_at is None:
            raise TicketNotFound("A season ticket has no date for a calendar.")
        entry = calendar_entry(ticket, ticket.starts_at, container.now())
        return raw(
            entry.encode(), headers=pages.HEADERS, content_type="text/calendar; charset=utf-8"
        )
    return html(pages.ticket(described), headers=pages.HEADERS)


def calendar_entry(ticket: Ticket, starts_at: datetime, now: datetime) -> str:
    """Write a ticket's show as https://www.rfc-editor.org/rfc/rfc5545; once returned, as canceled.

    The entry is the order's, so that four tickets make one, and leads to no ticket: calendars are
    shared.
    """
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
