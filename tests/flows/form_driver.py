"""Form driver: runs the forms as Rasa would, without a model."""

from __future__ import annotations

from typing import Any

from actions.actions import (
    ActionAskBuyTicketsFormConfirmOrder,
    ActionAskBuyTicketsFormQuantity,
    ActionAskBuyTicketsFormReplacesOrder,
    ActionAskBuyTicketsFormSection,
    ActionAskBuyTicketsFormShow,
    ActionAskRefundFormConfirmRefund,
    ActionAskRefundFormRefundOrder,
    ActionAskRefundFormRefundQuantity,
    ActionAskSeasonEndFormConfirmSeasonEnd,
    ActionAskSeasonEndFormSeasonOrder,
    ActionAskSeasonFormConfirmSeason,
    ActionAskSeasonFormSeasonTicket,
    ActionAskTicketTransferFormConfirmTransfer,
    ActionAskTicketTransferFormTransferHolder,
    ActionAskTicketTransferFormTransferTicket,
    ActionAskUpgradeFormConfirmUpgrade,
    ActionAskUpgradeFormUpgradeOrder,
    ActionAskUpgradeFormUpgradeSection,
    ActionEndSeason,
    ActionRefund,
    ActionReportPayment,
    ActionRespond,
    ActionStartCheckout,
    ActionStartSeason,
    ActionStartUpgrade,
    ActionTransferTicket,
    ValidateBuyTicketsForm,
    ValidateRefundForm,
    ValidateSeasonEndForm,
    ValidateSeasonForm,
    ValidateTicketTransferForm,
    ValidateUpgradeForm,
)
from tests.flows.conversation import Conversation
from ticket_clerk.flows.turn import (
    BUY_FORM,
    REFUND_FORM,
    SEASON_END_FORM,
    SEASON_FORM,
    TRANSFER_FORM,
    UPGRADE_FORM,
)
from ticket_clerk.ticketing.container import Container

MOST_FORMS_A_TURN = 4
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
    REFUND_FORM: (
        ValidateRefundForm,
        ActionRefund,
        {
            "refund_order": ActionAskRefundFormRefundOrder,
            "refund_quantity": ActionAskRefundFormRefundQuantity,
            "confirm_refund": ActionAskRefundFormConfirmRefund,
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
    TRANSFER_FORM: (
        ValidateTicketTransferForm,
        ActionTransferTicket,
        {
            "transfer_ticket": ActionAskTicketTransferFormTransferTicket,
            "transfer_holder": ActionAskTicketTransferFormTransferHolder,
            "confirm_transfer": ActionAskTicketTransferFormConfirmTransfer,
        },
    ),
}


class FormDriver(Conversation):
    """Form driver: sends a sentence and follows the forms; answers are names of responses."""

    def __init__(
        self, container: Container, sender_id: str = "sam", channel: str = "socketio"
    ) -> None:
        """Nothing was asked yet."""
        super().__init__(sender_id, channel)
        self.container = container
        self.answers: list[dict[str, Any]] = []
        self._forms_started = 0

    def say(self, text: str, intent: str = "inform") -> list[str]:
        """Say something; returns the names of all responses."""
        self.receive(text, intent)
        self.answers = []
        self._forms_started = 0
        if self.active_loop:
            self._listen()
        else:
            self._follow(self._do(ActionRespond(self.container)))
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

    @property
    def outbox_ids(self) -> list[str]:
        """The ids of the notifications that were said in the last turn."""
        return [message["outbox_id"] for message in self.answers if "outbox_id" in message]

    def _do(self, action: Any) -> list[dict[str, Any]]:
        events = self.run(action)
        self.answers += self.said
        return events

    def _listen(self) -> None:
        validate, submit, questions = FORMS[self.active_loop["name"]]
        events = self._do(validate(self.container))
        asked = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        slot = asked.get("requested_slot")
        if slot:
            self._do(questions[slot](self.container))
            return
        self.active_loop = {}
        if any(event["event"] == "followup" for event in events):
            self._follow(events)
        else:
            self._follow(self._do(submit(self.container)))

    def _follow(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            if event["event"] == "followup":
                self._forms_started += 1
                # Rasa's circuit breaker would end the turn.
                assert self._forms_started < MOST_FORMS_A_TURN, "forms start one another for ever"
                self.active_loop = {"name": event["name"]}
                self.events.append({"event": "active_loop", **self.active_loop})
                self.slots["requested_slot"] = None
                self._listen()
