"""A conversation that people lead: reading it, answering, giving it back to the bot."""

from __future__ import annotations

import asyncio
from functools import partial

from sanic.response import HTTPResponse

from ticket_clerk.http.handoff_schemas import LONGEST_TEXT, MessageBody
from ticket_clerk.http.request_bodies import load
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.orders import queries

from .access import Desk, Visit
from .waiting import wait_for


def add_routes(desk: Desk) -> None:
    """Add the page of one handoff, and its acts."""
    container = desk.container

    @desk.page("/handoffs/<handoff_id:str>")
    async def show_handoff(visit: Visit, handoff_id: str) -> HTTPResponse:
        handoff = await asyncio.to_thread(handover.get_handoff, container, handoff_id)
        read = partial(handover.read_transcript, container, handoff.buyer)
        talk = await wait_for(read, "Rasa")
        orders = await asyncio.to_thread(queries.orders_of, container, handoff.buyer)
        shown = {"handoff": handoff, "talk": talk, "orders": orders, "longest": LONGEST_TEXT}
        return desk.show(visit, "handoff.html", **shown)

    @desk.form("/handoffs/<handoff_id:str>/reply")
    async def reply(visit: Visit, handoff_id: str) -> HTTPResponse:
        text = visit.form.get("text", "").replace("\r\n", "\n")
        said = load({"operator": visit.session.operator.name, "text": text}, MessageBody())

        def do(key: str) -> None:
            handover.say(container, handoff_id, **said, request_key=key)

        return await desk.carry_out(visit, "reply", handoff_id, do, then=f"/handoffs/{handoff_id}")

    @desk.form("/handoffs/<handoff_id:str>/give-back")
    async def give_back(visit: Visit, handoff_id: str) -> HTTPResponse:
        def do(_key: str) -> None:
            handover.hand_back(container, handoff_id)

        return await desk.carry_out(
            visit, "give_back", handoff_id, do, then=f"/handoffs/{handoff_id}"
        )
