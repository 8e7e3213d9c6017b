"""What needs somebody, each with the button that mends it."""

from __future__ import annotations

import asyncio
from functools import partial

from sanic.response import HTTPResponse

from ticket_clerk.ticketing.desk import review
from ticket_clerk.ticketing.domain.errors import WrongState
from ticket_clerk.ticketing.events import failed_events
from ticket_clerk.ticketing.notifications import delivery

from .access import Desk, Visit
from .waiting import wait_for


def add_routes(desk: Desk) -> None:
    """Add the queue, and the acts on events and notifications."""
    container = desk.container
    _add_events(desk)
    _add_notifications(desk)

    @desk.page("/review")
    async def show_review(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(review.read_review, container)
        read = partial(review.read_disputes, container)
        disputes = await wait_for(read, "Stripe") if found.may_be_disputed else []
        has_handoffs = container.operators.is_there
        return desk.show(
            visit, "review.html", review=found, disputes=disputes, has_handoffs=has_handoffs
        )


def _add_events(desk: Desk) -> None:
    container = desk.container

    @desk.form("/events/<event_id:str>/replay")
    async def replay(visit: Visit, event_id: str) -> HTTPResponse:
        def do(_key: str) -> None:
            (outcome,) = failed_events.replay(container, [event_id]).values()
            if not failed_events.is_all_done([outcome]):
                raise WrongState(f"The event could not be taken: {outcome}.")

        return await desk.carry_out(visit, "replay", event_id, do, then="/review")

    @desk.form("/events/<event_id:str>/close")
    async def close(visit: Visit, event_id: str) -> HTTPResponse:
        def do(_key: str) -> None:
            if not failed_events.close_event(container, event_id):
                raise WrongState("The event does not wait for anybody.")

        return await desk.carry_out(visit, "close_event", event_id, do, then="/review")


def _add_notifications(desk: Desk) -> None:
    container = desk.container

    @desk.form("/notifications/resend")
    async def resend(visit: Visit) -> HTTPResponse:
        def do(_key: str) -> None:
            delivery.retry_parked(container)

        return await desk.carry_out(visit, "resend", "parked notifications", do, then="/review")

    @desk.form("/notifications/<message_id:str>/again")
    async def tell_again(visit: Visit, message_id: str) -> HTTPResponse:
        found = await asyncio.to_thread(delivery.get_message, container, message_id)
        # What the page has shown decides: a notification that was told meanwhile is not told
        # twice by somebody who meant to try it.
        was_told = visit.form.get("told") == "yes"

        def do(key: str) -> None:
            if was_told:
                delivery.tell_again(container, message_id, request_key=key)
            else:
                delivery.retry_one(container, message_id)

        order_id, kind = found.message.order_id, found.message.kind.value.replace("_", " ")
        detail = f"{kind}, {message_id}" + (": will be told again" if was_told else "")
        act = "tell_again" if was_told else "try_again"
        then = f"/orders/{order_id}" if order_id and was_told else "/review"
        return await desk.carry_out(
            visit, act, order_id or message_id, do, detail=detail, then=then
        )
