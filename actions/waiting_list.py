"""The action of the waiting list."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.turn import RasaEvents, Turn
from ticket_clerk.flows.waiting_list import use_waiting_list


class ActionUseWaitingList(ClerkAction):
    """Answers what a buyer wants of the waiting list."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Join, show or leave."""
        return use_waiting_list(turn)
