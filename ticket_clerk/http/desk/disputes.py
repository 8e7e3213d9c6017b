"""Answering a dispute with what the clerk knows: a page that shows it, and the act."""

from __future__ import annotations

import asyncio
from functools import partial

from sanic.response import HTTPResponse

from ticket_clerk.ticketing.desk import evidence

from .access import Desk, Visit
from .waiting import wait_for


def add_routes(desk: Desk) -> None:
    """Add the page and its form, by the dispute's id."""
    container = desk.container

    @desk.page("/disputes/<dispute_id:str>")
    async def show_dispute(visit: Visit, dispute_id: str) -> HTTPResponse:
        case = await wait_for(partial(evidence.read_case, container, dispute_id), "Stripe or Rasa")
        most = evidence.LONGEST_NOTE
        return desk.show(visit, "dispute.html", dispute_id=dispute_id, case=case, most=most)

    @desk.form("/disputes/<dispute_id:str>/evidence")
    async def submit(visit: Visit, dispute_id: str) -> HTTPResponse:
        note = visit.form.get("note", "")
        case = await asyncio.to_thread(evidence.read_case, container, dispute_id, note=note)

        def do(_key: str) -> None:
            evidence.submit_evidence(container, dispute_id, note=note)

        # Acts are kept for good, and nothing that the buyer said is: its names only.
        detail = f"{dispute_id}: {', '.join(case.evidence)}"
        then = f"/orders/{case.order.id}"
        return await desk.carry_out(
            visit, "submit_evidence", case.order.id, do, detail=detail, then=then
        )
