"""Delivers notifications to conversations, each exactly once.

Delivery is a fact of the conversation, not of a call: each message that Rasa records carries its
``outbox_id`` in the bot event's metadata, and only that evidence closes a notification. So a 200
that nobody saw, a crash between saying and noting it, and two workers at once all end well: the
action looks at the same evidence, under Rasa's lock on the conversation, before it speaks.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from queue import SimpleQueue
from typing import Any

from structlog.contextvars import bound_contextvars

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import outbox
from ticket_clerk.ticketing.database.tables.outbox import StoredMessage
from ticket_clerk.ticketing.domain.errors import (
    ConversationBusy,
    HandoffNotFound,
    InvalidRequest,
    MailUnavailable,
    NoMailAddress,
    OperatorsUnavailable,
    RasaUnavailable,
    StripeError,
    WrongState,
)
from ticket_clerk.ticketing.domain.models import MessageKind, OutboxMessage
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.handoffs import handover
from ticket_clerk.ticketing.metrics import DELIVERIES, DELIVERY_AGE, WORKER_FAILURES
from ticket_clerk.ticketing.tickets import mailing

log = get_logger(__name__)

REPORT_ACTION = "action_report_payment"
# Each waits for Rasa, at worst 24 s; more would only queue there.
DELIVERIES_AT_ONCE = 8
# Longer than Rasa's client waits for both its calls, so that no other worker comes between.
LEASE = timedelta(seconds=30)
LONGEST_WAIT_S = 30.0
# Buyers who were not reached in so many tries, about ten minutes, are away: theirs can wait.
PATIENT_ATTEMPTS = 20
WAIT_FOR_THE_ABSENT_S = 300.0
# After that a notification is tried again by an operator's command only.
PARKED_AFTER = timedelta(days=1)


def claim_due(
    container: Container, limit: int, *, newest_first: bool = False
) -> list[OutboxMessage]:
    """Claim at most ``limit`` due notifications, one a conversation and its oldest.

    Those that are due for longest, or that became due last.
    """
    with container.database.read() as conn:
        if not outbox.has_due(conn, now=container.now()):
            return []
    with container.database.begin() as conn:
        claimed = outbox.claim_due(
            conn, now=container.now(), lease=LEASE, limit=limit, newest_first=newest_first
        )
    reached(Failpoint.MESSAGE_CLAIMED)
    return claimed


def delivered_ids(rasa_events: Iterable[Mapping[str, Any]]) -> set[str]:
    """Find the ids of all outbox messages that a conversation has, in its tracker's events."""
    found = set()
    for event in rasa_events:
        metadata = event.get("metadata")
        if event.get("event") == "bot" and isinstance(metadata, Mapping):
            found.add(metadata.get("outbox_id"))
    return {value for value in found if isinstance(value, str)}


def mark_delivered(container: Container, message_ids: Iterable[str]) -> int:
    """Close messages that are in their conversation; returns how many were open.

    Safe to repeat.
    """
    with container.database.begin() as conn:
        return outbox.mark_delivered(conn, message_ids, now=container.now())


def deliver(container: Container, message: OutboxMessage) -> int:
    """Deliver a claimed notification; returns how many the conversation now has. Safe to repeat.

    One that can't be delivered now is put off, for longer each time, or parked after a day.
    """
    with bound_contextvars(message_id=message.id, order_id=message.order_id):
        return _deliver(container, message)


def _deliver(container: Container, message: OutboxMessage) -> int:
    if handover.is_for_operators(message):
        return _announce(container, message)
    if message.kind is MessageKind.TICKETS_BY_MAIL:
        return _mail(container, message)
    sender_id, channel = message.buyer.sender_id, message.buyer.channel
    try:
        container.rasa.execute(sender_id, REPORT_ACTION, channel=channel)
        reached(Failpoint.MESSAGE_SAID)
        delivered = _find_delivered(container, message)
    except (ConversationBusy, RasaUnavailable) as exc:
        return _put_off(container, message, exc.code)
    reached(Failpoint.MESSAGE_SEEN)
    count = mark_delivered(container, delivered)
    reached(Failpoint.MESSAGE_CLOSED)
    # The action itself closes what is no longer true, without saying it.
    if message.id not in delivered and not _is_closed(container, message):
        return count + _put_off(container, message, "not_told")
    DELIVERIES.labels("delivered").inc()
    DELIVERY_AGE.observe(max(0.0, (container.now() - message.created_at).total_seconds()))
    log.info("payments.message.delivered", message_id=message.id, order_id=message.order_id)
    return count


def _find_delivered(container: Container, message: OutboxMessage) -> set[str]:
    """Which of the buyer's open notifications their conversation has."""
    with container.database.read() as conn:
        unread = [open_.id for open_ in outbox.list_unread(conn, message.buyer)]
    return container.rasa.told_notifications(message.buyer.sender_id, [message.id, *unread])


