"""The actions of browsing: what is on, prices, when and where."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.browse import browse, say_goodbye, tell_price, tell_show
from ticket_clerk.flows.turn import RasaEvents, Turn


class ActionListShows(ClerkAction):
    """Lists what is on, narrowed down to what was named."""

    def answer(self, turn: Turn) -> RasaEvents:
        """List what fits."""
        return browse(turn)


class ActionTellPrice(ClerkAction):
    """Lists a show's prices by section."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Tell prices."""
        return tell_price(turn)


class ActionTellShow(ClerkAction):
    """Shows a show's date, venue and seats left."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Tell of the show."""
        return tell_show(turn)


class ActionSayGoodbye(ClerkAction):
    """Says goodbye."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say goodbye, unless a show was named."""
        return say_goodbye(turn)
