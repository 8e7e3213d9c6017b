"""The clerk's actions: each class is what Rasa calls, by its name, and the flow that answers."""

from __future__ import annotations

from functools import partial

from rasa_sdk import Tracker
from rasa_sdk.events import ActionReverted
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows import upgrade
from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.dialogue import continue_form, respond
from ticket_clerk.flows.notifications import report_notifications
from ticket_clerk.flows.purchase import form as purchase
from ticket_clerk.flows.purchase import questions
from ticket_clerk.flows.refund import form as refund
from ticket_clerk.flows.season import ending
from ticket_clerk.flows.season import form as season
from ticket_clerk.flows.transfer import form as transfer
from ticket_clerk.flows.turn import Domain, RasaEvents
from ticket_clerk.flows.unanswered import choose_language


class ActionRespond(ClerkAction, answers=respond):
    """Answers a message outside of a form, or starts the form that it asks for."""


class ActionChooseLanguage(ClerkAction, answers=choose_language):
    """Fills the slot of the conversation's language, where several are loaded; says nothing."""

    speaks_while_paused = True


class ActionReportPayment(ClerkAction, answers=report_notifications):
    """Delivers unread notifications; triggered by the worker only."""

    speaks_while_paused = True

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Deliver, and leave no trace of the push but what it said.

        Rasa keeps a pushed action as the last thing done and takes the buyer's next message for its
        continuation: no rule fires, and a host's policies, which have seen no such action in
        training, fall back. So it is undone: Rasa's history is as before the push, while what was
        said stays among the events. Our tracker store ends such a turn also while the action
        server is away; a host has another store.
        """
        events = await super().run(dispatcher, tracker, domain)
        return [ActionReverted(), *events]


class ValidateBuyTicketsForm(ClerkAction, answers=partial(continue_form, form=purchase.FORM)):
    """Reads an utterance while tickets are being bought."""


class ActionAskBuyTicketsFormReplacesOrder(ClerkAction, answers=questions.ask_replaces_order):
    """Asks which of several unpaid orders is to be changed."""


class ActionAskBuyTicketsFormShow(ClerkAction, answers=questions.ask_show):
    """Asks for the show, out of those that fit so far."""


class ActionAskBuyTicketsFormSection(ClerkAction, answers=questions.ask_section):
    """Asks for the section, out of those with seats."""


class ActionAskBuyTicketsFormQuantity(ClerkAction, answers=questions.ask_quantity):
    """Asks for the number of tickets, with price and limit."""


class ActionAskBuyTicketsFormConfirmOrder(ClerkAction, answers=questions.ask_confirm_order):
    """Sums up the order and asks for a yes."""


class ActionStartCheckout(ClerkAction, answers=purchase.FORM.execute):
    """Holds the seats and hands over the link."""


class ValidateRefundForm(ClerkAction, answers=partial(continue_form, form=refund.FORM)):
    """Reads an utterance while a refund is spoken of."""


class ActionAskRefundFormRefundOrder(ClerkAction, answers=refund.ask_refund_order):
    """Asks of which order tickets go back."""


class ActionAskRefundFormRefundQuantity(ClerkAction, answers=refund.ask_refund_quantity):
    """Asks how many of an order's tickets go back."""


class ActionAskRefundFormConfirmRefund(ClerkAction, answers=refund.ask_confirm_refund):
    """Quotes the refund and asks for a yes."""


class ActionRefund(ClerkAction, answers=refund.FORM.execute):
    """Refunds what the buyer agreed to."""


class ValidateSeasonForm(ClerkAction, answers=partial(continue_form, form=season.FORM)):
    """Reads an utterance while a season ticket is spoken of."""


class ActionAskSeasonFormSeasonTicket(ClerkAction, answers=season.ask_season_ticket):
    """Asks which season ticket."""


class ActionAskSeasonFormConfirmSeason(ClerkAction, answers=season.ask_confirm_season):
    """Sums up the subscription and asks for a yes."""


class ActionStartSeason(ClerkAction, answers=season.FORM.execute):
    """Hands over the link where a season ticket is subscribed to."""


class ValidateSeasonEndForm(ClerkAction, answers=partial(continue_form, form=ending.FORM)):
    """Reads an utterance while the end of a season ticket is spoken of."""


class ActionAskSeasonEndFormSeasonOrder(ClerkAction, answers=ending.ask_season_order):
    """Asks which season ticket ends."""


class ActionAskSeasonEndFormConfirmSeasonEnd(ClerkAction, answers=ending.ask_confirm_season_end):
    """Says until when it stays good and asks for a yes."""


class ActionEndSeason(ClerkAction, answers=ending.FORM.execute):
    """Ends a season ticket with the time that is paid."""


class ValidateTicketTransferForm(ClerkAction, answers=partial(continue_form, form=transfer.FORM)):
    """Reads an utterance while a ticket is given away or a name put on it."""


class ActionAskTicketTransferFormTransferTicket(ClerkAction, answers=transfer.ask_transfer_ticket):
    """Asks which of the valid tickets."""


class ActionAskTicketTransferFormTransferHolder(ClerkAction, answers=transfer.ask_transfer_holder):
    """Asks for the name."""


class ActionAskTicketTransferFormConfirmTransfer(
    ClerkAction, answers=transfer.ask_confirm_transfer
):
    """Says what becomes of the ticket and asks for a yes."""


class ActionTransferTicket(ClerkAction, answers=transfer.FORM.execute):
    """Gives a ticket to somebody else, or puts a name on it."""


class ValidateUpgradeForm(ClerkAction, answers=partial(continue_form, form=upgrade.FORM)):
    """Reads an utterance while an upgrade is spoken of."""


class ActionAskUpgradeFormUpgradeOrder(ClerkAction, answers=upgrade.ask_upgrade_order):
    """Asks which order is to be upgraded."""


class ActionAskUpgradeFormUpgradeSection(ClerkAction, answers=upgrade.ask_upgrade_section):
    """Asks for the better section, with what each costs more."""


class ActionAskUpgradeFormConfirmUpgrade(ClerkAction, answers=upgrade.ask_confirm_upgrade):
    """Sums up the upgrade and asks for a yes."""


class ActionStartUpgrade(ClerkAction, answers=upgrade.FORM.execute):
    """Holds the better seats and hands over the link."""
