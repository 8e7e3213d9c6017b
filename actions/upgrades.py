"""The upgrade form's actions."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.dialogue import continue_form
from ticket_clerk.flows.turn import RasaEvents, Turn
from ticket_clerk.flows.upgrade import (
    FORM,
    ask_confirm_upgrade,
    ask_upgrade_order,
    ask_upgrade_section,
)


class ValidateUpgradeForm(ClerkAction):
    """Reads an utterance while an upgrade is spoken of."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Fill the slots that it answers."""
        return continue_form(turn, FORM)


class ActionAskUpgradeFormUpgradeOrder(ClerkAction):
    """Asks which order is to be upgraded."""

    def answer(self, turn: Turn) -> RasaEvents:
        """List those that can be."""
        return ask_upgrade_order(turn)


class ActionAskUpgradeFormUpgradeSection(ClerkAction):
    """Asks for the better section."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say what each costs more."""
        return ask_upgrade_section(turn)


class ActionAskUpgradeFormConfirmUpgrade(ClerkAction):
    """Sums up the upgrade and asks for a yes."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say what it costs."""
        return ask_confirm_upgrade(turn)


class ActionStartUpgrade(ClerkAction):
    """Holds the better seats and hands over the link."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Upgrade as agreed."""
        return FORM.execute(turn)
