"""The action for utterances without a clear intent."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.fallback import take_fallback
from ticket_clerk.flows.turn import RasaEvents, Turn


class ActionTakeHint(ClerkAction):
    """Handles utterances without a clear intent by matching them with the catalog."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Match the utterance with the catalog."""
        return take_fallback(turn)
