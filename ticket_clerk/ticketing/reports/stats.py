"""Payment summaries by currency, added up from the ledger."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import ledger, shows
from ticket_clerk.ticketing.domain.models import OrderStatus, PaidElsewhere

_LEDGER = schema.ledger
_ORDERS = schema.orders
_DECLINES = schema.declines
_GIVEN_BACK = (ledger.REFUND, ledger.REFUND_FAILED)


@dataclass(frozen=True)
class PaymentSummary:
    """What was earned in one currency; amounts in minor units, the rate in percent of payments."""

    total_revenue: int
    refunded: int
    successful_payments: int
    failed_payments: int
    refund_rate: float
    refund_fees: int = 0
    paid_elsewhere: int = 0


def payment_summary(
    container: Container, *, since: datetime | None, until: datetime | None
) -> dict[str, PaymentSummary]:
    """Add up what happened from ``since`` (with it) until ``until`` (without it), by currency.

    The shop's own currency is always there, with zeros before the first payment.

    Revenue is gross; fees are what was kept of returned tickets. Refunds and their fees count when
    they succeed, and no longer when they fail afterwards. A failed payment is an order, or a
    payment through the API, whose card was declined and that was not paid since. The rate is that
    of the payments of this time of which something was given back, whenever that was.
    ``paid_elsewhere`` is what operators took at the box office and did not give back; it is no
    part of the others.
    """
    with container.database.read() as conn:
        payments = _by_currency(conn, _payments(_LEDGER.c.currency, since, until))
        back = _by_currency(conn, _given_back(_LEDGER.c.amount, since, until))
        fees = _by_currency(conn, _given_back(_LEDGER.c.fee, since, until))
        failed = _failed(conn, since, until)
        returned = _by_currency(conn, _returned(since, until))
        elsewhere = _by_currency(conn, _elsewhere(since, until))
        own = shows.find_currency(conn)
    return {
        currency: _summary(
            payments.get(currency, (0, 0)),
            -back.get(currency, (0, 0))[1],
            failed.get(currency, 0),
            returned.get(currency, (0, 0))[0],
            fees.get(currency, (0, 0))[1],
            elsewhere.get(currency, (0, 0))[1],
        )
        for currency in sorted({*payments, *back, *failed, *elsewhere, *([own] if own else [])})
    }


def _summary(
    payments: tuple[int, int], refunded: int, failed: int, returned: int, fees: int, elsewhere: int
) -> PaymentSummary:
    count, revenue = payments
    rate = round(returned / count * 100, 2) if count else 0.0
    return PaymentSummary(revenue, refunded, count, failed, rate, fees, elsewhere)


def _payments(currency: Any, since: datetime | None, until: datetime | None) -> Any:
    return (
        sa.select(currency, sa.func.count(), sa.func.sum(_LEDGER.c.amount))
        .where(_LEDGER.c.kind == ledger.PAYMENT, *_within(_LEDGER.c.at, since, until))
        .group_by(currency)
    )


def _given_back(column: Any, since: datetime | None, until: datetime | None) -> Any:
    return (
        sa.select(_LEDGER.c.currency, sa.func.count(), sa.func.sum(column))
        .where(_LEDGER.c.kind.in_(_GIVEN_BACK), *_within(_LEDGER.c.at, since, until))
        .group_by(_LEDGER.c.currency)
    )


def _elsewhere(since: datetime | None, until: datetime | None) -> Any:
    """Add up what was paid at the box office and not given back there."""
    left = _ORDERS.c.amount_total - _ORDERS.c.amount_refunded
    return (
        sa.select(_ORDERS.c.currency, sa.func.count(), sa.func.sum(left))
        .where(_ORDERS.c.paid_elsewhere == PaidElsewhere.ELSEWHERE.value)
        .where(*_within(_ORDERS.c.paid_at, since, until))
        .group_by(_ORDERS.c.currency)
    )


def _returned(since: datetime | None, until: datetime | None) -> Any:
    """Count the payments of which something stays given back."""
    back = _LEDGER.alias()
    given_back = (
        sa.select(back.c.payment_intent_id)
        .where(back.c.kind.in_(_GIVEN_BACK))
        .group_by(back.c.payment_intent_id)
        .having(sa.func.sum(back.c.amount) < 0)
    )
    query = _payments(_LEDGER.c.currency, since, until)
    return query.where(_LEDGER.c.payment_intent_id.in_(given_back))


def _failed(conn: Connection, since: datetime | None, until: datetime | None) -> dict[str, int]:
    """Count what was declined and not paid since: orders, and payments through the API."""
    unpaid_orders = (
        sa.select(_ORDERS.c.currency, sa.func.count())
        .where(
            _ORDERS.c.declined_at.is_not(None),
            _ORDERS.c.paid_at.is_(None),
            _ORDERS.c.status != OrderStatus.PROCESSING.value,
            *_within(_ORDERS.c.declined_at, since, until),
        )
        .group_by(_ORDERS.c.currency)
    )
    paid = sa.select(_LEDGER.c.payment_intent_id).where(
        _LEDGER.c.kind == ledger.PAYMENT, _LEDGER.c.payment_intent_id.is_not(None)
    )
    unpaid_intents = (
        sa.select(_DECLINES.c.currency, sa.func.count())
        .where(_DECLINES.c.payment_intent_id.not_in(paid), *_within(_DECLINES.c.at, since, until))
        .group_by(_DECLINES.c.currency)
    )
    counted: dict[str, int] = defaultdict(int)
    for query in (unpaid_orders, unpaid_intents):
        for currency, count in conn.execute(query):
            counted[currency] += int(count)
    return dict(counted)


def _within(column: Any, since: datetime | None, until: datetime | None) -> list[Any]:
    bounds = []
    if since is not None:
        bounds.append(column >= since)
    if until is not None:
        bounds.append(column < until)
    return bounds


def _by_currency(conn: Connection, query: Any) -> dict[str, tuple[int, int]]:
    return {row[0]: (int(row[1]), int(row[2])) for row in conn.execute(query)}