def _announce(container: Container, message: OutboxMessage) -> int:
    """Notify the operators; a 2xx of theirs is the evidence."""
    try:
        handover.announce(container, message)
    except (OperatorsUnavailable, HandoffNotFound) as exc:
        return _put_off(container, message, exc.code)
    log.info("payments.handoff.announced", handoff_id=message.about)
    return mark_delivered(container, [message.id])


def _mail(container: Container, message: OutboxMessage) -> int:
    """Send tickets by e-mail; that the server took it is the evidence."""
    try:
        mailing.send_mail(container, message)
    except (MailUnavailable, NoMailAddress, StripeError) as exc:
        return _put_off(container, message, exc.code)
    log.info("payments.mail.sent", message_id=message.id, order_id=message.order_id)
    return mark_delivered(container, [message.id])


def _is_closed(container: Container, message: OutboxMessage) -> bool:
    with container.database.read() as conn:
        return all(open_.id != message.id for open_ in outbox.list_unread(conn, message.buyer))


def retry_parked(container: Container) -> int:
    """Give every message that is parked one more try; returns how many. Safe to repeat."""
    with container.database.begin() as conn:
        return outbox.unpark(conn, now=container.now())


def get_message(container: Container, message_id: str) -> StoredMessage:
    """Read a notification; raises InvalidRequest where there is none of that id."""
    with container.database.read() as conn:
        found = outbox.find_message(conn, message_id)
    if found is None:
        raise InvalidRequest("There is no such notification.", field="message_id")
    return found


def tell_again(container: Container, message_id: str, *, request_key: str) -> None:
    """Tell a buyer once more what their conversation has, if it is still true then.

    It becomes a notification of its own: the one that was told is never told twice. Safe to repeat
    with the same key. Raises WrongState for one that was not told yet, or has no conversation.
    """
    with container.database.begin() as conn:
        found = outbox.find_message(conn, message_id)
        if found is None or found.delivered_at is None or found.message.order_id is None:
            raise WrongState("It is not in the buyer's conversation yet, or is about no order.")
        is_of_buyer = found.message.buyer.channel not in (outbox.MAIL, outbox.OPERATORS)
        if not is_of_buyer or found.message.buyer.is_erased:
            raise WrongState("There is no conversation that could be told.")
        outbox.enqueue_again(conn, found.message, again=request_key, now=container.now())


def retry_one(container: Container, message_id: str) -> None:
    """Give one message that is parked one more try.

    Raises WrongState where it is not parked, as after a repetition or once it was told.
    """
    with container.database.begin() as conn:
        if not outbox.unpark_one(conn, message_id, now=container.now()):
            raise WrongState("It is being tried, or is in the conversation already.")


def _put_off(container: Container, message: OutboxMessage, error: str) -> int:
    now = container.now()
    is_parked = now - message.created_at >= PARKED_AFTER
    with container.database.begin() as conn:
        if is_parked:
            outbox.park(conn, message.id, now=now, error=error)
        else:
            outbox.put_off(conn, message.id, until=now + _pause(message.attempts), error=error)
    outcome = "parked" if is_parked else "put_off"
    DELIVERIES.labels(outcome).inc()
    log.log(
        logging.ERROR if is_parked else logging.WARNING,
        f"payments.message.{outcome}",
        message_id=message.id,
        order_id=message.order_id,
        attempts=message.attempts,
        error=error,
    )
    return 0


def _pause(attempts: int) -> timedelta:
    longest = LONGEST_WAIT_S if attempts < PATIENT_ATTEMPTS else WAIT_FOR_THE_ABSENT_S
    doubled = min(longest, 0.5 * 2 ** min(attempts, 10))
    # Jitter keeps a thousand waiting messages from knocking at once when Rasa is back.
    return timedelta(seconds=doubled * random.uniform(0.5, 1.0))  # noqa: S311  no secret


class DeliveryPool:
    """Delivers due notifications in parallel, at most one of a conversation.

    Every second look takes what became due last: after an hour without Rasa nobody who pays now
    waits behind all who paid in it. A notification is claimed only when a thread is free for it:
    its lease begins with its delivery. The threads are daemons, so a delivery that hangs keeps no
    process from ending; the lease then runs out.
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
        self._is_newest_first = True
        self._lock = threading.Lock()
        for _ in range(at_once):
            threading.Thread(target=self._deliver, name="payments-delivery", daemon=True).start()

    def start_due(self) -> int:
        """Begin the deliveries that are due and that a thread is free for; returns how many."""
        with self._lock:
            free = self._free
        if free:
            self._is_newest_first = not self._is_newest_first
        newest_first = self._is_newest_first
        claimed = claim_due(self._container, free, newest_first=newest_first) if free else []
        with self._lock:
            self._free -= len(claimed)
        for message in claimed:
            self._claimed.put(message)
        return len(claimed)

    def _deliver(self) -> None:
        while True:
            message = self._claimed.get()
            try:
                deliver(self._container, message)
            except Exception as exc:
                # The thread must outlive anything; what was claimed is due again after its lease.
                WORKER_FAILURES.labels("delivery").inc()
                log.error("payments.worker.failed", loop="delivery", error=type(exc).__name__)
            finally:
                with self._lock:
                    self._free += 1
                self._on_delivered()
