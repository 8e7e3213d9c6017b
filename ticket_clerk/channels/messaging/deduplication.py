"""Deduplication of redelivered messages, across restarts.

Slack and Telegram send again what was not acknowledged. What was handled is in the conversation
under the messenger's own id for it, and a conversation's messages are looked at one by one, in the
order in which they came.
"""

from __future__ import annotations

import asyncio
import logging

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from ticket_clerk.channels.conversations.store import store_of
from ticket_clerk.channels.guard import OnNewMessage

logger = logging.getLogger(__name__)

_LOOK_EVERY_S = 0.1
_FINISH_WITHIN_S = 10.0


class Turns:
    """Turns in progress on one channel."""

    def __init__(self, channel: str) -> None:
        """Start without turns in progress."""
        self._channel = channel
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(
        self, agent: Agent, message: UserMessage, hand_on: OnNewMessage, *, wait_s: float
    ) -> None:
        """Handle the message unless it was handled; return when done, or after `wait_s`.

        The turn goes on when the caller does not wait any longer. Safe to repeat.
        """
        task = asyncio.ensure_future(self._run(agent, message, hand_on))
        # The loop itself does not hold on to a task.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task}, timeout=wait_s)

    async def finish(self) -> None:
        """Wait for the turns in progress before the server stops."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_FINISH_WITHIN_S)

    async def _run(self, agent: Agent, message: UserMessage, hand_on: OnNewMessage) -> None:
        try:
            # Another name than the conversation's own, which the turn itself locks.
            name = f"{self._channel}:{message.sender_id}"
            async with agent.lock_store.lock(name, wait_time_in_seconds=_LOOK_EVERY_S):
                if await store_of(agent).has_message(message.sender_id, message.message_id):
                    logger.info("channels.message.repeated channel=%s", self._channel)
                    return
                await hand_on(message)
        except Exception as error:  # nobody awaits the task, and no traceback may show words
            logger.error(
                "channels.turn.failed channel=%s error=%s", self._channel, type(error).__name__
            )
