"""What needs somebody, each with the button that mends it."""

from __future__ import annotations

import asyncio
from functools import partial

from sanic.response import HTTPResponse

from ticket_clerk.ticketing.desk import review
from ticket_clerk.ticketing.domain.errors import WrongState
from ticket_clerk.ticketing.events import failed_events
from ticket_clerk.ticketing.notifications.delivery import retry_parked

from .access import Desk, Visit
from .waiting import wait_for


def add_routes(desk: Desk) -> None:
    """Add the queue, and the acts on events and notifications."""
    container = desk.container

    @desk.page("/review")
    async def show_review(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(review.read_review, container)
        read = partial(review.read_disputes, container)
        disputes = await wait_for(read, "Stripe") if found.may_be_disputed else []
        has_handoffs = container.operators.is_there
        return desk.show(
            visit, "review.html", review=found, disputes=disputes, has_handoffs=has_handoffs
        )

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

    @desk.form("/notifications/resend")
    async def resend(visit: Visit) -> HTTPResponse:
        def do(_key: str) -> None:
            retry_parked(container)

        return await desk.carry_out(visit, "resend", "parked notifications", do, then="/review")
