"""Looking for orders, one order with its whole story, and selling at the box office."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from sanic.response import HTTPResponse

from ticket_clerk.ticketing.desk import acts, orders
from ticket_clerk.ticketing.domain.errors import InvalidRequest, WrongState
from ticket_clerk.ticketing.domain.models import Order, OrderStatus, PaidElsewhere
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.orders import box_office, queries
from ticket_clerk.ticketing.orders.box_office import release_seats
from ticket_clerk.ticketing.orders.checkout import cancel_order
from ticket_clerk.ticketing.subscriptions.season_tickets import cancel_season_ticket
from ticket_clerk.ticketing.tickets.mailing import request_mail
from ticket_clerk.ticketing.tickets.queries import any_ticket
from ticket_clerk.ticketing.tickets.replacement import replace_ticket, set_holder

from .access import Desk, Visit
from .waiting import Unknown, wait_for

_A_PAGE = 50
_HOW = {one.value: one for one in PaidElsewhere}


def add_routes(desk: Desk) -> None:
    """Add the list of orders, the search, the page of one order, its acts, and the sale."""
    _add_acts(desk)
    _add_selling(desk)

    @desk.page("/orders")
    async def list_orders(visit: Visit) -> HTTPResponse:
        wanted = visit.argument("q").strip()
        if wanted:
            found, missing = await _search(desk, wanted)
            if len(found) == 1:
                return desk.go(f"/orders/{found[0].id}")
            shown: dict[str, object] = {"orders": found, "next_cursor": None, "missing": missing}
        else:
            shown = await asyncio.to_thread(_page, desk, visit)
        status = visit.argument("status")
        return desk.show(
            visit, "orders.html", q=wanted, chosen=status, statuses=list(OrderStatus), **shown
        )

    @desk.page("/orders/<order_id:str>")
    async def show_order(visit: Visit, order_id: str) -> HTTPResponse:
        read = partial(orders.read_story, desk.container, order_id)
        found = await asyncio.to_thread(read)
        talk = await _conversation(desk, found.order)
        has_mail = desk.container.mail.is_there
        return desk.show(
            visit, "order.html", story=found, order=found.order, talk=talk, has_mail=has_mail
        )


async def _search(desk: Desk, wanted: str) -> tuple[list[Order], str]:
    """Search by ids and senders, then for a person: the names on tickets are here, those of buyers
    at Stripe. The second value is why Stripe could not be asked.
    """
    container = desk.container
    found = await asyncio.to_thread(orders.find_orders, container, wanted)
    if found:
        return found, ""
    of_holder = await asyncio.to_thread(orders.find_orders_of_holder, container, wanted)
    persons = await wait_for(partial(orders.find_orders_of_person, container, wanted), "Stripe")
    if isinstance(persons, Unknown):
        return of_holder, persons.reason
    known = {order.id for order in of_holder}
    return of_holder + [order for order in persons if order.id not in known], ""


def _add_acts(desk: Desk) -> None:
    """Add what can be done to an order, and to one of its tickets."""
    container = desk.container

    def cancel(order: Order) -> None:
        cancel_order(container, order.buyer, order.id)

    def release(order: Order) -> None:
        release_seats(container, order.id)

    def end_season(order: Order) -> None:
        cancel_season_ticket(container, order.buyer, order.id)

    def mail(order: Order) -> None:
        if not request_mail(container, order):
            raise WrongState("They went out within this hour already.")

    _add_order_act(desk, "/orders/<order_id:str>/cancel", "cancel", cancel)
    _add_order_act(desk, "/orders/<order_id:str>/release", "release", release)
    _add_order_act(desk, "/orders/<order_id:str>/end-season", "end_season", end_season)
    _add_order_act(desk, "/orders/<order_id:str>/mail", "mail", mail)
    _add_replacement(desk)
    _add_holder(desk)


def _add_order_act(desk: Desk, path: str, kind: str, do: Callable[[Order], None]) -> None:
    @desk.form(path)
    async def act(visit: Visit, order_id: str) -> HTTPResponse:
        order = await asyncio.to_thread(queries.any_order, desk.container, order_id)
        then = f"/orders/{order_id}"
        return await desk.carry_out(visit, kind, order_id, lambda _key: do(order), then=then)


def _add_replacement(desk: Desk) -> None:
    @desk.form("/tickets/<ticket_id:str>/replace")
    async def replace(visit: Visit, ticket_id: str) -> HTTPResponse:
        def do(key: str) -> None:
            # Also where the first try had no known end: it is found by the key.
            replace_ticket(desk.container, ticket_id, request_key=key, is_repeated=True)

        return await _act_on_ticket(desk, visit, "replace", ticket_id, do)


def _add_holder(desk: Desk) -> None:
    @desk.form("/tickets/<ticket_id:str>/holder")
    async def name_holder(visit: Visit, ticket_id: str) -> HTTPResponse:
        holder = visit.form.get("holder", "")

        def do(_key: str) -> None:
            set_holder(desk.container, ticket_id, holder)

        # Acts are kept for good, and no name is: privacy erase could not find it there.
        return await _act_on_ticket(desk, visit, "name_holder", ticket_id, do)


async def _act_on_ticket(
    desk: Desk, visit: Visit, kind: str, ticket_id: str, do: Callable[[str], None]
) -> HTTPResponse:
    """Do it, written down under the ticket's order, whose page comes next."""
    ticket = await asyncio.to_thread(any_ticket, desk.container, ticket_id)
    then = f"/orders/{ticket.order_id}"
    return await desk.carry_out(visit, kind, ticket.order_id, do, detail=ticket_id, then=then)


