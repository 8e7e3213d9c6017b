"""What is true of the books at every moment, and what once everything has come to rest."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

import sqlalchemy as sa

from tests.ticketing.shop_model import SHOW, BookShop
from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.tables import ledger
from ticket_clerk.ticketing.database.tables.tickets import list_tickets_of_show
from ticket_clerk.ticketing.domain.tickets import TicketStatus
from ticket_clerk.ticketing.reports.stats import payment_summary

_UNDERWAY = ("requested", "requires_action", "pending")
_UNPAID = ("open", "processing")
_COUNTING = (TicketStatus.VALID, TicketStatus.USED)
# Some of these were given back before, and some have their seats until somebody decides.
_UNCLEAR = (TicketStatus.DISPUTED, TicketStatus.CANCELED)


def rows(books: BookShop, table: sa.Table) -> list[Any]:
    """Read a whole table."""
    with books.container.database.read() as conn:
        return list(conn.execute(sa.select(table)))


def check_seats(books: BookShop) -> None:
    """Held seats are those of holds, sold ones those of confirmed tickets, and none is both."""
    refunds = rows(books, schema.refunds)
    confirmed = _confirmed(books)
    held: Counter[str] = Counter()
    sold: Counter[str] = Counter()
    for hold in rows(books, schema.holds):
        held[hold.section_id] += hold.quantity
    for order in rows(books, schema.orders):
        if order.kind == "purchase" and _number(order) in confirmed:
            going = [r for r in refunds if r.order_id == order.id and r.status in _UNDERWAY]
            kept = order.quantity - order.refunded_quantity
            sold[order.section_id] += kept + sum(refund.quantity for refund in going)
    for section in rows(books, schema.sections):
        if section.show_id == "night-of-cents":
            assert (section.held, section.sold) == (held[section.id], sold[section.id]), section.id
            assert section.held + section.sold <= section.seats


def check_extras(books: BookShop) -> None:
    """What is held and sold of an extra are the orders that have it so; never more than there are.

    Who was promised their tickets has their extras, until all of their money went back.
    """
    orders, confirmed = {order.id: order for order in rows(books, schema.orders)}, _confirmed(books)
    counted: Counter[tuple[str, str]] = Counter()
    for line in rows(books, schema.order_extras):
        counted[line.extra_id, line.state] += line.quantity
        order = orders[line.order_id]
        if _number(order) in confirmed and order.status in ("paid", "partially_refunded"):
            assert line.state == "sold", order.id
        if order.status in ("expired", "canceled", "refunded"):
            assert line.state == "free", order.id
    for extra in rows(books, schema.extras):
        of_it = counted[extra.id, "held"], counted[extra.id, "sold"]
        assert (extra.held, extra.sold) == (of_it if extra.show_id == SHOW else (0, 0)), extra.id
        assert extra.stock is None or extra.held + extra.sold <= extra.stock


def check_numbers(books: BookShop) -> None:
    """Each ticket that counts has one numbered seat where there are rows, and no other has."""
    going = {r.order_id for r in rows(books, schema.refunds) if r.status in _UNDERWAY}
    with books.container.database.read() as conn:
        known = list_tickets_of_show(conn, SHOW, now=books.container.now())
    numbered = [ticket for ticket in known if ticket.number and ticket.section_id != "loge"]
    keyed = [(one.status, (one.order_id, one.number, one.section_id)) for one in numbered]
    counting = {key for status, key in keyed if status in _COUNTING}
    unclear = {key for status, key in keyed if status in _UNCLEAR}
    seats = rows(books, schema.numbered_seats)
    seated = {(seat.order_id, seat.ticket_number, seat.section_id) for seat in seats}
    assert counting <= seated
    assert {key for key in seated if key[0] not in going} <= counting | unclear


def _confirmed(books: BookShop) -> set[str]:
    """Give the ids of the orders whose buyers were promised that they have what they paid for."""
    return {m.order_id for m in rows(books, schema.outbox) if m.kind == "payment_confirmed"}


def _number(order: Any) -> str:
    """Give the number of the order that a line is paid with, which its buyer was told of."""
    return str(order.paid_with_order_id or order.id)


def check_orders(books: BookShop) -> None:
    """Counters of an order lie within what it is; its refunds are those of the ledger."""
    confirmed = _confirmed(books)
    back: Counter[str] = Counter()
    for entry in rows(books, schema.ledger):
        if entry.kind in (ledger.REFUND, ledger.REFUND_FAILED):
            back[entry.order_id] -= entry.amount
    for order in rows(books, schema.orders):
        assert 0 <= order.refunded_quantity <= order.quantity
        assert order.amount_refunded == back[order.id]
        assert order.amount_refunded <= order.amount_total
        assert order.amount_refunding >= order.amount_refunded
        if order.status == "refunded" and order.kind == "purchase" and _number(order) in confirmed:
            assert order.refunded_quantity == order.quantity


def check_at_rest(books: BookShop) -> None:
    """To the cent what Stripe has, nothing waits, and everybody was told what is so."""
    _check_money(books)
    orders = {order.id: order for order in rows(books, schema.orders)}
    assert not [order.id for order in orders.values() if order.status in _UNPAID]
    told = defaultdict(list)
    for message in rows(books, schema.outbox):
        told[message.order_id].append((message.kind, message.about))
    refunds = rows(books, schema.refunds)
    by_request = defaultdict(set)
    for refund in refunds:
        assert refund.status not in _UNDERWAY, refund.id
        by_request[refund.request_id].add(refund.status)
    _check_told(orders, told, refunds, by_request)


def _check_money(books: BookShop) -> None:
    booked = sum(entry["amount"] for entry in books.wire.list_all("/v1/balance_transactions"))
    assert sum(entry.amount for entry in rows(books, schema.ledger)) == booked
    charges = [c for c in books.wire.list_all("/v1/charges") if c["status"] == "succeeded"]
    refunded = {charge["payment_intent"]: charge["amount_refunded"] for charge in charges}
    back: Counter[str] = Counter()
    for order in rows(books, schema.orders):
        if order.payment_intent_id is not None:
            back[order.payment_intent_id] += order.amount_refunded
            assert order.amount_refunding == order.amount_refunded
    for payment_intent_id, amount in back.items():
        assert amount == refunded.pop(payment_intent_id), payment_intent_id
    assert not refunded, "Stripe has money that belongs to no order"
    earned = payment_summary(books.container, since=None, until=None).get("usd")
    assert (earned.total_revenue if earned else 0) == sum(c["amount"] for c in charges)


def _check_told(orders: dict[str, Any], told: Any, refunds: list[Any], by_request: Any) -> None:
    for order in orders.values():
        kinds = [kind for kind, _ in told[_number(order)]]
        if order.paid_at is not None:
            assert {"payment_confirmed", "payment_needs_attention"} & set(kinds), order.id
        # Money that bought nothing is not kept, unless Stripe would not or could not take it back.
        tried = [r.status for r in refunds if r.order_id == order.id and r.source == "late"]
        if order.paid_at is not None and "payment_confirmed" not in kinds:
            assert order.status in ("refunded", "needs_attention")
            assert tried or not order.amount_total, order.id
    _check_upgrades(orders, refunds)
    for refund in refunds:
        order = orders[refund.order_id]
        root = orders[order.parent_order_id or order.id]
        if by_request[refund.request_id] == {"succeeded"}:
            notices = told[root.id] + told[_number(root)]
            assert ("refund_succeeded", refund.request_id) in notices, refund.id


def _check_upgrades(orders: dict[str, Any], refunds: list[Any]) -> None:
    """Better seats are not kept paid for tickets that are no more, if Stripe took the request."""
    refused = {r.order_id for r in refunds if r.status in ("failed", "rejected", "canceled")}
    for order in orders.values():
        if order.kind == "upgrade" and order.status in ("paid", "partially_refunded"):
            parent = orders[order.parent_order_id]
            assert parent.status != "refunded" or order.id in refused, order.id


def snapshot(books: BookShop) -> dict[str, list[Any]]:
    """Give everything that a repetition must leave as it is."""
    tables = (
        *(schema.orders, schema.holds, schema.sections, schema.refunds, schema.ledger),
        *(schema.numbered_seats, schema.extras, schema.order_extras),
    )
    kept = {
        table.name: sorted(map(tuple, rows(books, table)), key=lambda row: str(row[:2]))
        for table in tables
    }
    keys = sorted((m.dedupe_key,) for m in rows(books, schema.outbox))
    return {**kept, "outbox": keys}
