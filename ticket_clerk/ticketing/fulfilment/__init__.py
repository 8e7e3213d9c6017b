"""What a payment does to its order: settlement, disputes, release of tickets."""

from . import disputes, ordinary_payments, settlement, ticket_release
from .closing import close_unpaid, release_lines
from .subscription_snapshots import (
    SEASON_EVENTS,
    SESSION_EVENTS,
    may_ask_stripe,
    read_subscription,
    snapshot_of_event,
    snapshot_of_session,
)

__all__ = [
    "SEASON_EVENTS",
    "SESSION_EVENTS",
    "close_unpaid",
    "disputes",
    "may_ask_stripe",
    "ordinary_payments",
    "read_subscription",
    "release_lines",
    "settlement",
    "snapshot_of_event",
    "snapshot_of_session",
    "ticket_release",
]
