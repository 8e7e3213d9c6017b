"""Handoffs over HTTP, behind PAYMENTS_API_TOKEN: the queue, a case, answering, handing back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from marshmallow import Schema, fields, validate
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain import models
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.handoffs import handover

from .authorized import argument, authorized, repeatable
from .orders_api import order_json
from .request_bodies import parse, read_body
from .responses import answer
from .schemas import STORABLE, Body, Order

STATES = ("open", "closed")
# What fits into a message of every channel.
LONGEST_TEXT = 2000


class MessageBody(Body):
    """What an operator says, and the name that they say it under."""

    operator = fields.String(
        required=True,
        validate=[validate.Length(1, 60), validate.Regexp(r"^[^\x00-\x1f\ud800-\udfff]*$")],
    )
    text = fields.String(
        required=True, validate=[validate.Length(1, LONGEST_TEXT), validate.Regexp(STORABLE)]
    )


class Message(Schema):
    """What an operator said; the conversation has it as soon as its channel takes it."""

    id = fields.String(required=True)
    at = fields.DateTime(required=True)


class Handoff(Schema):
    """A conversation that people lead."""

    id = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(
        required=True, validate=validate.OneOf([reason.value for reason in models.HandoffReason])
    )
    channel = fields.String(required=True)
    sender_id = fields.String(required=True)
    opened_at = fields.DateTime(required=True)
    closed_at = fields.DateTime(required=True, allow_none=True)


class TranscriptLine(Schema):
    """One message of the conversation."""

    by = fields.String(required=True, validate=validate.OneOf(["buyer", "clerk", "operator"]))
    text = fields.String(required=True)
    at = fields.DateTime(required=True)


class HandoffCase(Handoff):
    """A handoff with what was said, the last 200 messages, and the buyer's orders."""

    transcript = fields.List(fields.Nested(TranscriptLine), required=True)
    orders = fields.List(fields.Nested(Order), required=True)


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add ``/handoffs`` and what is below it to the blueprint."""

    @bp.get("/handoffs")
    @authorized(container)
    async def list_handoffs(request: Request) -> HTTPResponse:
        state = argument(request, "state")
        if state not in {None, *STATES}:
            raise InvalidRequest("state must be one of open, closed", field="state")
        read = partial(handover.list_handoffs, container, is_open=state != "closed")
        found = await asyncio.to_thread(read)
        return answer({"success": True, "handoffs": [_handoff_json(one) for one in found]})

    @bp.get("/handoffs/<handoff_id:str>")
    @authorized(container)
    async def get_handoff(_request: Request, handoff_id: str) -> HTTPResponse:
        case = await asyncio.to_thread(handover.read_case, container, handoff_id)
        shown = {
            **_handoff_json(case.handoff),
            "transcript": [vars(line) for line in case.transcript],
            "orders": [order_json(order) for order in case.orders],
        }
        return answer({"success": True, "handoff": shown})

    @bp.post("/handoffs/<handoff_id:str>/messages", stream=True)
    @authorized(container)
    async def write_message(request: Request, handoff_id: str) -> HTTPResponse:
        body = parse(await read_body(request), MessageBody())
        async with repeatable(container, request, body) as once:
            say = partial(handover.say, container, handoff_id, **body, request_key=once.key)
            said = await asyncio.to_thread(say)
        return answer({"success": True, "message": {"id": said.id, "at": said.created_at}})

    @bp.post("/handoffs/<handoff_id:str>/close", stream=True)
    @authorized(container)
    async def close_handoff(request: Request, handoff_id: str) -> HTTPResponse:
        await read_body(request)
        async with repeatable(container, request):
            closed = await asyncio.to_thread(handover.hand_back, container, handoff_id)
        return answer({"success": True, "handoff": _handoff_json(closed)})


def _handoff_json(handoff: models.Handoff) -> dict[str, Any]:
    return {
        "id": handoff.id,
        "state": "closed" if handoff.closed_at else "open",
        "reason": handoff.reason.value,
        "channel": handoff.buyer.channel,
        "sender_id": handoff.buyer.sender_id,
        "opened_at": handoff.opened_at,
        "closed_at": handoff.closed_at,
    }