async def _conversation(desk: Desk, order: Order) -> tuple[handover.Line, ...] | Unknown:
    if order.buyer.is_erased:
        return Unknown("The buyer was erased, and what they said with them.")
    return await wait_for(partial(handover.read_transcript, desk.container, order.buyer), "Rasa")


def _page(desk: Desk, visit: Visit) -> dict[str, object]:
    status, cursor = visit.argument("status"), visit.argument("cursor")
    if status and status not in [known.value for known in OrderStatus]:
        raise InvalidRequest("There is no such status.", field="status")
    page, next_cursor = queries.page_of_orders(
        desk.container,
        status=OrderStatus(status) if status else None,
        cursor=cursor or None,
        limit=_A_PAGE,
    )
    return {"orders": page, "next_cursor": next_cursor}


def _add_selling(desk: Desk) -> None:
    """Add the page with its form, and the act on an order that was sold there."""
    container = desk.container

    @desk.page("/sell")
    async def show_sale(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(queries.catalog, container)
        return desk.show(visit, "sell.html", shows=found.shows, most=box_office.MOST_TICKETS)

    @desk.form("/sell")
    async def sell(visit: Visit) -> HTTPResponse:
        sale = _sale(visit)
        key = acts.request_key(visit.session, visit.form.get("key", ""))
        order_id = box_office.order_number(container, key)

        def do(request_key: str) -> None:
            operator = visit.session.operator.name
            box_office.sell_elsewhere(container, operator, **sale, request_key=request_key)

        of = f"{sale['quantity']} × {sale['show_id']}, {sale['section_id']}, {visit.form['paid']}"
        then = f"/orders/{order_id}"
        return await desk.carry_out(visit, "sell", order_id, do, detail=of, then=then)

    @desk.form("/orders/<order_id:str>/take-back")
    async def take_back(visit: Visit, order_id: str) -> HTTPResponse:
        def do(_key: str) -> None:
            box_office.take_back(container, order_id)

        return await desk.carry_out(visit, "take_back", order_id, do, then=f"/orders/{order_id}")


def _sale(visit: Visit) -> dict[str, Any]:
    """Read what is sold, to whom and how it was paid, off the form."""
    show_id, _, section_id = visit.form.get("section", "").partition("/")
    how, quantity = visit.form.get("paid", ""), visit.form.get("quantity", "")
    if how not in _HOW or not re.fullmatch("[0-9]{1,3}", quantity):
        raise InvalidRequest("Say how many tickets, and how they are paid.", field="quantity")
    return {
        "show_id": show_id,
        "section_id": section_id,
        "quantity": int(quantity),
        "how": _HOW[how],
        "holder": visit.form.get("holder") or None,
    }
