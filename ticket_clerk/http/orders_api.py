"""Orders, figures, open questions and the catalog over HTTP; only the catalog is public.

Amounts are in major units, as everywhere in this API.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime, timezone
from functools import partial
from typing import Any

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.facts import OpenQuestion
from ticket_clerk.ticketing.domain.models import (
    Order,
    OrderStatus,
    PaidElsewhere,
    SeasonTicket,
    Show,
)
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.ticketing.domain.order_lines import OrderLine, lines_of, status_of
from ticket_clerk.ticketing.domain.tickets import Ticket
from ticket_clerk.ticketing.orders import box_office, queries
from ticket_clerk.ticketing.reports.counts import list_open_questions
from ticket_clerk.ticketing.reports.stats import PaymentSummary, payment_summary
from ticket_clerk.ticketing.tickets.queries import address_of, tickets_of
from ticket_clerk.ticketing.tickets.seat_names import seat_name

from . import schemas as wire
from .authorized import argument, authorized, repeatable
from .request_bodies import parse, read_body
from .responses import answer

# Who stands behind an order that was made with the token.
_WHO = "api"
MOST_A_PAGE = 100


def add_routes(bp: Blueprint, container: Container) -> None:
    """Add ``/orders`` and what is below it, ``/stats``, ``/questions`` and ``/shows``."""
    _add_orders(bp, container)
    _add_sales(bp, container)
    _add_reports(bp, container)

    @bp.get("/shows")
    async def list_shows(request: Request) -> HTTPResponse:
        catalog = await asyncio.to_thread(queries.catalog, container)
        season = [_season_ticket_json(ticket) for ticket in catalog.season_tickets]
        return answer({"shows": [_show_json(s) for s in catalog.shows], "season_tickets": season})


def _add_orders(bp: Blueprint, container: Container) -> None:
    @bp.get("/orders/<order_id:str>")
    @authorized(container)
    async def get_order(_request: Request, order_id: str) -> HTTPResponse:
        order = await asyncio.to_thread(queries.any_order, container, order_id)
        return await _answer_order(container, order)

    @bp.get("/orders")
    @authorized(container)
    async def list_orders(request: Request) -> HTTPResponse:
        read = partial(queries.page_of_orders, container, **_page(request))
        page, next_cursor = await asyncio.to_thread(read)
        orders = [order_json(order) for order in page]
        return answer({"success": True, "orders": orders, "next_cursor": next_cursor})


def _add_sales(bp: Blueprint, container: Container) -> None:
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
        return await _answer_order(container, order)

    @bp.post("/orders/<order_id:str>/take-back", stream=True)
    @authorized(container)
    async def take_back(request: Request, order_id: str) -> HTTPResponse:
        await read_body(request)
        async with repeatable(container, request):
            order = await asyncio.to_thread(box_office.take_back, container, order_id)
        return await _answer_order(container, order)


async def _answer_order(container: Container, order: Order) -> HTTPResponse:
    of_lines = [
        await asyncio.to_thread(tickets_of, container, line) for line in order.paid_together
    ]
    shown = [ticket_json(container, ticket) for tickets in of_lines for ticket in tickets]
    return answer({"success": True, "order": {**order_json(order), "tickets": shown}})


def _add_reports(bp: Blueprint, container: Container) -> None:
    @bp.get("/stats")
    @authorized(container)
    async def stats(request: Request) -> HTTPResponse:
        since, until = _moment(request, "since"), _moment(request, "until")
        found = await asyncio.to_thread(
            partial(payment_summary, container, since=since, until=until)
        )
        shown = {currency: _summary_json(currency, row) for currency, row in found.items()}
        return answer({"success": True, "stats": shown})

    @bp.get("/questions")
    @authorized(container)
    async def list_questions(_request: Request) -> HTTPResponse:
        found = await asyncio.to_thread(list_open_questions, container)
        return answer({"success": True, "questions": [_question_json(one) for one in found]})


def _season_ticket_json(ticket: SeasonTicket) -> dict[str, Any]:
    return {
        "id": ticket.id,
        "name": ticket.name,
        "currency": ticket.currency,
        "price": to_major(ticket.unit_amount, ticket.currency),
        "interval": ticket.interval,
    }


_AMOUNTS = (
    "amount_subtotal",
    "amount_discount",
    "amount_tax",
    "amount_total",
    "amount_refunded",
    "amount_kept",
)


def order_json(order: Order) -> dict[str, Any]:
    """Give an order the fields and names of the API."""
    parts = order.paid_together
    major = {
        name: to_major(sum(getattr(part, name) for part in parts), order.currency)
        for name in _AMOUNTS
    }
    lines = lines_of(order)
    return {
        "id": order.id,
        "status": status_of(order).value,
        "kind": order.kind.value,
        "show_id": order.show_id,
        "section_id": order.section_id or "",
        "quantity": order.quantity,
        "refunded_quantity": sum(part.refunded_quantity for part in parts),
        "currency": order.currency,
        "unit_amount": to_major(order.unit_amount, order.currency),
        **major,
        "promotion_code": order.promotion_code,
        "tax_behavior": order.tax_behavior,
        "paid_elsewhere": order.paid_elsewhere.value if order.paid_elsewhere else None,
        "refund_fee": order.refund_fee,
        "parent_order_id": order.parent_order_id,
        "checkout_session_id": order.checkout_session_id,
        "payment_intent_id": order.payment_intent_id,
        "channel": order.buyer.channel,
        "sender_id": order.buyer.sender_id,
        "created_at": order.created_at,
        "expires_at": order.expires_at,
        **_single_line(lines),
        "lines": [_line_json(line, order.currency) for line in lines],
    }


def _single_line(lines: Sequence[OrderLine]) -> dict[str, Any]:
    """Give the fields of the only line their values; with more of them only the number is left."""
    if len(lines) == 1:
        return {}
    nothing = dict.fromkeys(("show_id", "section_id", "unit_amount"))
    return {**nothing, "quantity": sum(line.quantity for line in lines)}


def _line_json(line: OrderLine, currency: str) -> dict[str, Any]:
    major = {
        name: to_major(getattr(line, name), currency)
        for name in ("unit_amount", "amount_total", "amount_refunded")
    }
    return {
        "kind": line.kind,
        "show_id": line.show_id,
        "section_id": line.section_id,
        "extra_id": line.extra_id,
        "name": line.name,
        "quantity": line.quantity,
        **major,
    }


def ticket_json(container: Container, ticket: Ticket) -> dict[str, Any]:
    """Give a ticket of an order the fields and names of the API."""
    return {
        "id": ticket.id,
        "number": ticket.number,
        "seat": seat_name(ticket, container.settings.language) or "",
        "row": ticket.row_name,
        "seat_number": ticket.seat_number,
        "holder": ticket.holder,
        "status": ticket.status.value,
        "used_at": ticket.used_at,
        "url": address_of(container, ticket),
    }


def _question_json(question: OpenQuestion) -> dict[str, Any]:
    return {
        "topic": question.topic,
        "scope": question.place.scope.value,
        "place": question.place.id,
        "count": question.count,
        "last_asked_on": question.last_asked_on.isoformat(),
    }


def _show_json(show: Show) -> dict[str, Any]:
    return {
        "id": show.id,
        "name": show.name,
        "category": show.category,
        "venue": show.venue,
        "city": show.city,
        "starts_at": show.starts_at,
        "currency": show.currency,
        "sections": [
            {
                "id": section.id,
                "name": section.name,
                "price": to_major(section.unit_amount, show.currency),
                "seats": section.seats,
                "seats_left": section.seats_left,
            }
            for section in show.sections
        ],
        "extras": [
            {
                "id": extra.id,
                "name": extra.name,
                "price": to_major(extra.unit_amount, show.currency),
                "stock": extra.stock,
                "left": extra.left,
            }
            for extra in show.extras
        ],
    }


def _summary_json(currency: str, row: PaymentSummary) -> dict[str, Any]:
    amounts = {
        name: to_major(getattr(row, name), currency)
        for name in ("total_revenue", "refunded", "refund_fees", "paid_elsewhere")
    }
    return {**vars(row), **amounts}


def _moment(request: Request, name: str) -> datetime | None:
    """Read an ISO 8601 moment; one without an offset is in UTC."""
    text: str | None = argument(request, name)
    if text is None:
        return None
    try:
        # A plus sign that was not encoded arrives as a blank.
        moment = datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+"))
        return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    except ValueError:
        raise InvalidRequest(f"{name} must be a moment in ISO 8601", field=name) from None


def _page(request: Request) -> dict[str, Any]:
    status, limit = argument(request, "status"), argument(request, "limit")
    if status is not None and status not in [known.value for known in OrderStatus]:
        names = ", ".join(known.value for known in OrderStatus)
        raise InvalidRequest(f"status must be one of {names}", field="status")
    limit = "20" if limit is None else limit
    if not re.fullmatch("[0-9]{1,3}", limit) or not 1 <= int(limit) <= MOST_A_PAGE:
        raise InvalidRequest(f"limit must be a number from 1 to {MOST_A_PAGE}", field="limit")
    cursor = argument(request, "cursor")
    if cursor is not None and not re.fullmatch("[A-Za-z0-9_]{1,255}", cursor):
        raise InvalidRequest("cursor is malformed", field="cursor")
    return {
        "status": OrderStatus(status) if status else None,
        "cursor": cursor,
        "limit": int(limit),
    }
