"""The waiting list of sold-out shows: a place on it, leaving it, and what one waits for."""

from __future__ import annotations

import asyncio

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.browse.browse import parse_named_shows
from ticket_clerk.flows.purchase.form import FORM, utterance_of
from ticket_clerk.flows.purchase.state import Purchase, find_show
from ticket_clerk.flows.replies import Domain, RasaEvents, always_answers, buyer_of, line, lines
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Catalog, Wait
from ticket_clerk.ticketing.orders import queries
from ticket_clerk.ticketing.waiting_list.waiting_list import leave_waiting_list, waits_of
from ticket_clerk.understanding.waiting_list import asks_about_place, wants_to_leave

from .places import waiting_values


class ActionUseWaitingList(WithContainer, Action):
    """Answers what a buyer wants of the waiting list."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_use_waiting_list"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Give a place up, tell of those there are, or begin to ask for what one would wait."""
        text = utterance_of(tracker).text
        catalog = await asyncio.to_thread(queries.catalog, self.container)
        if wants_to_leave(text):
            await _leave(self.container, dispatcher, tracker, catalog)
            return []
        if asks_about_place(text) or tracker.active_loop.get("name"):
            waits = await asyncio.to_thread(waits_of, self.container, buyer_of(tracker))
            _tell(dispatcher, domain, catalog, waits)
            return []
        return [FollowupAction(FORM)]


async def _leave(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, catalog: Catalog
) -> None:
    """Give up the places for the shows that were named; all where none was."""
    buyer = buyer_of(tracker)
    waits = await asyncio.to_thread(waits_of, container, buyer)
    named = {show.id for show in parse_named_shows(tracker, catalog, container).shows}
    mine = {wait.show_id for wait in waits}
    left = await asyncio.to_thread(leave_waiting_list, container, buyer, (named & mine) or mine)
    if not left:
        dispatcher.utter_message(response="utter_not_waiting")
    for wait in left:
        show = find_show(catalog, wait.show_id)
        name = show.name if show else wait.show_id
        dispatcher.utter_message(response="utter_waiting_left", show=name)


def _tell(
    dispatcher: CollectingDispatcher, domain: Domain, catalog: Catalog, waits: list[Wait]
) -> None:
    if not waits:
        dispatcher.utter_message(response="utter_not_waiting")
        return
    places = [Purchase(wait.show_id, wait.section_id, wait.quantity) for wait in waits]
    listed = [
        line(domain, "utter_line_waiting", **waiting_values(domain, catalog, place))
        for place in places
        if find_show(catalog, place.show_id)
    ]
    dispatcher.utter_message(response="utter_waits", waits=lines(listed))
