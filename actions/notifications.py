"""The action that delivers notifications."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.notifications import report_notifications
from ticket_clerk.flows.turn import RasaEvents, Turn


class ActionReportPayment(ClerkAction):
    """Delivers unread notifications; triggered by the worker only."""

    speaks_while_paused = True

    def answer(self, turn: Turn) -> RasaEvents:
        """Say each once."""
        return report_notifications(turn)
