"""A refund as Rasa would lead it: the form's questions, answers and end, without a model."""

from __future__ import annotations

from typing import Any

from actions.dialogue import ActionRespond
from actions.notifications import ActionReportPayment
from actions.refunds import (
    ActionAskRefundFormConfirmRefund,
    ActionAskRefundFormRefundOrder,
    ActionAskRefundFormRefundQuantity,
    ActionRefund,
    ValidateRefundForm,
)
from tests.flows.conversation import Conversation
from tests.stripe_wire import StripeWire
from tests.ticketing.purchases import buy
from ticket_clerk.flows.turn import REFUND_FORM as FORM
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order

WISH = "refund my tickets"

QUESTIONS = {
    "refund_order": ActionAskRefundFormRefundOrder,
    "refund_quantity": ActionAskRefundFormRefundQuantity,
    "confirm_refund": ActionAskRefundFormConfirmRefund,
}


class Refunding(Conversation):
    """A conversation in which tickets are given back."""

    def __init__(
        self, container: Container, sender_id: str = "sam", channel: str = "socketio"
    ) -> None:
        """Nothing was asked yet."""
        super().__init__(sender_id, channel)
        self.container = container

    def say(self, text: str, intent: str = "inform") -> list[str]:
        """Say something; returns the names of all responses to it, as Rasa would lead to them."""
        self.receive(text, intent)
        self.answers: list[dict[str, Any]] = []
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
        """The ids of the notices that were said in the last turn."""
        return [message["outbox_id"] for message in self.answers if "outbox_id" in message]

    def _do(self, action: Any) -> list[dict[str, Any]]:
        events = self.run(action)
        self.answers += self.said
        return events

    def _listen(self) -> None:
        self._ask(self._do(ValidateRefundForm(self.container)))

    def _ask(self, events: list[dict[str, Any]]) -> None:
        asked = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
        slot = asked.get("requested_slot") or ""
        if slot:
            self._do(QUESTIONS[slot](self.container))
            return
        self.active_loop = {}
        self._follow(self._do(ActionRefund(self.container)))

    def _follow(self, events: list[dict[str, Any]]) -> None:
        if any(event["event"] == "followup" and event["name"] == FORM for event in events):
            self._begin()

    def _begin(self) -> None:
        self.active_loop = {"name": FORM}
        self.slots["requested_slot"] = None
        self._listen()


def paid(
    container: Container, wire: StripeWire, who: Refunding, quantity: int = 2, **more: str
) -> Order:
    """Buy and confirm tickets in a conversation."""
    order = buy(container, wire, buyer=who.buyer, quantity=quantity, **more)
    who.push()
    return order


def given_back(wire: StripeWire) -> list[int]:
    """List what Stripe has paid back, oldest first, in cents."""
    return [refund["amount"] for refund in reversed(wire.list_all("/v1/refunds"))]


def ask(sam: Refunding, text: str = WISH) -> list[str]:
    """Ask for money back."""
    return sam.say(text, "request_refund")
