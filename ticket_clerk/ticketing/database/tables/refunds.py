"""The table of refunds: requests to give money back, and what became of each at Stripe."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.after_sales import OrderRefund, RefundStatus

_REFUNDS = schema.refunds
_S = RefundStatus
# A refund only moves on: events that come late or twice find it further along.
_BEFORE: dict[RefundStatus, tuple[RefundStatus, ...]] = {
    _S.REQUESTED: (),
    _S.REQUIRES_ACTION: (_S.REQUESTED,),
    _S.PENDING: (_S.REQUESTED, _S.REQUIRES_ACTION),
    _S.SUCCEEDED: (_S.REQUESTED, _S.REQUIRES_ACTION, _S.PENDING),
    # Also after it had succeeded: the bank may send the money back days later.
    _S.FAILED: (_S.REQUESTED, _S.REQUIRES_ACTION, _S.PENDING, _S.SUCCEEDED),
    _S.CANCELED: (_S.REQUESTED, _S.REQUIRES_ACTION, _S.PENDING, _S.SUCCEEDED),
    _S.REJECTED: (_S.REQUESTED,),
}
UNDERWAY = (_S.REQUESTED, _S.REQUIRES_ACTION, _S.PENDING)


def new_refund_id() -> str:
    """Make an id for a refund or for a request of several."""
    return "rfd_" + secrets.token_hex(12)


def insert_refund(conn: Connection, refund: OrderRefund) -> bool:
    """Insert a refund; False if its quote version, key or Stripe refund is stored already."""
    values = {name: getattr(refund, name) for name in OrderRefund.__dataclass_fields__}
    stored = json.dumps(refund.tickets) if refund.tickets else None
    return insert_ignore(
        conn, _REFUNDS, {**values, "status": refund.status.value, "tickets": stored}
    )


def next_quote_version(conn: Connection, order_ids: Iterable[str]) -> int:
    """Give the number of the next request about these orders, from 1 on."""
    highest = conn.execute(
        sa.select(sa.func.max(_REFUNDS.c.quote_version)).where(
            _REFUNDS.c.order_id.in_(list(order_ids))
        )
    ).scalar()
    return int(highest or 0) + 1


def find_refund(conn: Connection, refund_id: str) -> OrderRefund | None:
    """Find a refund by our id."""
    return _first(conn, _REFUNDS.c.id == refund_id)


def find_by_stripe_refund(conn: Connection, stripe_refund_id: str) -> OrderRefund | None:
    """Find a refund by Stripe's id."""
    return _first(conn, _REFUNDS.c.stripe_refund_id == stripe_refund_id)


def find_by_request_key(conn: Connection, request_key: str) -> OrderRefund | None:
    """Find the refund that an API caller asked for under this key."""
    return _first(conn, _REFUNDS.c.request_key == request_key)


def find_by_quote_version(
    conn: Connection, order_id: str, quote_version: int
) -> OrderRefund | None:
    """Find the refund of an order's n-th request."""
    return _first(
        conn, (_REFUNDS.c.order_id == order_id) & (_REFUNDS.c.quote_version == quote_version)
    )


def list_of_request(conn: Connection, request_id: str) -> list[OrderRefund]:
    """List the refunds of one request, the oldest payment's first."""
    return _list(conn, _REFUNDS.c.request_id == request_id)


def list_of_orders(conn: Connection, order_ids: Iterable[str]) -> list[OrderRefund]:
    """List the refunds of some orders, oldest first."""
    return _list(conn, _REFUNDS.c.order_id.in_(list(order_ids)))


def list_with_status(conn: Connection, statuses: Iterable[RefundStatus]) -> list[OrderRefund]:
    """List refunds that stand so, oldest first."""
    return _list(conn, _REFUNDS.c.status.in_([status.value for status in statuses]))


def list_underway(conn: Connection, order_ids: Iterable[str]) -> list[OrderRefund]:
    """List refunds of these orders that are neither done nor failed."""
    is_underway = _REFUNDS.c.status.in_([status.value for status in UNDERWAY])
    return _list(conn, _REFUNDS.c.order_id.in_(list(order_ids)) & is_underway)


def attach_stripe_refund(
    conn: Connection, refund_id: str, stripe_refund_id: str, *, now: datetime
) -> bool:
    """Write down what Stripe made for a request, unless something is written there."""
    attached = conn.execute(
        sa.update(_REFUNDS)
        .where(_REFUNDS.c.id == refund_id, _REFUNDS.c.stripe_refund_id.is_(None))
        .values(stripe_refund_id=stripe_refund_id, updated_at=now)
    )
    return bool(attached.rowcount == 1)


def reopen(
    conn: Connection, refund_id: str, *, quantity: int, section_id: str, now: datetime
) -> bool:
    """Take back that a request was refused, for these tickets. Tells whether it was."""
    reopened = conn.execute(
        sa.update(_REFUNDS)
        .where(_REFUNDS.c.id == refund_id, _REFUNDS.c.status == RefundStatus.REJECTED.value)
        .values(
            status=RefundStatus.REQUESTED.value,
            quantity=quantity,
            section_id=section_id,
            updated_at=now,
        )
    )
    return bool(reopened.rowcount == 1)


def add_tickets(
    conn: Connection, order_id: str, *, payment_id: str, quantity: int, section_id: str
) -> None:
    """Let tickets go with the newest refund of an order's payment that has succeeded."""
    done = (
        (_REFUNDS.c.order_id == order_id)
        & (_REFUNDS.c.status == RefundStatus.SUCCEEDED.value)
        & (_REFUNDS.c.payment_intent_id == payment_id)
    )
    newest = sa.select(_REFUNDS.c.id).where(done).order_by(_REFUNDS.c.updated_at.desc()).limit(1)
    conn.execute(
        sa.update(_REFUNDS)
        .where(
            _REFUNDS.c.id == newest.scalar_subquery(),
            (_REFUNDS.c.quantity == 0) | (_REFUNDS.c.section_id == section_id),
        )
        .values(quantity=_REFUNDS.c.quantity + quantity, section_id=section_id)
    )


def advance(conn: Connection, refund_id: str, to: RefundStatus, *, now: datetime) -> bool:
    """Move a refund on to a status; False if it stands there already or further along.

    One conditional statement: of two that try at once one is told no.
    """
    moved = conn.execute(
        sa.update(_REFUNDS)
        .where(
            _REFUNDS.c.id == refund_id,
            _REFUNDS.c.status.in_([status.value for status in _BEFORE[to]]),
        )
        .values(status=to.value, updated_at=now)
    )
    return bool(moved.rowcount == 1)


def _first(conn: Connection, condition: Any) -> OrderRefund | None:
    return next(iter(_list(conn, condition)), None)


def _list(conn: Connection, condition: Any) -> list[OrderRefund]:
    query = sa.select(_REFUNDS).where(condition).order_by(_REFUNDS.c.created_at, _REFUNDS.c.id)
    return [
        OrderRefund(
            **{
                **{column.key: row._mapping[column] for column in _REFUNDS.c},
                "status": RefundStatus(row.status),
                "tickets": tuple(json.loads(row.tickets or "[]")),
            }
        )
        for row in conn.execute(query)
    ]
