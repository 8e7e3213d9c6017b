"""Shows: what is to come, and calling one off or moving it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sanic.response import HTTPResponse

from ticket_clerk.ticketing import show_changes
from ticket_clerk.ticketing.domain.errors import InvalidRequest

from .access import Desk, Visit


def add_routes(desk: Desk) -> None:
    """Add the list of shows, the page of each, and the acts."""
    container = desk.container
    _add_calling_off(desk)
    _add_moving(desk)

    @desk.page("/shows")
    async def list_shows(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(show_changes.list_shows, container)
        return desk.show(visit, "shows.html", shows=found)

    @desk.page("/shows/<show_id:str>")
    async def show_show(visit: Visit, show_id: str) -> HTTPResponse:
        show = await asyncio.to_thread(show_changes.find_show, container, show_id)
        progress = await asyncio.to_thread(show_changes.progress_of, container, show)
        untold = await asyncio.to_thread(show_changes.list_untold, container, show)
        return desk.show(visit, "show.html", show=show, progress=progress, untold=untold)


def _add_calling_off(desk: Desk) -> None:
    @desk.form("/shows/<show_id:str>/call-off")
    async def call_off(visit: Visit, show_id: str) -> HTTPResponse:
        # A click is made too easily.
        if visit.form.get("confirm") != show_id:
            raise InvalidRequest("Write the show's id to confirm it.", field="confirm")

        def do(_key: str) -> None:
            show_changes.call_off_show(desk.container, show_id)

        then = f"/shows/{show_id}"
        return await desk.carry_out(visit, "call_off", show_id, do, then=then)


def _add_moving(desk: Desk) -> None:
    @desk.form("/shows/<show_id:str>/move")
    async def move(visit: Visit, show_id: str) -> HTTPResponse:
        starts_at, refund_until = _moment(visit, "starts_at"), _moment(visit, "refund_until")
        venue, city = visit.form.get("venue") or None, visit.form.get("city") or None

        def do(_key: str) -> None:
            show_changes.move_show(
                desk.container,
                show_id,
                refund_until=refund_until,
                starts_at=starts_at,
                venue=venue,
                city=city,
            )

        detail = ", ".join(visit.form.get(name, "") for name in ("starts_at", "venue", "city"))
        then = f"/shows/{show_id}"
        return await desk.carry_out(visit, "move", show_id, do, detail=detail, then=then)


def _moment(visit: Visit, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(visit.form.get(name, "").replace("Z", "+00:00"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        example = "2027-01-16T19:30:00-08:00"
        raise InvalidRequest(f"{name} must be a moment with its offset, as {example}.", field=name)
    return moment
