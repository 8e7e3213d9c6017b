"""The actions of season tickets, from subscribing to the end."""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.dialogue import continue_form
from ticket_clerk.flows.season.ending import FORM as END_FORM
from ticket_clerk.flows.season.ending import ask_confirm_season_end, ask_season_order
from ticket_clerk.flows.season.form import (
    FORM,
    ask_confirm_season,
    ask_season_ticket,
)
from ticket_clerk.flows.turn import RasaEvents, Turn


class ValidateSeasonForm(ClerkAction):
    """Reads an utterance while a season ticket is spoken of."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Fill the slots that it answers."""
        return continue_form(turn, FORM)


class ActionAskSeasonFormSeasonTicket(ClerkAction):
    """Asks which season ticket."""

    def answer(self, turn: Turn) -> RasaEvents:
        """List them."""
        return ask_season_ticket(turn)


class ActionAskSeasonFormConfirmSeason(ClerkAction):
    """Sums up the subscription and asks for a yes."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Say what is paid how often."""
        return ask_confirm_season(turn)


class ActionStartSeason(ClerkAction):
    """Hands over the link where a season ticket is subscribed to."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Subscribe as agreed."""
        return FORM.execute(turn)


class ValidateSeasonEndForm(ClerkAction):
    """Reads an utterance while the end of a season ticket is spoken of."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Fill the slots that it answers."""
        return continue_form(turn, END_FORM)


class ActionAskSeasonEndFormSeasonOrder(ClerkAction):
    """Asks which season ticket ends."""

    def answer(self, turn: Turn) -> RasaEvents:
        """List those that go on."""
        return ask_season_order(turn)


class ActionAskSeasonEndFormConfirmSeasonEnd(ClerkAction):
    """Says until when it stays good and asks for a yes."""

    def answer(self, turn: Turn) -> RasaEvents:
        """Ask."""
        return ask_confirm_season_end(turn)


class ActionEndSeason(ClerkAction):
    """Ends a season ticket with the time that is paid."""

    def answer(self, turn: Turn) -> RasaEvents:
        """End it as agreed."""
        return END_FORM.execute(turn)
