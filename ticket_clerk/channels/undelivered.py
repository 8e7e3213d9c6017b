"""Delivers unread notifications before a message, and an apology after an unanswered one.

A request's answer is the only way to somebody on REST or in the shell. On the other channels this
is the safety net under the worker's pushes. And Rasa swallows the failure of an action
(rasa/core/processor.py), so a buyer whose action server died would look at nothing.
"""

import asyncio
from collections.abc import Iterable
from enum import Enum

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import queries

logger = get_logger(__name__)

APOLOGY = "utter_error_internal"


class Delivery(Enum):
    """Outcome of :func:`deliver_unread`."""

    DONE = "done"
    TOO_EARLY = "too_early"
    """The conversation's latest message came over another channel, or there is none yet."""
    FAILED = "failed"


async def deliver_unread(
    agent: Agent, channel: str, sender_id: str, output: OutputChannel
) -> Delivery:
    """Deliver `sender_id`'s unread notifications, and mark those in the tracker as delivered.

    The action knows its buyer by the channel of the conversation's latest message, so in a new
    conversation, or one last used on another channel, it is too early before the next message.
    Safe to repeat: what is in the tracker is not said again. Without database or action server
    nothing is said, noted or lost, and nothing is raised.
    """
    try:
        return await _deliver(agent, Buyer(channel, sender_id), output)
    except (PaymentError, RasaException) as error:
        logger.warning("channels.unread.failed", channel=channel, error=type(error).__name__)
        return Delivery.FAILED


async def _deliver(agent: Agent, buyer: Buyer, output: OutputChannel) -> Delivery:
    container = await asyncio.to_thread(get_container)
    unread = await asyncio.to_thread(queries.unread_messages, container, buyer)
    if not unread:
        return Delivery.DONE
    async with agent.lock_store.lock(buyer.sender_id):
        tracker = await agent.tracker_store.retrieve(buyer.sender_id)
        if tracker is None or tracker.get_latest_input_channel() != buyer.channel:
            return Delivery.TOO_EARLY
        await agent.execute_action(buyer.sender_id, delivery.REPORT_ACTION, output, None, None)
        tracker = await agent.tracker_store.retrieve(buyer.sender_id)
    delivered = _delivered_ids(tracker) & {message.id for message, _order in unread}
    await asyncio.to_thread(delivery.mark_delivered, container, sorted(delivered))
    return Delivery.DONE if len(delivered) == len(unread) else Delivery.FAILED


def _delivered_ids(tracker: DialogueStateTracker | None) -> set[str]:
    events = tracker.events if tracker else ()
    return delivery.delivered_ids(event.as_dict() for event in events)


async def finish_turn(agent: Agent, sender_id: str, output: OutputChannel) -> None:
    """Send the domain's apology if the latest message got no answer, and let the bot listen.

    Rasa's circuit breaker leaves a turn without an end, counts the actions of the next ones to it
    and answers none of them (rasa/core/processor.py, is_action_limit_reached). Safe to repeat: an
    apology is an answer.
    """
    async with agent.lock_store.lock(sender_id):
        tracker = await agent.tracker_store.retrieve(sender_id)
        if tracker is None or tracker.is_paused():
            # People lead the conversation, and answer when they have read it.
            return
        answered = is_answered(tracker.events)
        if answered and _is_ended(tracker):
            return
        try:
            if not answered:
                await _apologize(agent, tracker, output)
        finally:
            await _listen(agent, sender_id)


async def _apologize(agent: Agent, tracker: DialogueStateTracker, output: OutputChannel) -> None:
    # Either an action failed, or no rule follows on this intent while this form is active.
    logger.error(
        "channels.message.unanswered",
        intent=(tracker.latest_message.intent or {}).get("name") if tracker.latest_message else "",
        form=tracker.active_loop_name,
        action=tracker.latest_action_name,
    )
    await agent.execute_action(tracker.sender_id, APOLOGY, output, None, None)


async def _listen(agent: Agent, sender_id: str) -> None:
    tracker = await agent.tracker_store.retrieve(sender_id)
    if tracker is None or _is_ended(tracker):
        return
    logger.error("channels.turn.unended", action=tracker.latest_action_name)
    tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
    await agent.tracker_store.save(tracker)


def _is_ended(tracker: DialogueStateTracker) -> bool:
    """Return whether the bot listens again after the latest message."""
    for event in reversed(tracker.events):
        if isinstance(event, ActionExecuted) and event.action_name == ACTION_LISTEN_NAME:
            return True
        if isinstance(event, UserUttered):
            return False
    return True


def is_answered(events: Iterable[Event]) -> bool:
    """Return whether the bot has replied to the latest message; also true without messages."""
    latest = [event for event in events if isinstance(event, BotUttered | UserUttered)][-1:]
    return not latest or isinstance(latest[0], BotUttered)
