"""A conversation as Rasa would lead it through the forms: questions, answers, ends; no model."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction

from actions import buy, season, season_end, upgrade
from actions.browse import (
    ActionListShows,
    ActionSayGoodbye,
    ActionTellPrice,
    ActionTellShow,
)
from actions.buy import ActionStartCheckout, ValidateBuyTicketsForm
from actions.hint import ActionTakeHint
from actions.notices import ActionReportPayment
from actions.order import ActionCancelOrder, ActionShowOrder
from actions.questions import (
    ActionAskConfirmOrder,
    ActionAskQuantity,
    ActionAskReplacesOrder,
    ActionAskSection,
    ActionAskShow,
)
from actions.season import (
    ActionSeasonTicket,
    ActionStartSeason,
    ValidateSeasonForm,
)
from actions.season_end import (
    ActionAskConfirmSeasonEnd,
    ActionAskSeasonOrder,
    ActionEndSeason,
    ValidateSeasonEndForm,
)
from actions.season_questions import ActionAskConfirmSeason, ActionAskSeasonTicket
from actions.upgrade import ActionStartUpgrade, ActionUpgradeSeat, ValidateUpgradeForm
from actions.upgrade_questions import (
    ActionAskConfirmUpgrade,
    ActionAskUpgradeOrder,
    ActionAskUpgradeSection,
)
from actions.waiting_list import ActionUseWaitingList
from integrations.payments.shop import Shop
from tests.actions.conversation import Conversation

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
    buy.FORM: (
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
    upgrade.FORM: (
        ValidateUpgradeForm,
        ActionStartUpgrade,
        {
            "upgrade_order": ActionAskUpgradeOrder,
            "upgrade_section": ActionAskUpgradeSection,
            "confirm_upgrade": ActionAskConfirmUpgrade,
        },
    ),
    season.FORM: (
        ValidateSeasonForm,
        ActionStartSeason,
        {"season_ticket": ActionAskSeasonTicket, "confirm_season": ActionAskConfirmSeason},
    ),
    season_end.FORM: (
        ValidateSeasonEndForm,
        ActionEndSeason,
        {"season_order": ActionAskSeasonOrder, "confirm_season_end": ActionAskConfirmSeasonEnd},
    ),
}
LEFT = ["left to a rule"]


class Led(Conversation):
    """Says a sentence and follows the forms; the answers are names of responses."""

    def __init__(self, shop: Shop, sender_id: str = "sam", channel: str = "socketio") -> None:
        """Nothing was asked yet."""
        super().__init__(sender_id, channel)
        self.shop = shop
        self.answers: list[dict[str, Any]] = []

    def say(self, text: str, intent: str = "inform") -> list[str]:
        """Say something; returns the names of all responses, or LEFT where a rule would answer."""
        self.hear(text, intent)
        self.answers = []
        if not self.active_loop and intent == "buy_tickets":
            # A form's own rule.
            self._follow([FollowupAction(buy.FORM)])
        elif not self.active_loop:
            self._follow(self._do(RULES[intent](self.shop)))
        elif not self._listen():
            return LEFT
        return [message["response"] for message in self.answers]

    def push(self) -> list[str]:
        """Let the worker report what is new; returns the names of the responses."""
        self.answers = []
        self._do(ActionReportPayment(self.shop))
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
        events = self._do(validate(self.shop))
        if not events:
            return False
        asked = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        slot = asked.get("requested_slot")
        if slot:
            self._do(questions[slot](self.shop))
            return True
        self.active_loop = {}
        self._follow(self._do(submit(self.shop)))
        return True

    def _follow(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["event"] == "followup":
                self.active_loop = {"name": event["name"]}
                self.slots["requested_slot"] = None
                self._listen()
