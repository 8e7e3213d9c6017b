"""A pool of threads that deliver notifications of several conversations at a time."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import OutboxMessage

from . import delivery

log = logging.getLogger(__name__)

# Each waits for Rasa, at worst 24 s; more would only queue there.
DELIVERIES_AT_ONCE = 8


class DeliveryPool:
    """Delivers due notifications in parallel, at most one of a conversation.

    A notification is claimed only when a thread is free for it: its lease begins with its
    delivery. The threads are daemons, so a delivery that hangs keeps no process from ending; the
    lease then runs out.
    """

    def __init__(
        self,
        container: Container,
        on_delivered: Callable[[], None],
        at_once: int = DELIVERIES_AT_ONCE,
    ) -> None:
        """Start the threads. ``on_delivered`` is called, from any of them, when one is free."""
        self._container = container
        self._on_delivered = on_delivered
        self._claimed: SimpleQueue[OutboxMessage] = SimpleQueue()
        self._free = at_once
        self._lock = threading.Lock()
        for _ in range(at_once):
            threading.Thread(target=self._deliver, name="payments-delivery", daemon=True).start()

    def start_due(self) -> int:
        """Begin the deliveries that are due and that a thread is free for; returns how many."""
        with self._lock:
            free = self._free
        claimed = delivery.claim_due(self._container, limit=free) if free else []
        with self._lock:
            self._free -= len(claimed)
        for message in claimed:
            self._claimed.put(message)
        return len(claimed)

    def _deliver(self) -> None:
        while True:
            message = self._claimed.get()
            try:
                delivery.deliver(self._container, message)
            except Exception as exc:
                # The thread must outlive anything; what was claimed is due again after its lease.
                log.error("payments.worker.failed loop=delivery error=%s", type(exc).__name__)
            finally:
                with self._lock:
                    self._free += 1
                self._on_delivered()
