"""The transfer form's actions."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.dialogue import continue_form
from ticket_clerk.flows.transfer.form import (
    FORM,
    ask_confirm_transfer,
    ask_transfer_holder,
    ask_transfer_ticket,
)
from ticket_clerk.flows.turn import RasaEvents, Turn


class ValidateTicketTransferForm(ClerkAction):
    """Reads an utterance while a ticket is given away or a name put on it."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Fill the slots that it answers."""
        return continue_form(turn, FORM)


class ActionAskTicketTransferFormTransferTicket(ClerkAction):
    """Asks which ticket."""

    def answer(self, turn: Turn) -> RasaEvents:
        """List those that are valid."""
        return ask_transfer_ticket(turn)


class ActionAskTicketTransferFormTransferHolder(ClerkAction):
    """Asks for the name."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Ask."""
        return ask_transfer_holder(turn)


class ActionAskTicketTransferFormConfirmTransfer(ClerkAction):
    """Says what becomes of the ticket and asks for a yes."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Sum it up."""
        return ask_confirm_transfer(turn)


class ActionTransferTicket(ClerkAction):
    """Gives a ticket to somebody else, or puts a name on it."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Do it as agreed."""
        return FORM.execute(turn)
