"""The action that delivers notifications."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.notifications import report_notifications
from ticket_clerk.flows.turn import RasaEvents, Turn


class ActionReportPayment(ClerkAction):
    """Says what the conversation was not told yet; reached from outside only."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say each once."""
        return report_notifications(turn)
