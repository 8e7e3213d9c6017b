"""Shows for those who run them: calling one off, moving it, and how far that is."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing import show_changes
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.ticketing.domain.show_changes import ShowState

from . import schemas as wire
from .authorized import authorized, repeatable
from .request_bodies import parse, read_body
from .responses import answer


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add ``/shows/{show_id}/call-off``, ``…/move`` and ``…/change``."""

    @bp.post("/shows/<show_id:str>/call-off", stream=True)
    @authorized(container)
    async def call_off(request: Request, show_id: str) -> HTTPResponse:
        await read_body(request)
        async with repeatable(container, request):
            show = await asyncio.to_thread(show_changes.call_off_show, container, show_id)
        return await _answer(container, show)

    @bp.post("/shows/<show_id:str>/move", stream=True)
    @authorized(container)
    async def move(request: Request, show_id: str) -> HTTPResponse:
        body = parse(await read_body(request), wire.MoveBody())
        async with repeatable(container, request, body):
            do = partial(show_changes.move_show, container, show_id, **body)
            show = await asyncio.to_thread(do)
        return await _answer(container, show)

    @bp.get("/shows/<show_id:str>/change")
    @authorized(container)
    async def get_change(_request: Request, show_id: str) -> HTTPResponse:
        show = await asyncio.to_thread(show_changes.find_show, container, show_id)
        return await _answer(container, show)


async def _answer(container: Container, show: ShowState) -> HTTPResponse:
    return answer({"success": True, "change": await asyncio.to_thread(_change, container, show)})


def _change(container: Container, show: ShowState) -> dict[str, Any] | None:
    progress = show_changes.progress_of(container, show)
    if show.change is None or progress is None:
        return None
    counts = ("waiting", "closing", "payments", "refunded", "underway", "failed", "disputed")
    return {
        "show_id": show.id,
        "kind": show.change.kind.value,
        "made_at": show.change.made_at,
        "starts_at": show.starts_at,
        "venue": show.venue,
        "city": show.city,
        "refund_until": show.change.refund_until,
        "is_done": progress.is_done,
        "currency": show.currency,
        "amount": to_major(progress.amount, show.currency),
        "amount_refunded": to_major(progress.amount_refunded, show.currency),
        **{name: getattr(progress, name) for name in (*counts, "notices", "delivered")},
    }
