"""A message that nobody answers: the action server died in the middle of it.

Rasa swallows the failure of an action and goes on (rasa/core/processor.py), so the buyer would
look at nothing.
"""

import logging
from collections.abc import Iterable

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.events import BotUttered, Event, UserUttered

logger = logging.getLogger(__name__)

APOLOGY = "utter_error_internal"


async def break_silence(agent: Agent, sender_id: str, output: OutputChannel) -> None:
    """Say the domain's apology if the conversation's latest message was answered by nothing.

    Safe to repeat: an apology is an answer.
    """
    async with agent.lock_store.lock(sender_id):
        tracker = await agent.tracker_store.retrieve(sender_id)
        if tracker is None or tracker.is_paused():
            # People lead the conversation, and answer when they have read it.
            return
        if not is_answered(tracker.events):
            # Either an action failed, or no rule follows on this intent while this form is active.
            logger.error(
                "channels.message.unanswered intent=%s form=%s action=%s",
                (tracker.latest_message.intent or {}).get("name") if tracker.latest_message else "",
                tracker.active_loop_name,
                tracker.latest_action_name,
            )
            await agent.execute_action(sender_id, APOLOGY, output, None, None)


def is_answered(events: Iterable[Event]) -> bool:
    """Whether the bot has said something since the latest message; also when there is none."""
    latest = [event for event in events if isinstance(event, BotUttered | UserUttered)][-1:]
    return not latest or isinstance(latest[0], BotUttered)
