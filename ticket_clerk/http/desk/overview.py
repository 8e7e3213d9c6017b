"""What the desk opens on: figures, open questions, and the queue of what needs somebody, each with
the page or the button that mends it.
"""

from __future__ import annotations

import asyncio
from functools import partial

from sanic.response import HTTPResponse

from ticket_clerk.http.handoff_api import LONGEST_TEXT, MessageBody
from ticket_clerk.http.request_bodies import load
from ticket_clerk.ticketing.desk import overview
from ticket_clerk.ticketing.desk.overview import Overview, read_overview
from ticket_clerk.ticketing.domain.errors import WrongState
from ticket_clerk.ticketing.events import failed_events
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.reports.counts import list_open_questions

from .access import Desk, Visit
from .waiting import wait_for

_DAYS = {"7": "a week", "30": "30 days", "90": "90 days", "365": "a year"}


def add_routes(desk: Desk) -> None:
    """Add the pages, and the acts on events, notifications and handoffs."""
    _add_review(desk)
    _add_handoffs(desk)

    @desk.page("/")
    async def show_overview(visit: Visit) -> HTTPResponse:
        days = visit.argument("days")
        days = days if days in _DAYS else "30"
        found: Overview = await asyncio.to_thread(read_overview, desk.container, int(days))
        return desk.show(visit, "overview.html", overview=found, days=days, choices=_DAYS)

    @desk.page("/questions")
    async def show_questions(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(list_open_questions, desk.container)
        return desk.show(visit, "questions.html", questions=found)


def _add_review(desk: Desk) -> None:
    container = desk.container
    _add_events(desk)
    _add_notifications(desk)

    @desk.page("/review")
    async def show_review(visit: Visit) -> HTTPResponse:
        found = await asyncio.to_thread(overview.read_review, container)
        read = partial(overview.read_disputes, container)
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


def _add_handoffs(desk: Desk) -> None:
    """Add the page of one conversation that people lead: reading, answering, giving it back."""
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
