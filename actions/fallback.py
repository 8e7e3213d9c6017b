"""The action for utterances without a clear intent."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.fallback import take_fallback
from ticket_clerk.flows.turn import RasaEvents, Turn


class ActionTakeHint(ClerkAction):
    """Makes sense of what no rule knows; the catalog knows more than the training."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Take a hint of the catalog's."""
        return take_fallback(turn)
