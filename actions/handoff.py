"""The action that hands a conversation to operators."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.handoff import start_handoff
from ticket_clerk.flows.turn import RasaEvents, Turn
from ticket_clerk.ticketing.domain.models import HandoffReason


class ActionHumanHandoff(ClerkAction):
    """Hands the conversation to an operator."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Hand over, or say that nobody is there."""
        return start_handoff(turn, HandoffReason.ASKED)
