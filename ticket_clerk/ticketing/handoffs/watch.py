"""Watches the conversations that operators lead: announces messages, ends unanswered handoffs.

Both passes may be cut off or run twice at any point: a notification is enqueued once, and a
conversation is given back once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import handoffs, outbox
from ticket_clerk.ticketing.domain.errors import RasaUnavailable
from ticket_clerk.ticketing.domain.handoffs import Handoff
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind

from . import handover

log = logging.getLogger(__name__)

# A buyer whom no operator has answered for so long is told so, and has the bot again.
ANSWERED_WITHIN = timedelta(minutes=15)
_HANDED_OVER = "utter_handed_over"


def watch_handoffs(container: Container) -> int:
    """Check the open handoffs once; returns how many notifications it made. Safe to repeat."""
    open_ones = handover.list_handoffs(container, is_open=True)
    if not open_ones:
        return 0
    return give_back_unanswered(container) + sum(
        _notify_of_messages(container, one) for one in open_ones
    )


def give_back_unanswered(container: Container) -> int:
    """Give conversations back to the bot in which no person has said anything in time.

    Buyer and operators are notified. Returns how many; one that an operator answers at the same
    moment stays theirs, if their message was there first.
    """
    now = container.now()
    with container.database.read() as conn:
        late = handoffs.list_unanswered(conn, opened_before=now - ANSWERED_WITHIN)
    given = 0
    for handoff in late:
        with container.database.begin() as conn:
            if not handoffs.close_unanswered(conn, handoff.id, now=now):
                continue
            for to, kind in (
                (handoff.buyer, MessageKind.HANDOFF_UNANSWERED),
                (Buyer(outbox.OPERATORS, handoff.id), MessageKind.HANDOFF_RETURNED),
            ):
                outbox.enqueue_about(conn, to, kind, about=handoff.id, now=now)
        given += 1
        log.warning("payments.handoff.unanswered handoff_id=%s", handoff.id)
    return given


def _notify_of_messages(container: Container, handoff: Handoff) -> int:
    """Notify the operators of what the buyer has written since the handoff."""
    try:
        events = container.rasa.tracker_events(handoff.buyer.sender_id)
    except RasaUnavailable:
        # What was written stays in the conversation, and the next pass finds it.
        return 0
    ids = list(_written_since(events))
    if not ids:
        return 0
    to = Buyer(outbox.OPERATORS, handoff.id)
    with container.database.begin() as conn:
        enqueued = [
            outbox.enqueue_about(
                conn,
                to,
                MessageKind.HANDOFF_WRITTEN,
                about=f"{handoff.id}/{message_id}",
                now=container.now(),
            )
            for message_id in ids
        ]
    return sum(enqueued)


def _written_since(events: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Find the ids of the buyer's messages since the latest handoff."""
    ids: list[str] | None = None
    for event in events:
        metadata = event.get("metadata") or {}
        if event.get("event") == "bot" and metadata.get("utter_action") == _HANDED_OVER:
            ids = []
        elif event.get("event") == "user" and event.get("text") and ids is not None:
            ids.append(str(event.get("message_id") or event.get("timestamp")))
    return iter(ids or [])
