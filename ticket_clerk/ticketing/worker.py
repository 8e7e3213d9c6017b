"""Background loops: notifications, refunds, shows, waiting lists, handoffs, hosts, catalog,
reconciliation.

Threads, since all they do is wait for databases and networks. All passes may be cut off or run
twice at any point; what they had claimed becomes due again.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from functools import partial

from ticket_clerk.logs import get_logger

from .catalog import load_shows
from .container import Container
from .events.reconciliation import close_overdue, reconcile
from .handoffs.handover import watch_handoffs
from .metrics import WORKER_FAILURES
from .notifications.delivery import DeliveryPool
from .orders import keep_promises
from .privacy.retention import forget_buyers, forget_old
from .refunds.submission import submit_requests
from .show_changes import apply_changes
from .tickets.reminders import remind_buyers
from .waiting_list import offer_seats

log = get_logger(__name__)

DELIVERY_EVERY_S = 1.0
# Longer than a pass may wait for the database, with much to spare.
STUCK_AFTER_S = 60.0
# However many events wake it, the outbox is read no more often than this.
DELIVERY_PAUSE_S = 0.05
REFUNDS_EVERY_S = 5.0
# While Stripe does not answer, it is left alone for longer.
REFUNDS_PAUSE_S = 60.0
CHANGES_EVERY_S = 3.0
REMINDERS_EVERY_S = 60.0
WAITING_EVERY_S = 1.0
HANDOFFS_EVERY_S = 3.0
HOST_EVERY_S = 1.0
EXPIRY_EVERY_S = 10.0
CATALOG_EVERY_S = 60.0
RECONCILIATION_EVERY_S = 300.0
# Reading all events of the last days is for those that were lost: once an hour, and at the start.
EVENTS_EVERY_PASSES = 12


class Worker:
    """Starts and stops the loops; ``wake`` makes the next delivery immediate."""

    def __init__(self, container: Container) -> None:
        """Nothing runs before :meth:`start`."""
        self._container = container
        self._stop = threading.Event()
        self._due = threading.Event()
        self._came_round = time.monotonic()
        self._threads = [
            threading.Thread(target=self._deliver, name="payments-delivery", daemon=True),
            threading.Thread(target=self._refund, name="payments-refunds", daemon=True),
            threading.Thread(target=self._apply_changes, name="payments-changes", daemon=True),
            threading.Thread(target=self._remind, name="payments-reminders", daemon=True),
            threading.Thread(target=self._serve_waiting, name="payments-waiting", daemon=True),
            threading.Thread(target=self._watch_handoffs, name="payments-handoffs", daemon=True),
            threading.Thread(target=self._tell_host, name="payments-host", daemon=True),
            threading.Thread(target=self._expire, name="payments-expiry", daemon=True),
            threading.Thread(target=self._load_catalog, name="payments-catalog", daemon=True),
            threading.Thread(target=self._reconcile, name="payments-reconciliation", daemon=True),
        ]

    def start(self) -> None:
        """Start all loops; the first passes begin at once."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Something was put into the outbox. Safe to repeat, from any thread."""
        self._due.set()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Ask all loops to end and wait for them; a pass that hangs is left to its lease."""
        self._stop.set()
        self._due.set()
        for thread in self._threads:
            thread.join(timeout_s)

    def run_forever(self) -> None:
        """Start, and wait for :meth:`stop`."""
        self.start()
        self._stop.wait()

    def is_working(self) -> bool:
        """Whether every loop is there and the deliveries came round within the last minute.

        Loops that fail again and again count as working: a restart would not mend what they need.
        """
        is_recent = time.monotonic() - self._came_round < STUCK_AFTER_S
        return is_recent and all(thread.is_alive() for thread in self._threads)

    def _deliver(self) -> None:
        pool = DeliveryPool(self._container, on_delivered=self.wake)
        while not self._stop.is_set():
            # Cleared before the look: what is put in after it wakes the next one. A delivery that
            # ends does, too, since it may free the next message of the same conversation.
            self._due.clear()
            self._attempt("delivery", pool.start_due)
            self._came_round = time.monotonic()
            self._stop.wait(DELIVERY_PAUSE_S)
            self._due.wait(DELIVERY_EVERY_S)

    def _refund(self) -> None:
        while not self._stop.is_set():
            unreachable = self._attempt("refunds", self._refund_once)
            self._stop.wait(REFUNDS_PAUSE_S if unreachable else REFUNDS_EVERY_S)

    def _refund_once(self) -> int:
        outcomes = submit_requests(self._container)
        if outcomes:
            self._due.set()
        return outcomes["unreachable"]

    def _apply_changes(self) -> None:
        while not self._stop.is_set():
            if self._attempt("changes", lambda: apply_changes(self._container)):
                self._due.set()
            self._stop.wait(CHANGES_EVERY_S)

    def _remind(self) -> None:
        while not self._stop.is_set():
            if self._attempt("reminders", lambda: remind_buyers(self._container)):
                self._due.set()
            self._stop.wait(REMINDERS_EVERY_S)

    def _serve_waiting(self) -> None:
        while not self._stop.is_set():
            if self._attempt("waiting", lambda: offer_seats(self._container)):
                self._due.set()
            self._stop.wait(WAITING_EVERY_S)

    def _watch_handoffs(self) -> None:
        while not self._stop.is_set():
            if self._attempt("handoffs", lambda: watch_handoffs(self._container)):
                self._due.set()
            self._stop.wait(HANDOFFS_EVERY_S)

    def _tell_host(self) -> None:
        while not self._stop.is_set():
            self._attempt("host", lambda: keep_promises(self._container))
            self._stop.wait(HOST_EVERY_S)

    def _expire(self) -> None:
        while not self._stop.is_set():
            if self._attempt("expiry", lambda: close_overdue(self._container)):
                self._due.set()
            self._stop.wait(EXPIRY_EVERY_S)

    def _load_catalog(self) -> None:
        # It was loaded when the server started. A file's owner says when it is read again.
        while not self._stop.wait(CATALOG_EVERY_S):
            self._attempt("catalog", self._load_catalog_once)

    def _load_catalog_once(self) -> int:
        container = self._container
        if not getattr(container.catalog, "is_live", True):
            return 0
        return load_shows(container.database, container.catalog, now=container.now())

    def _reconcile(self) -> None:
        for number in itertools.count():
            if self._stop.is_set():
                return
            with_events = number % EVENTS_EVERY_PASSES == 0
            if self._attempt("reconciliation", partial(self._reconcile_once, with_events)):
                self._due.set()
            self._stop.wait(RECONCILIATION_EVERY_S)

    def _reconcile_once(self, with_events: bool) -> int:
        if with_events:
            self._attempt("retention", lambda: forget_old(self._container))
        self._attempt("forgetting", lambda: forget_buyers(self._container))
        return len(reconcile(self._container, with_events=with_events))

    def _attempt(self, name: str, make_pass: Callable[[], int]) -> int:
        try:
            return make_pass()
        except Exception as exc:
            # The loop must outlive anything; the type alone, since texts can hold what rows hold.
            WORKER_FAILURES.labels(name).inc()
            log.error("payments.worker.failed", loop=name, error=type(exc).__name__)
            return 0
