"""What a host's bot does when it has said all: tell the buyer what is new, then listen.

Rasa lets a bot replace its default actions, and calls this one behind every answer, whoever gave
it, on every channel. So news reaches a buyer on a channel that nothing can be pushed to, such as
REST, without a channel, a lock or a store of ours.
"""

from __future__ import annotations

from ticket_clerk.flows.action import ClerkAction
from ticket_clerk.flows.notifications import report_notifications
from ticket_clerk.flows.turn import RasaEvents, Turn
from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.domain.errors import PaymentError
from ticket_clerk.ticketing.notifications import delivery
from ticket_clerk.ticketing.orders import queries

log = get_logger(__name__)


def tell_news(turn: Turn) -> RasaEvents:
    """Say what is new; nothing is said of an error, and the notification comes later."""
    try:
        unread = {message.id for message, _ in queries.unread_messages(turn.container, turn.buyer)}
        told = delivery.delivered_ids(turn.tracker.events) & unread
        if told:
            delivery.mark_delivered(turn.container, sorted(told))
    except PaymentError as exc:
        log.warning("flows.notifications.failed", code=exc.code)
        return []
    return report_notifications(turn) if unread - told else []


class ActionListen(ClerkAction, answers=tell_news):
    """Delivers unread notifications behind an answer; closes those that the tracker has."""
