"""A wish for money back, or a question about it, in the middle of a purchase."""

from __future__ import annotations

import re

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.purchase.form import fresh_slots as nothing_to_buy
from ticket_clerk.flows.purchase.form import utterance_of
from ticket_clerk.flows.replies import Domain, RasaEvents, always_answers
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.understanding.text import normalize
from ticket_clerk.understanding.typos import correct_typos

from .form import fresh_slots as nothing_to_refund
from .start import start_refund
from .turn import FORM, is_refund_question

_WANTS = re.compile(
    r"\b(?:refund\w*|reimburse\w*|money back|(?:give|hand|send|take) .*\bback|return)\b"
)


class ActionRefundInBetween(WithContainer, Action):
    """Answers a question about refunds and goes on selling; a wish for one leaves the purchase."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_refund_in_between"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Leave only for something that can be given back, and say that nothing was ordered."""
        text = correct_typos(normalize(utterance_of(tracker).text))
        if not (_WANTS.search(text) or is_refund_question(text)):
            # What merely resembles such a wish throws no purchase away.
            dispatcher.utter_message(response="utter_one_thing_at_a_time")
            return []
        if not await start_refund(self.container, dispatcher, tracker, domain):
            return []
        dispatcher.utter_message(response="utter_nothing_ordered")
        left = [ActiveLoop(None), SlotSet("requested_slot", None)]
        return [*left, *nothing_to_buy(), *nothing_to_refund(), FollowupAction(FORM)]
