"""Handing the conversation to people: by a wish, or when nothing else helps.

While it is theirs Rasa has it paused: what the buyer writes is kept and nothing answers by itself.
What the operators say, and news about money, come through ``action_report_payment``; only that
they hand it back makes the bot answer again (ticket_clerk/flows/notifications/notifications.py).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, ConversationPaused
from rasa_sdk.executor import CollectingDispatcher

from ticket_clerk.flows.replies import (
    Domain,
    RasaEvents,
    always_answers,
    buyer_of,
    was_said_in_each,
)
from ticket_clerk.flows.utterance import Reply
from ticket_clerk.flows.with_container import WithContainer
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.handoffs import HandoffReason
from ticket_clerk.ticketing.handoffs import handover

_NOT_UNDERSTOOD = ("utter_not_understood", "utter_not_understood_again")
# Whatever was being talked about: these say that a sentence led nowhere.
MISUNDERSTOOD = frozenset(
    {
        *_NOT_UNDERSTOOD,
        "utter_not_understood_in_order",
        "utter_not_understood_in_refund",
        "utter_not_understood_in_upgrade",
        "utter_not_understood_in_season",
        "utter_out_of_scope",
    }
)

# Outside of a form, where what is out of scope may as well be what nobody understands.
_LED_NOWHERE = frozenset({*_NOT_UNDERSTOOD, "utter_out_of_scope"})


class ActionHumanHandoff(WithContainer, Action):
    """Answers a wish to talk to a person."""

    def name(self) -> str:
        """Rasa's name for it."""
        return "action_human_handoff"

    @always_answers
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> RasaEvents:
        """Hand the conversation over, or say that nobody is there."""
        return await hand_over(self.container, dispatcher, tracker, HandoffReason.ASKED)


async def hand_over(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker, reason: HandoffReason
) -> RasaEvents:
    """Give the conversation to the operators, and fall silent; say so where there are none.

    Safe to repeat.
    """
    handoff = await asyncio.to_thread(handover.hand_over, container, buyer_of(tracker), reason)
    if handoff is None:
        dispatcher.utter_message(response="utter_human_handoff")
        return []
    dispatcher.utter_message(response="utter_handed_over")
    form = tracker.active_loop.get("name")
    # The form let this sentence pass; begun again, it goes on with its question afterwards.
    again = [ActiveLoop(form)] if form else []
    # Paused, Rasa would not note that it listens, and rules start from there.
    return [*again, ConversationPaused(), ActionExecuted("action_listen")]


async def say_not_understood(
    container: Container, dispatcher: CollectingDispatcher, tracker: Tracker
) -> RasaEvents:
    """Say what one can ask; the second time in a row with buttons; then let people take over."""
    times = _times_not_understood(tracker)
    if times >= len(_NOT_UNDERSTOOD):
        return await hand_over(container, dispatcher, tracker, HandoffReason.NOT_UNDERSTOOD)
    dispatcher.utter_message(response=_NOT_UNDERSTOOD[times])
    return []


def say_all(dispatcher: CollectingDispatcher, tracker: Tracker, said: Iterable[Reply]) -> None:
    """Say what a form has to say, and offer a person the third time that nothing is understood."""
    said = tuple(said)
    for one in said:
        dispatcher.utter_message(response=one.response, **one.values)
    if not MISUNDERSTOOD.isdisjoint(one.response for one in said):
        offer_person(dispatcher, tracker)


def offer_person(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """Offer a person to who was not understood in the two turns before either."""
    if was_said_in_each(tracker, MISUNDERSTOOD, turns=2):
        dispatcher.utter_message(response="utter_offer_person")


def _times_not_understood(tracker: Tracker) -> int:
    """How often in a row the last thing said was that nothing was understood."""
    times = 0
    for event in reversed(tracker.events):
        if event.get("event") == "bot":
            if (event.get("metadata") or {}).get("utter_action") not in _LED_NOWHERE:
                break
            times += 1
    return times
