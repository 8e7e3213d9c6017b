"""A queue of verified events: what comes while others are being stored is stored together.

An event alone waits for nobody; of a crowd all that wait go through one thread and one commit,
which costs less than a thread, a commit and, for payments, the statements for each. On PostgreSQL,
which takes several transactions at a time, what is surely no payment goes alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeVar

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.stripe_objects import WebhookEvent
from ticket_clerk.ticketing.events.webhooks import (
    may_be_ordinary,
    process_webhook_event,
    process_webhook_events,
)
from ticket_clerk.ticketing.fulfilment import may_ask_stripe

Result = TypeVar("Result")

# So few that none of them waits for long, and enough to share what a commit costs.
LARGEST_GROUP = 32
# More threads would only take the interpreter from each other; others need connections, too.
AT_ONCE = 8


class EventQueue:
    """Belongs to one event loop."""

    def __init__(self, container: Container) -> None:
        """Nothing runs before the first event."""
        self._container = container
        self._waiting: list[tuple[WebhookEvent, asyncio.Future[str]]] = []
        # What else would keep them: the event loop doesn't.
        self._drains: set[asyncio.Task[None]] = set()
        self._is_draining = False
        self._lanes = asyncio.Semaphore(AT_ONCE)

    async def process(self, event: WebhookEvent) -> str:
        """Take an event; returns its outcome when that is on disk, raises what prevented it."""
        if may_ask_stripe(event):
            # Stripe is asked first, and nobody else has to wait for that.
            return await _in_thread(process_webhook_event, self._container, event)
        if not (self._container.database.has_one_writer or may_be_ordinary(event)):
            async with self._lanes:
                return await _in_thread(process_webhook_event, self._container, event)
        taken: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, taken))
        if not self._is_draining:
            self._is_draining = True
            drain = asyncio.create_task(self._drain())
            self._drains.add(drain)
            drain.add_done_callback(self._drains.discard)
        return await taken

    async def _drain(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:LARGEST_GROUP], self._waiting[LARGEST_GROUP:]
            events = [event for event, _ in group]
            try:
                taken = await _in_thread(process_webhook_events, self._container, events)
            except Exception as exc:
                taken = [exc] * len(group)
            for (_, future), outcome in zip(group, taken, strict=True):
                if future.cancelled():
                    # The client hung up; the event is stored all the same.
                    continue
                if isinstance(outcome, Exception):
                    future.set_exception(outcome)
                else:
                    future.set_result(outcome)
        # Right after the look that found nothing: who comes next begins anew.
        self._is_draining = False


def _in_thread(work: Callable[..., Result], *arguments: Any) -> Awaitable[Result]:
    # As asyncio.to_thread, without a copy of the context that nobody here reads.
    return asyncio.get_running_loop().run_in_executor(None, partial(work, *arguments))
