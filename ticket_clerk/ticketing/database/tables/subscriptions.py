"""The table of season tickets' subscriptions: what Stripe said of each when it was last asked.

An answer carries the moment at which it was asked for, and an older one changes nothing: answers
overtake each other as events do. Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.models import ENDED, Buyer, Subscription

CLOCK_TOLERANCE = timedelta(minutes=5)
_SUBSCRIPTIONS = schema.subscriptions
_ORDERS = schema.orders
_IS_LIVING = _SUBSCRIPTIONS.c.status.notin_(sorted(ENDED))


def insert_subscription(conn: Connection, subscription: Subscription) -> bool:
    """Insert the subscription of an order, unless the order has one. Tells whether it did."""
    return insert_ignore(conn, _SUBSCRIPTIONS, vars(subscription))


def update_subscription(conn: Connection, subscription: Subscription, *, now: datetime) -> bool:
    """Write down an answer of Stripe's unless a newer one is there. Tells whether it did."""
    newer = {
        name: getattr(subscription, name)
        for name in (
            "status",
            "current_period_end",
            "cancel_at_period_end",
            "payment_url",
            "read_at",
        )
    }
    updated = conn.execute(
        sa.update(_SUBSCRIPTIONS)
        .where(
            _SUBSCRIPTIONS.c.id == subscription.id,
            (_SUBSCRIPTIONS.c.read_at <= subscription.read_at) | _is_of_the_future(now),
        )
        .values(**newer)
    )
    return bool(updated.rowcount == 1)


def request_cancellation(conn: Connection, subscription_id: str, *, at: datetime | None) -> None:
    """Note the buyer's request to end it with its period or, with None, that it is fulfilled."""
    conn.execute(
        sa.update(_SUBSCRIPTIONS)
        .where(_SUBSCRIPTIONS.c.id == subscription_id)
        .values(cancel_requested_at=at)
    )


def find_subscription(conn: Connection, subscription_id: str) -> Subscription | None:
    """Find a subscription by Stripe's id."""
    return _first(conn, _SUBSCRIPTIONS.c.id == subscription_id)


def find_by_order(conn: Connection, order_id: str) -> Subscription | None:
    """Find the subscription that an order began."""
    return _first(conn, _SUBSCRIPTIONS.c.order_id == order_id)


def find_living(conn: Connection, buyer: Buyer, season_ticket_id: str) -> Subscription | None:
    """Find the buyer's season ticket of a kind, if they have one that has not ended."""
    return _first(conn, _is_of(buyer) & _IS_LIVING & (_ORDERS.c.show_id == season_ticket_id))


def list_of(conn: Connection, buyer: Buyer) -> list[Subscription]:
    """List a buyer's season tickets, newest first, with those that have ended."""
    newest_first = (_ORDERS.c.created_at.desc(), _ORDERS.c.id.desc())
    return _list(conn, _joined().where(_is_of(buyer)).order_by(*newest_first))


def list_to_ask_for(conn: Connection, *, now: datetime, fresh_for: timedelta) -> list[Subscription]:
    """List those that Stripe was not asked for lately, or is still to be told to end."""
    is_due = (
        (_SUBSCRIPTIONS.c.read_at < now - fresh_for)
        | _is_of_the_future(now)
        | _SUBSCRIPTIONS.c.cancel_requested_at.isnot(None)
    )
    return _list(conn, _joined().where(_IS_LIVING & is_due).order_by(_SUBSCRIPTIONS.c.read_at))


def _is_of_the_future(now: datetime) -> Any:
    # Two machines' clocks differ by less; by more, the clock was put back, and what it said then
    # must not keep newer answers out until that time has come.
    return _SUBSCRIPTIONS.c.read_at > now + CLOCK_TOLERANCE


def _joined() -> Any:
    return sa.select(_SUBSCRIPTIONS).join(_ORDERS, _ORDERS.c.id == _SUBSCRIPTIONS.c.order_id)


def _is_of(buyer: Buyer) -> Any:
    return (_ORDERS.c.channel == buyer.channel) & (_ORDERS.c.sender_id == buyer.sender_id)


def _first(conn: Connection, condition: Any) -> Subscription | None:
    found = _list(conn, _joined().where(condition).limit(1))
    return found[0] if found else None


def _list(conn: Connection, query: Any) -> list[Subscription]:
    return [Subscription(**row._mapping) for row in conn.execute(query)]
