"""The actions of orders that were made."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.orders import cancel_orders, show_orders
from ticket_clerk.flows.turn import RasaEvents, Turn


class ActionShowOrder(ClerkAction):
    """Shows the status of the buyer's orders, with the links of unpaid ones."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Tell of what was meant."""
        return show_orders(turn)


class ActionCancelOrder(ClerkAction):
    """Cancels an unpaid order; a paid one is refunded instead."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Cancel, or ask which."""
        return cancel_orders(turn)
