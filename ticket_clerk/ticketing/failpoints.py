"""The points at which a test kills this process, to see that nothing is lost, told twice or stuck.

Each is named by what has just happened: after every commit, call and send of the stories in
docs/stories.md, and inside every transaction of several statements before its commit. Where
none is armed, which is always but in tests, reaching one is a comparison and nothing else.
"""

from __future__ import annotations

import os
import signal
from enum import Enum


class Failpoint(Enum):
    """All of them, in the order of the stories."""

    # Story 1: an order and its link.
    ORDER_WRITTEN = "order_written"
    ORDER_STORED = "order_stored"
    SESSION_MADE = "session_made"
    SESSION_ATTACHED = "session_attached"
    # The buyer cancels.
    CANCEL_NOTED = "cancel_noted"
    SESSION_CLOSED = "session_closed"
    CANCEL_WRITTEN = "cancel_written"
    ORDER_CANCELED = "order_canceled"
    # Story 2: a payment and its message.
    EVENT_VERIFIED = "event_verified"
    EVENT_RECORDED = "event_recorded"
    EVENT_APPLIED = "event_applied"
    EVENT_COMMITTED = "event_committed"
    MESSAGE_CLAIMED = "message_claimed"
    MESSAGE_UTTERED = "message_uttered"
    MESSAGE_SAID = "message_said"
    MESSAGE_SEEN = "message_seen"
    MESSAGE_CLOSED = "message_closed"
    # The buyer asks whether it was paid.
    ORDER_ASKED_FOR = "order_asked_for"
    ORDER_REFRESHED = "order_refreshed"
    # Reconciliation.
    ORDER_COMPARED = "order_compared"
    ORDER_RECONCILED = "order_reconciled"
    # Story 3: money goes back.
    REFUND_WRITTEN = "refund_written"
    REFUND_WISHED = "refund_wished"
    REFUND_MADE = "refund_made"
    REFUND_APPLIED = "refund_applied"
    REFUND_SETTLED = "refund_settled"
    # Story 4: better seats.
    UPGRADE_WRITTEN = "upgrade_written"
    # Story 5: a season ticket, and its end.
    SEASON_WRITTEN = "season_written"
    SEASON_END_WISHED = "season_end_wished"
    SEASON_END_TOLD = "season_end_told"
    SEASON_APPLIED = "season_applied"
    SEASON_REFRESHED = "season_refreshed"
    # Story 6: seats that come back.
    WAIT_JOINED = "wait_joined"
    OFFER_WRITTEN = "offer_written"
    OFFER_STORED = "offer_stored"
    # Story 7: another order instead.
    REPLACEMENT_NOTED = "replacement_noted"
    REPLACEMENT_WRITTEN = "replacement_written"
    REPLACEMENT_RESTORED = "replacement_restored"
    # Seats that a host keeps itself.
    HOST_RESERVED = "host_reserved"
    HOST_CONFIRMED = "host_confirmed"
    HOST_GIVEN_UP = "host_given_up"
    HOST_PROMISE_CLAIMED = "host_promise_claimed"
    HOST_RELEASED = "host_released"
    HOST_PROMISE_KEPT = "host_promise_kept"
    # Story 8: a show that is called off or moved.
    SHOW_CALLED_OFF = "show_called_off"
    SHOW_MOVED = "show_moved"
    CHANGE_WRITTEN = "change_written"
    CHANGE_APPLIED = "change_applied"
    WAITS_ENDED = "waits_ended"
    # A day before a show.
    REMINDERS_WRITTEN = "reminders_written"
    # A ticket at the door.
    TICKET_WRITTEN = "ticket_written"
    TICKET_REDEEMED = "ticket_redeemed"
    ADMISSION_NOTED = "admission_noted"
    # A ticket for somebody else, or in the place of one whose link was stolen.
    SUCCESSOR_WRITTEN = "successor_written"
    SUCCESSOR_ISSUED = "successor_issued"


_armed: Failpoint | None = None


def arm(point: Failpoint | None) -> None:
    """Have this process die where it reaches the point; with None nowhere."""
    global _armed
    _armed = point


def reached(point: Failpoint) -> None:
    """Say that this has just happened: the end of a process that is armed for it, else nothing."""
    if point is _armed:
        # What a power cut leaves: no handler, no rollback, no goodbye.
        os.kill(os.getpid(), signal.SIGKILL)
