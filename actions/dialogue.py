"""The action that answers whatever is said outside of a form."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.dialogue import respond
from ticket_clerk.flows.turn import RasaEvents, Turn


class ActionRespond(ClerkAction):
    """Answers a message, or starts the form that it asks for."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Understand first; the intent is one witness."""
        return respond(turn)
