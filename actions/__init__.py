"""The actions that Rasa calls, registered with the action server when it imports this package."""

from ticket_clerk.http.mount import register

from . import (
    browse,
    fallback,
    handoff,
    notifications,
    orders,
    purchase,
    refunds,
    season_tickets,
    upgrades,
    waiting_list,
)

__all__ = [
    "browse",
    "fallback",
    "handoff",
    "notifications",
    "orders",
    "purchase",
    "refunds",
    "season_tickets",
    "upgrades",
    "waiting_list",
]

# rasa-sdk imports this package and then calls its plugins' hook with the finished app, so the
# standard command `rasa run actions` serves /payments/* too.
register()
