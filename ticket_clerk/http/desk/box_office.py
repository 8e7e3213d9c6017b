"""Selling at the box office: orders paid elsewhere or free, and taking their tickets back."""

from __future__ import annotations

import asyncio
import re

from sanic.response import HTTPResponse

from ticket_clerk.ticketing.desk import acts
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.models import PaidElsewhere
from ticket_clerk.ticketing.orders import box_office, queries

from .access import Desk, Visit

_HOW = {one.value: one for one in PaidElsewhere}


def add_routes(desk: Desk) -> None:
    """Add the page with its form, and the act on an order that was sold there."""
    container = desk.container

    @desk.page("/sell")
    async def show_form(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(queries.catalog, container)
        return desk.show(visit, "sell.html", shows=found.shows, most=box_office.MOST_TICKETS)

    @desk.form("/sell")
    async def sell(visit: Visit) -> HTTPResponse:
        show_id, _, section_id = visit.form.get("section", "").partition("/")
        how, quantity = visit.form.get("paid", ""), visit.form.get("quantity", "")
        if how not in _HOW or not re.fullmatch("[0-9]{1,3}", quantity):
            raise InvalidRequest("Say how many tickets, and how they are paid.", field="quantity")
        key = acts.request_key(visit.session, visit.form.get("key", ""))
        order_id = box_office.order_number(container, key)

        def do(request_key: str) -> None:
            box_office.sell_elsewhere(
                container,
                visit.session.operator.name,
                show_id=show_id,
                section_id=section_id,
                quantity=int(quantity),
                how=_HOW[how],
                holder=visit.form.get("holder") or None,
                request_key=request_key,
            )

        detail = f"{quantity} × {show_id}, {section_id}, {how}"
        then = f"/orders/{order_id}"
        return await desk.carry_out(visit, "sell", order_id, do, detail=detail, then=then)

    @desk.form("/orders/<order_id:str>/take-back")
    async def take_back(visit: Visit, order_id: str) -> HTTPResponse:
        def do(_key: str) -> None:
            box_office.take_back(container, order_id)

        return await desk.carry_out(visit, "take_back", order_id, do, then=f"/orders/{order_id}")
