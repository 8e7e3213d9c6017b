"""What a payment does to its order: settlement, disputes, release of tickets."""

from . import disputes, settlement, ticket_release
from .subscription_snapshots import (
    SEASON_EVENTS,
    SESSION_EVENTS,
    read_subscription,
    snapshot_of_event,
    snapshot_of_session,
    subscription_of_event,
)

__all__ = [
    "SEASON_EVENTS",
    "SESSION_EVENTS",
    "disputes",
    "read_subscription",
    "settlement",
    "snapshot_of_event",
    "snapshot_of_session",
    "subscription_of_event",
    "ticket_release",
]
