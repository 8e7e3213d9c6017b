"""The action that delivers notifications."""

from __future__ import annotations

from rasa_sdk import Tracker
from rasa_sdk.events import ActionReverted
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.notifications import report_notifications
from ticket_clerk.flows.turn import Domain, RasaEvents, Turn


class ActionReportPayment(ClerkAction):
    """Delivers unread notifications; triggered by the worker only."""

    speaks_while_paused = True

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Deliver, and leave no trace of the push but what it said.

        Rasa keeps a pushed action as the last thing done and takes the buyer's next message for its
        continuation: no rule fires, and a host's policies, which have seen no such action in
        training, fall back. So it is undone: Rasa's history is as before the push, while what was
        said stays among the events. Our tracker store ends such a turn also while the action
        server is away; a host has another store.
        """
        events = await super().run(dispatcher, tracker, domain)
        return [ActionReverted(), *events]

    def answer(self, turn: Turn) -> RasaEvents:
        """Say each once."""
        return report_notifications(turn)
