"""The refund form's actions."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.dialogue import continue_form
from ticket_clerk.flows.refund.form import (
    FORM,
    ask_confirm_refund,
    ask_refund_order,
    ask_refund_quantity,
)
from ticket_clerk.flows.turn import RasaEvents, Turn


class ValidateRefundForm(ClerkAction):
    """Reads an utterance while a refund is spoken of."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Fill the slots that it answers."""
        return continue_form(turn, FORM)


class ActionAskRefundFormRefundOrder(ClerkAction):
    """Asks of which order tickets go back."""

    def answer(self, turn: Turn) -> RasaEvents:
        """List what can go back."""
        return ask_refund_order(turn)


class ActionAskRefundFormRefundQuantity(ClerkAction):
    """Asks how many of an order's tickets go back."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say how many there are."""
        return ask_refund_quantity(turn)


class ActionAskRefundFormConfirmRefund(ClerkAction):
    """Quotes the refund and asks for a yes."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say and keep the quote."""
        return ask_confirm_refund(turn)


class ActionRefund(ClerkAction):
    """Refunds what the buyer agreed to."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say what became of it."""
        return FORM.execute(turn)
