"""Hand a conversation over to operators and back.

While operators have it the bot is silent (``flows/handoff`` pauses the conversation). What they
say, and that they hand it back, are notifications like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.rasa_client import LATEST_MESSAGES
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import handoffs, orders, outbox
from ticket_clerk.ticketing.domain.errors import HandoffNotFound, RasaUnavailable, WrongState
from ticket_clerk.ticketing.domain.models import (
    Buyer,
    Handoff,
    HandoffReason,
    MessageKind,
    OperatorMessage,
    Order,
    OutboxMessage,
)

log = get_logger(__name__)

# Who reads a transcript wants the end of it.
LONGEST_TRANSCRIPT = 200
_ANNOUNCED = {
    MessageKind.HANDOFF_OPENED: "handoff.opened",
    MessageKind.HANDOFF_WRITTEN: "handoff.message",
    MessageKind.HANDOFF_RETURNED: "handoff.returned",
}


@dataclass(frozen=True)
class Line:
    """One message of a conversation; ``by`` is buyer, clerk or operator."""

    by: str
    text: str
    at: datetime


@dataclass(frozen=True)
class Case:
    """All that an operator needs: the handoff, what was said, and the buyer's orders."""

    handoff: Handoff
    transcript: tuple[Line, ...]
    orders: tuple[Order, ...]


def hand_over(container: Container, buyer: Buyer, reason: HandoffReason) -> Handoff | None:
    """Give a conversation to the operators and notify them; None where there are none.

    Safe to repeat: a conversation that is theirs stays theirs and is announced once.
    """
    if not container.operators.is_there:
        return None
    with container.database.begin() as conn:
        is_new = handoffs.open_once(conn, buyer, reason, now=container.now())
        handoff = handoffs.find_open(conn, buyer)
        if handoff is not None and is_new:
            outbox.enqueue_about(
                conn,
                Buyer(outbox.OPERATORS, handoff.id),
                MessageKind.HANDOFF_OPENED,
                about=handoff.id,
                now=container.now(),
            )
            log.info("payments.handoff.opened", handoff_id=handoff.id)
    return handoff


def list_handoffs(container: Container, *, is_open: bool) -> list[Handoff]:
    """List the handoffs that wait for an operator, oldest first, or the last that are closed."""
    with container.database.read() as conn:
        return handoffs.list_handoffs(conn, is_open=is_open)


def get_handoff(container: Container, handoff_id: str) -> Handoff:
    """Read a handoff; raises HandoffNotFound."""
    with container.database.read() as conn:
        return _get(conn, handoff_id)


def read_case(container: Container, handoff_id: str) -> Case:
    """Read a handoff with transcript and orders. Raises HandoffNotFound, RasaUnavailable."""
    with container.database.read() as conn:
        handoff = _get(conn, handoff_id)
        own = orders.list_orders_of(conn, handoff.buyer)
    return Case(handoff, read_transcript(container, handoff.buyer), tuple(own))


def read_transcript(container: Container, buyer: Buyer) -> tuple[Line, ...]:
    """Read what was said last in a buyer's conversation, oldest first. Raises RasaUnavailable."""
    events = container.rasa.latest_messages(buyer.sender_id)
    lines = [line for event in events if (line := _line(event)) is not None]
    return tuple(lines[-LONGEST_TRANSCRIPT:])


def say(
    container: Container,
    handoff_id: str,
    *,
    operator: str,
    text: str,
    request_key: str | None = None,
) -> OperatorMessage:
    """Have an operator's message said in the conversation, in their name.

    With a ``request_key`` safe to repeat. Raises HandoffNotFound, and WrongState once the
    conversation was handed back.
    """
    with container.database.begin() as conn:
        handoff = _get(conn, handoff_id)
        if handoff.closed_at is not None:
            raise WrongState("The conversation was handed back already.")
        said, is_new = handoffs.add_message(
            conn,
            handoff,
            operator=operator,
            text=text,
            request_key=request_key,
            now=container.now(),
        )
        if is_new:
            _notify(conn, handoff, MessageKind.OPERATOR_MESSAGE, said.id, container.now())
    return said


