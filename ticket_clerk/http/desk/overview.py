"""The desk's first page, and what buyers asked that no fact answered."""

from __future__ import annotations

import asyncio

from sanic.response import HTTPResponse

from ticket_clerk.ticketing.desk.overview import Overview, read_overview
from ticket_clerk.ticketing.reports.open_questions import list_open_questions

from .access import Desk, Visit

_DAYS = {"7": "a week", "30": "30 days", "90": "90 days", "365": "a year"}


def add_routes(desk: Desk) -> None:
    """Add both pages."""

    @desk.page("/")
    async def show_overview(visit: Visit) -> HTTPResponse:
        days = visit.argument("days")
        days = days if days in _DAYS else "30"
        found: Overview = await asyncio.to_thread(read_overview, desk.container, int(days))
        return desk.show(visit, "overview.html", overview=found, days=days, choices=_DAYS)

    @desk.page("/questions")
    async def show_questions(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(list_open_questions, desk.container)
        return desk.show(visit, "questions.html", questions=found)
