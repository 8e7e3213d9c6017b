"""Orders that the shop makes itself, paid elsewhere or free, and taking their tickets back."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order, PaidElsewhere
from ticket_clerk.ticketing.orders import box_office
from ticket_clerk.ticketing.tickets.queries import tickets_of

from . import schemas as wire
from .authorized import authorized, repeatable
from .orders_api import order_json, ticket_json
from .request_bodies import parse, read_body
from .responses import answer

# Who stands behind an order that was made with the token.
_WHO = "api"


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add ``POST /orders`` and ``POST /orders/{id}/take-back``."""

    @bp.post("/orders", stream=True)
    @authorized(container)
    async def make_order(request: Request) -> HTTPResponse:
        body = parse(await read_body(request), wire.BoxOfficeBody())
        wanted = {**body, "how": PaidElsewhere(body["paid"])}
        wanted.pop("paid")
        async with repeatable(container, request, body) as once:
            sell = partial(box_office.sell_elsewhere, container, _WHO, request_key=once.key)
            order = await asyncio.to_thread(partial(sell, **wanted))
        return await _answer(container, order)

    @bp.post("/orders/<order_id:str>/take-back", stream=True)
    @authorized(container)
    async def take_back(request: Request, order_id: str) -> HTTPResponse:
        await read_body(request)
        async with repeatable(container, request):
            order = await asyncio.to_thread(box_office.take_back, container, order_id)
        return await _answer(container, order)


async def _answer(container: Container, order: Order) -> HTTPResponse:
    tickets = await asyncio.to_thread(tickets_of, container, order)
    shown: dict[str, Any] = {"tickets": [ticket_json(container, ticket) for ticket in tickets]}
    return answer({"success": True, "order": {**order_json(order), **shown}})
