"""A conversation as Rasa would lead it through the forms: questions, answers, ends; no model."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction

from tests.flows.conversation import Conversation
from ticket_clerk.flows.browse.browse import (
    ActionListShows,
    ActionSayGoodbye,
    ActionTellPrice,
    ActionTellShow,
)
from ticket_clerk.flows.fallback import ActionTakeHint
from ticket_clerk.flows.notifications.notifications import ActionReportPayment
from ticket_clerk.flows.orders.orders import ActionCancelOrder, ActionShowOrder
from ticket_clerk.flows.purchase import form as purchase_form
from ticket_clerk.flows.purchase.form import ActionStartCheckout, ValidateBuyTicketsForm
from ticket_clerk.flows.purchase.questions import (
    ActionAskConfirmOrder,
    ActionAskQuantity,
    ActionAskReplacesOrder,
    ActionAskSection,
    ActionAskShow,
)
from ticket_clerk.flows.season_ticket import end as season_ticket_end
from ticket_clerk.flows.season_ticket import form as season_ticket_form
from ticket_clerk.flows.season_ticket.end import (
    ActionAskConfirmSeasonEnd,
    ActionAskSeasonOrder,
    ActionEndSeason,
    ValidateSeasonEndForm,
)
from ticket_clerk.flows.season_ticket.form import (
    ActionSeasonTicket,
    ActionStartSeason,
    ValidateSeasonForm,
)
from ticket_clerk.flows.season_ticket.questions import ActionAskConfirmSeason, ActionAskSeasonTicket
from ticket_clerk.flows.upgrade import form as upgrade_form
from ticket_clerk.flows.upgrade.form import (
    ActionStartUpgrade,
    ActionUpgradeSeat,
    ValidateUpgradeForm,
)
from ticket_clerk.flows.upgrade.questions import (
    ActionAskConfirmUpgrade,
    ActionAskUpgradeOrder,
    ActionAskUpgradeSection,
)
from ticket_clerk.flows.waiting_list.waiting_list import ActionUseWaitingList
from ticket_clerk.ticketing.container import Container

RULES = {
    "upgrade_seat": ActionUpgradeSeat,
    "ask_price": ActionTellPrice,
    "browse_events": ActionListShows,
    "ask_show": ActionTellShow,
    "goodbye": ActionSayGoodbye,
    "subscribe_season_tickets": ActionSeasonTicket,
    "cancel_order": ActionCancelOrder,
    "payment_status": ActionShowOrder,
    "inform": ActionTakeHint,
    "affirm": ActionTakeHint,
    "deny": ActionTakeHint,
    "nlu_fallback": ActionTakeHint,
    "use_waiting_list": ActionUseWaitingList,
}
FORMS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    purchase_form.FORM: (
        ValidateBuyTicketsForm,
        ActionStartCheckout,
        {
            "replaces_order": ActionAskReplacesOrder,
            "show": ActionAskShow,
            "section": ActionAskSection,
            "quantity": ActionAskQuantity,
            "confirm_order": ActionAskConfirmOrder,
        },
    ),
    upgrade_form.FORM: (
        ValidateUpgradeForm,
        ActionStartUpgrade,
        {
            "upgrade_order": ActionAskUpgradeOrder,
            "upgrade_section": ActionAskUpgradeSection,
            "confirm_upgrade": ActionAskConfirmUpgrade,
        },
    ),
    season_ticket_form.FORM: (
        ValidateSeasonForm,
        ActionStartSeason,
        {"season_ticket": ActionAskSeasonTicket, "confirm_season": ActionAskConfirmSeason},
    ),
    season_ticket_end.FORM: (
        ValidateSeasonEndForm,
        ActionEndSeason,
        {"season_order": ActionAskSeasonOrder, "confirm_season_end": ActionAskConfirmSeasonEnd},
    ),
}
LEFT = ["left to a rule"]


class FormDriver(Conversation):
    """Says a sentence and follows the forms; the answers are names of responses."""

    def __init__(
        self, container: Container, sender_id: str = "sam", channel: str = "socketio"
    ) -> None:
        """Nothing was asked yet."""
        super().__init__(sender_id, channel)
        self.container = container
        self.answers: list[dict[str, Any]] = []

    def say(self, text: str, intent: str = "inform") -> list[str]:
        """Say something; returns the names of all responses, or LEFT where a rule would answer."""
        self.hear(text, intent)
        self.answers = []
        if not self.active_loop and intent == "buy_tickets":
            # A form's own rule.
            self._follow([FollowupAction(purchase_form.FORM)])
        elif not self.active_loop:
            self._follow(self._do(RULES[intent](self.container)))
        elif not self._listen():
            return LEFT
        return [message["response"] for message in self.answers]

    def push(self) -> list[str]:
        """Let the worker report what is new; returns the names of the responses."""
        self.answers = []
        self._do(ActionReportPayment(self.container))
        return [message["response"] for message in self.answers]

    def read_all(self) -> str:
        """What the buyer read of the last turn."""
        self.said = self.answers
        return self.read()

    def _do(self, action: Any) -> list[dict[str, Any]]:
        events = self.run(action)
        self.answers += self.said
        return events

    def _listen(self) -> bool:
        validate, submit, questions = FORMS[self.active_loop["name"]]
        events = self._do(validate(self.container))
        if not events:
            return False
        asked = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        slot = asked.get("requested_slot")
        if slot:
            self._do(questions[slot](self.container))
            return True
        self.active_loop = {}
        self._follow(self._do(submit(self.container)))
        return True

    def _follow(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["event"] == "followup":
                self.active_loop = {"name": event["name"]}
                self.slots["requested_slot"] = None
                self._listen()
