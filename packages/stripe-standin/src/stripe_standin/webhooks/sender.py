"""The webhook sender, and the scheduler's regular passes, in threads of their own.

A delivery is tried at once, then after 0.5, 1, 2, 4 … and at most 30 seconds, until a 2xx. Several
are under way at the same time, so they may arrive in any order, as Stripe's do.
"""

from __future__ import annotations

import http.client
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from stripe_standin.standin import StandIn
from stripe_standin.webhooks import deliveries
from stripe_standin.webhooks.deliveries import Delivery

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
CHECKOUT_WAIT_S = 10.0
_PARALLEL = 8
_PASS_S = 0.25
_EXPIRY_PASS_S = 1.0


class Sender:
    """Runs from `start()` to `stop()`; what is unsent then is sent after the next start."""

    def __init__(self, standin: StandIn) -> None:
        self._standin = standin
        self._wake = threading.Event()
        self._answered = threading.Condition()
        self._stopping = False
        self._under_way: set[str] = set()
        self._pool = ThreadPoolExecutor(_PARALLEL, thread_name_prefix="delivery")
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begins sending; everything left from before is due at once."""
        with self._standin.store.transaction():
            deliveries.make_all_due(self._standin.store)
        self._standin.on_events = self._wake.set
        self._standin.wait_for_answer = self.wait_for_answer
        self._thread.start()

    def stop(self) -> None:
        """Ends the threads; an attempt under way is given no more time."""
        self._stopping = True
        self._wake.set()
        self._thread.join(timeout=5)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def wait_for_answer(self, event_id: str) -> None:
        """Waits until the receiver answered an event in whatever way, at most 10 s: Stripe sends
        the buyer on only then (docs.stripe.com/checkout/fulfillment).
        """
        deadline = time.monotonic() + CHECKOUT_WAIT_S
        with self._answered:
            while not self._was_tried(event_id) and not self._stopping:
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._answered.wait(left)

    def _was_tried(self, event_id: str) -> bool:
        with self._standin.store.transaction():
            attempts = deliveries.attempts_of(self._standin.store, event_id)
        return attempts is None or attempts > 0

    def _run(self) -> None:
        next_expiry_pass = 0.0
        while not self._stopping:
            self._wake.clear()
            try:
                if time.monotonic() >= next_expiry_pass:
                    self._standin.expire_overdue()
                    next_expiry_pass = time.monotonic() + _EXPIRY_PASS_S
                self._send_due()
            except Exception:
                log.exception("stripe_standin.sender.pass_failed")
            self._wake.wait(_PASS_S)

    def _send_due(self) -> None:
        if not self._standin.webhook_url:
            return
        room = _PARALLEL - len(self._under_way)
        if room <= 0:
            return
        with self._standin.store.transaction():
            due = deliveries.pending(
                self._standin.store, due_at=time.time(), limit=room + len(self._under_way)
            )
            fresh = [one for one in due if one.event_id not in self._under_way][:room]
        for one in fresh:
            self._under_way.add(one.event_id)
            self._pool.submit(self._attempt, one)

    def _attempt(self, delivery: Delivery) -> None:
        started_at = time.time()
        status: int | None = None
        try:
            status = self._post(delivery)
        except (OSError, http.client.HTTPException) as exc:
            log.debug("stripe_standin.delivery.unanswered error=%s", type(exc).__name__)
        finally:
            self._finish(delivery, status, started_at)

    def _finish(self, delivery: Delivery, status: int | None, started_at: float) -> None:
        try:
            with self._standin.store.transaction():
                deliveries.record(self._standin.store, delivery.event_id, status, started_at)
        finally:
            self._under_way.discard(delivery.event_id)
            with self._answered:
                self._answered.notify_all()
            self._wake.set()
        log.info(
            "stripe_standin.delivery.tried event_id=%s type=%s attempt=%s status=%s",
            delivery.event_id,
            delivery.type,
            delivery.attempts + 1,
            status,
        )

    def _post(self, delivery: Delivery) -> int:
        """One attempt, signed afresh; redirects are not followed, so they count as failures."""
        target = urlsplit(self._standin.webhook_url)
        secure = target.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        connection = connect(target.hostname or "", target.port, timeout=TIMEOUT_S)
        payload = delivery.payload
        headers = {
            "Accept": "*/*; q=0.5, application/xml",
            "Cache-Control": "no-cache",
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": self._standin.sign(payload),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        path = (target.path or "/") + (f"?{target.query}" if target.query else "")
        try:
            connection.request("POST", path, payload, headers)
            return connection.getresponse().status
        finally:
            connection.close()
