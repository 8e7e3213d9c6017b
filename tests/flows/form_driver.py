"""Form driver: runs the forms as Rasa would, without a model."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction

from actions.browse import ActionListShows, ActionSayGoodbye, ActionTellPrice, ActionTellShow
from actions.fallback import ActionTakeHint
from actions.notifications import ActionReportPayment
from actions.orders import ActionCancelOrder, ActionShowOrder
from actions.purchase import (
    ActionAskBuyTicketsFormConfirmOrder,
    ActionAskBuyTicketsFormQuantity,
    ActionAskBuyTicketsFormReplacesOrder,
    ActionAskBuyTicketsFormSection,
    ActionAskBuyTicketsFormShow,
    ActionStartCheckout,
    ValidateBuyTicketsForm,
)
from actions.season_tickets import (
    ActionAskSeasonEndFormConfirmSeasonEnd,
    ActionAskSeasonEndFormSeasonOrder,
    ActionAskSeasonFormConfirmSeason,
    ActionAskSeasonFormSeasonTicket,
    ActionEndSeason,
    ActionSeasonTicket,
    ActionStartSeason,
    ValidateSeasonEndForm,
    ValidateSeasonForm,
)
from actions.upgrades import (
    ActionAskUpgradeFormConfirmUpgrade,
    ActionAskUpgradeFormUpgradeOrder,
    ActionAskUpgradeFormUpgradeSection,
    ActionStartUpgrade,
    ActionUpgradeSeat,
    ValidateUpgradeForm,
)
from actions.waiting_list import ActionUseWaitingList
from tests.flows.conversation import Conversation
from ticket_clerk.flows.turn import BUY_FORM, SEASON_END_FORM, SEASON_FORM, UPGRADE_FORM
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
    BUY_FORM: (
        ValidateBuyTicketsForm,
        ActionStartCheckout,
        {
            "replaces_order": ActionAskBuyTicketsFormReplacesOrder,
            "show": ActionAskBuyTicketsFormShow,
            "section": ActionAskBuyTicketsFormSection,
            "quantity": ActionAskBuyTicketsFormQuantity,
            "confirm_order": ActionAskBuyTicketsFormConfirmOrder,
        },
    ),
    UPGRADE_FORM: (
        ValidateUpgradeForm,
        ActionStartUpgrade,
        {
            "upgrade_order": ActionAskUpgradeFormUpgradeOrder,
            "upgrade_section": ActionAskUpgradeFormUpgradeSection,
            "confirm_upgrade": ActionAskUpgradeFormConfirmUpgrade,
        },
    ),
    SEASON_FORM: (
        ValidateSeasonForm,
        ActionStartSeason,
        {
            "season_ticket": ActionAskSeasonFormSeasonTicket,
            "confirm_season": ActionAskSeasonFormConfirmSeason,
        },
    ),
    SEASON_END_FORM: (
        ValidateSeasonEndForm,
        ActionEndSeason,
        {
            "season_order": ActionAskSeasonEndFormSeasonOrder,
            "confirm_season_end": ActionAskSeasonEndFormConfirmSeasonEnd,
        },
    ),
}
LEFT = ["left to a rule"]


class FormDriver(Conversation):
    """Form driver: sends a sentence and follows the forms; answers are names of responses."""

    def __init__(
        self, container: Container, sender_id: str = "sam", channel: str = "socketio"
    ) -> None:
        """Nothing was asked yet."""
        super().__init__(sender_id, channel)
        self.container = container
        self.answers: list[dict[str, Any]] = []

    def say(self, text: str, intent: str = "inform") -> list[str]:
        """Say something; returns the names of all responses, or LEFT where a rule would answer."""
        self.receive(text, intent)
        self.answers = []
        if not self.active_loop and intent == "buy_tickets":
            # A form's own rule.
            self._follow([FollowupAction(BUY_FORM)])
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
        """Return the replies of the last turn."""
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