def hand_back(container: Container, handoff_id: str) -> Handoff:
    """Give the conversation back to the bot, which says so. Safe to repeat.

    Raises HandoffNotFound.
    """
    with container.database.begin() as conn:
        handoff = _get(conn, handoff_id)
        if handoffs.close_once(conn, handoff_id, now=container.now()):
            _notify(conn, handoff, MessageKind.HANDED_BACK, handoff.id, container.now())
            log.info("payments.handoff.closed", handoff_id=handoff.id)
        return _get(conn, handoff_id)


def message_of(container: Container, message_id: str) -> OperatorMessage | None:
    """Find what an operator said, by its id."""
    with container.database.read() as conn:
        return handoffs.find_message(conn, message_id)


def announce(container: Container, message: OutboxMessage) -> None:
    """Notify the operators of a handoff, a message in it, or its end.

    It holds ids and no words of the buyer's. Raises OperatorsUnavailable.
    """
    handoff_id, _, message_id = message.about.partition("/")
    with container.database.read() as conn:
        handoff = _get(conn, handoff_id)
    announcement: dict[str, object] = {
        "type": _ANNOUNCED[message.kind],
        "handoff": {
            "id": handoff.id,
            "channel": handoff.buyer.channel,
            "sender_id": handoff.buyer.sender_id,
            "reason": handoff.reason.value,
            "opened_at": handoff.opened_at.isoformat(),
            "url": f"{container.settings.public_url}/payments/handoffs/{handoff.id}",
        },
    }
    if container.settings.admin_password_hash:
        page = f"{container.settings.public_url}/payments/admin/handoffs/{handoff.id}"
        announcement["page"] = page
    if message_id:
        announcement["message"] = {"id": message_id}
    container.operators.post(announcement)


def is_for_operators(message: OutboxMessage) -> bool:
    """Whether a notification is for the operators and not for a buyer."""
    return message.kind in _ANNOUNCED


def _notify(
    conn: Connection, handoff: Handoff, kind: MessageKind, about: str, now: datetime
) -> None:
    outbox.enqueue_about(conn, handoff.buyer, kind, about=about, now=now)


def _get(conn: Connection, handoff_id: str) -> Handoff:
    handoff = handoffs.find_handoff(conn, handoff_id)
    if handoff is None:
        raise HandoffNotFound("There is no such handoff.")
    return handoff


def _line(rasa_event: Mapping[str, Any]) -> Line | None:
    kind, text = rasa_event.get("event"), rasa_event.get("text")
    if kind not in {"user", "bot"} or not text:
        return None
    metadata = rasa_event.get("metadata") or {}
    is_operator = metadata.get("utter_action") == "utter_operator_says"
    by = "buyer" if kind == "user" else "operator" if is_operator else "clerk"
    at = datetime.fromtimestamp(float(rasa_event.get("timestamp") or 0), timezone.utc)
    return Line(by, str(text), at)


# A buyer whom no operator has answered for so long is told so, and has the bot again.
ANSWERED_WITHIN = timedelta(minutes=15)
_HANDED_OVER = "utter_handed_over"


def watch_handoffs(container: Container) -> int:
    """Check the open handoffs once; returns how many notifications it made. Safe to repeat."""
    open_ones = list_handoffs(container, is_open=True)
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
        log.warning("payments.handoff.unanswered", handoff_id=handoff.id)
    return given


def _notify_of_messages(container: Container, handoff: Handoff) -> int:
    """Notify the operators of what the buyer has written since the handoff."""
    try:
        events = container.rasa.latest_messages(handoff.buyer.sender_id)
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


def _written_since(events: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Find the ids of the buyer's messages since the latest handoff, which may be further back."""
    ids: list[str] | None = [] if len(events) >= LATEST_MESSAGES else None
    for event in events:
        metadata = event.get("metadata") or {}
        if event.get("event") == "bot" and metadata.get("utter_action") == _HANDED_OVER:
            ids = []
        elif event.get("event") == "user" and event.get("text") and ids is not None:
            ids.append(str(event.get("message_id") or event.get("timestamp")))
    return iter(ids or [])
