"""The door's page: a phone's camera, a field, and the answer; it works on without a line.

It works with its scripts only; what they ask is answered in JSON.
"""

from __future__ import annotations

import asyncio
import codecs
import re
from functools import partial
from typing import Any

from marshmallow import fields, validate
from sanic.response import HTTPResponse, raw

from ticket_clerk.http.request_bodies import parse
from ticket_clerk.http.responses import answer
from ticket_clerk.http.schemas import Body
from ticket_clerk.languages import FIRST
from ticket_clerk.project import PACKAGE
from ticket_clerk.ticketing.desk import door
from ticket_clerk.ticketing.desk.door import door_list
from ticket_clerk.ticketing.domain.errors import InvalidRequest, TicketNotFound
from ticket_clerk.ticketing.tickets import admission, codes
from ticket_clerk.ticketing.tickets.admission import Checked
from ticket_clerk.ticketing.tickets.seat_names import seat_name

from .access import Desk, Visit
from .rendering import HEADERS, add_files

_FOLDER = PACKAGE / "http" / "desk" / "door_page"
# They name each other without a version.
_OWN = ("door.js", "camera.js", "codes.js", "memory.js")
_KEY = r"[\w-]{16,64}"


class _Entry(Body):
    code = fields.String(required=True, validate=validate.Length(1, 1000))
    key = fields.String(required=True, validate=validate.Regexp(rf"\A{_KEY}\Z"))
    at = fields.AwareDateTime(required=True)


class _Report(Body):
    device = fields.String(required=True, validate=validate.Regexp(r"\A[\w-]{1,40}\Z"))
    entries = fields.List(
        fields.Nested(_Entry), required=True, validate=validate.Length(min=1, max=200)
    )


def add_routes(desk: Desk) -> None:
    """Add the list of doors, the page of each, its files, and what the page asks."""
    _add_pages(desk)
    _add_answers(desk)
    add_files(desk.bp, _FOLDER, "/door-page", changing=_OWN)


def _add_pages(desk: Desk) -> None:
    @desk.page("/door")
    async def list_doors(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(door.list_doors, desk.container)
        return desk.show(visit, "doors.html", doors=found)

    @desk.page("/door/<show_id:str>")
    async def show_door(visit: Visit, show_id: str) -> HTTPResponse:
        found = await asyncio.to_thread(door.find_door, desk.container, show_id)
        page = desk.show(visit, "door.html", door=found)
        page.headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
        return page

    @desk.page("/door/<show_id:str>/tickets.csv")
    async def download(_visit: Visit, show_id: str) -> HTTPResponse:
        found = await asyncio.to_thread(door_list, desk.container, show_id)
        if found is None:
            raise TicketNotFound("There are no tickets of such a show.")
        name = f'attachment; filename="{re.sub(r"[^a-zA-Z0-9_-]", "_", show_id)}-tickets.csv"'
        headers = {**HEADERS, "Content-Disposition": name}
        # Without the mark Excel reads names with accents as Latin-1.
        text = codecs.BOM_UTF8 + found.encode()
        return raw(text, headers=headers, content_type="text/csv; charset=utf-8")


def _add_answers(desk: Desk) -> None:
    container = desk.container

    @desk.page("/door/<show_id:str>/list")
    async def give_list(_visit: Visit, show_id: str) -> HTTPResponse:
        as_of = container.now()
        refused = await asyncio.to_thread(door.list_refused, container, show_id)
        keys = codes.public_keys(container.settings)
        return _answer({"as_of": as_of.isoformat(), "keys": keys, "refused": refused})

    @desk.form("/door/<show_id:str>/check", for_all=True)
    async def check(visit: Visit, show_id: str) -> HTTPResponse:
        look = partial(admission.check, container, visit.form.get("code", ""), show_id=show_id)
        return _answer(_checked_json(await asyncio.to_thread(look)))

    @desk.form("/door/<show_id:str>/redeem")
    async def redeem(visit: Visit, show_id: str) -> HTTPResponse:
        code, key = visit.form.get("code", ""), visit.form.get("key", "")
        if not re.fullmatch(_KEY, key):
            raise InvalidRequest("The key must have 16 to 64 letters and digits.", field="key")
        who = visit.session.operator.name
        let_in = partial(door.let_in, container, who, show_id, code, key=key)
        return _answer(_checked_json(await asyncio.to_thread(let_in)))

    @desk.form("/door/<show_id:str>/report")
    async def take_report(visit: Visit, show_id: str) -> HTTPResponse:
        sent = parse(visit.form.get("report", "").encode(), _Report())
        entries = [door.Admission(**entry) for entry in sent["entries"]]
        who = visit.session.operator.name
        take = partial(door.take_report, container, who, show_id, sent["device"], entries)
        results = await asyncio.to_thread(take)
        return _answer({"results": [_checked_json(checked) for checked in results]})


def _checked_json(checked: Checked) -> dict[str, Any]:
    ticket = checked.ticket
    shown: dict[str, Any] = {"status": checked.status.value, "redeemed": checked.is_redeemed}
    if ticket is not None:
        used_at = ticket.used_at.isoformat() if ticket.used_at else None
        place = {"number": ticket.number, "count": ticket.count, "seat": seat_name(ticket, FIRST)}
        place["holder"] = ticket.holder
        shown |= {"ticket": ticket.id, "used_at": used_at, **place}
    return shown


def _answer(body: dict[str, Any]) -> HTTPResponse:
    return answer(body, headers=dict(HEADERS))
