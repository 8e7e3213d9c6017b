"""The purchase form's actions."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.dialogue import continue_form
from ticket_clerk.flows.purchase import questions
from ticket_clerk.flows.purchase.form import FORM
from ticket_clerk.flows.turn import RasaEvents, Turn


class ValidateBuyTicketsForm(ClerkAction):
    """Reads an utterance while tickets are being bought."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Fill the slots that it answers."""
        return continue_form(turn, FORM)


class ActionAskBuyTicketsFormReplacesOrder(ClerkAction):
    """Asks which of several unpaid orders is to be changed."""

    def answer(self, turn: Turn) -> RasaEvents:
        """List them."""
        return questions.ask_replaces_order(turn)


class ActionAskBuyTicketsFormShow(ClerkAction):
    """Asks for the show, out of those that fit so far."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Offer a few."""
        return questions.ask_show(turn)


class ActionAskBuyTicketsFormSection(ClerkAction):
    """Asks for the section."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Offer those with seats."""
        return questions.ask_section(turn)


class ActionAskBuyTicketsFormQuantity(ClerkAction):
    """Asks for the number of tickets."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Name price and limit."""
        return questions.ask_quantity(turn)


class ActionAskBuyTicketsFormConfirmOrder(ClerkAction):
    """Sums up the order and asks for a yes."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say what it costs."""
        return questions.ask_confirm_order(turn)


class ActionStartCheckout(ClerkAction):
    """Holds the seats and hands over the link."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Order what was agreed to."""
        return FORM.execute(turn)
