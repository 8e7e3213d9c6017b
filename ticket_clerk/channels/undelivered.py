"""Telling a buyer what happened to an order while nobody could reach him.

A request's answer is the only way to somebody on REST or in the shell, so what is unread is said
before his next message is answered. On the other channels this is the net under the worker's
pushes.
"""

import asyncio
import logging
from enum import Enum

from rasa.core.agent import Agent
from rasa.core.channels.channel import OutputChannel
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException

from ticket_clerk.ticketing.container import get_container
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.domain.models import Buyer
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import queries

logger = logging.getLogger(__name__)


class Telling(Enum):
    """How far :func:`tell_unread` came."""

    DONE = "done"
    TOO_EARLY = "too_early"
    """The conversation's latest message came over another channel, or there is none yet."""
    FAILED = "failed"


async def tell_unread(agent: Agent, channel: str, sender_id: str, output: OutputChannel) -> Telling:
    """Say what `sender_id` has not been told yet, and note as told what then is in the tracker.

    The action knows its buyer by the channel of the conversation's latest message, so in a new
    conversation, or one last used on another channel, it is too early before the next message.
    Safe to repeat: what is in the tracker is not said again. Without database or action server
    nothing is said, noted or lost, and nothing is raised.
    """
    try:
        return await _tell(agent, Buyer(channel, sender_id), output)
    except (PaymentError, RasaException) as error:
        logger.warning("channels.unread.failed channel=%s error=%s", channel, type(error).__name__)
        return Telling.FAILED


async def _tell(agent: Agent, buyer: Buyer, output: OutputChannel) -> Telling:
    container = await asyncio.to_thread(get_container)
    unread = await asyncio.to_thread(queries.unread_messages, container, buyer)
    if not unread:
        return Telling.DONE
    async with agent.lock_store.lock(buyer.sender_id):
        tracker = await agent.tracker_store.retrieve(buyer.sender_id)
        if tracker is None or tracker.get_latest_input_channel() != buyer.channel:
            return Telling.TOO_EARLY
        await agent.execute_action(buyer.sender_id, delivery.REPORT_ACTION, output, None, None)
        tracker = await agent.tracker_store.retrieve(buyer.sender_id)
    told = _told(tracker) & {message.id for message, _order in unread}
    await asyncio.to_thread(delivery.mark_told, container, sorted(told))
    return Telling.DONE if len(told) == len(unread) else Telling.FAILED


def _told(tracker: DialogueStateTracker | None) -> set[str]:
    events = tracker.events if tracker else ()
    return delivery.told_ids(event.as_dict() for event in events)
