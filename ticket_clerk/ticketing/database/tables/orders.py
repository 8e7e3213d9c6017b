"""The table of orders. Functions take ``conn`` first, never commit, and return dataclasses."""

from __future__ import annotations

import heapq
import secrets
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_ignore
from ticket_clerk.ticketing.domain.errors import OrderNotFound, TooManyOpenOrders
from ticket_clerk.ticketing.domain.models import (
    ALLOWED_TRANSITIONS,
    HELD_BY_BUYER,
    REFUNDABLE,
    UNPAID,
    Buyer,
    Order,
    OrderKind,
    OrderStatus,
    PaidElsewhere,
    SeatLine,
)

from .extras import with_extras

MAX_OPEN_ORDERS = 3
_ORDERS = schema.orders
# Built once: building takes longer than running. What is set, is set by the parameters.
_WANTED = sa.bindparam("wanted", type_=sa.Text)
_FIND = sa.select(_ORDERS).where(_ORDERS.c.id == _WANTED)
_LOCK = _FIND.with_for_update()
_FIND_BY_SESSION = sa.select(_ORDERS).where(_ORDERS.c.checkout_session_id == _WANTED)
# No further line of another one.
_IS_FIRST = _ORDERS.c.paid_with_order_id.is_(None)
_IS_UNPAID = _ORDERS.c.status.in_([status.value for status in UNPAID])
_IS_ROOT = _ORDERS.c.parent_order_id.is_(None) & _IS_FIRST
_LOCK_ROOT = _LOCK.where(_IS_ROOT)
_LOCK_ROOT_BY_SESSION = _FIND_BY_SESSION.where(_IS_ROOT).with_for_update()
_LOCK_ALL_BY_SESSIONS = (
    sa.select(_ORDERS)
    .where(
        _ORDERS.c.checkout_session_id.in_(sa.bindparam("session_ids", expanding=True)),
        _ORDERS.c.line_count == 1,
        # In this form no index of these columns, by which SQLite would read most orders, is used.
        sa.func.coalesce(_ORDERS.c.parent_order_id, _ORDERS.c.paid_with_order_id, "") == "",
    )
    .order_by(_ORDERS.c.created_at, _ORDERS.c.id)
    .with_for_update()
)
_LIST_LINES = (
    sa.select(_ORDERS)
    .where(_ORDERS.c.paid_with_order_id.in_(sa.bindparam("order_ids", expanding=True)))
    .order_by(_ORDERS.c.id)
)
_NEWEST_FIRST = (_ORDERS.c.created_at.desc(), _ORDERS.c.id.desc())
_IS_OF = (_ORDERS.c.channel == sa.bindparam("channel_of")) & (
    _ORDERS.c.sender_id == sa.bindparam("sender_of")
)
_LIST_ALL_OF = sa.select(_ORDERS).where(_IS_OF).order_by(*_NEWEST_FIRST)
_LIST_OF = _LIST_ALL_OF.where(_IS_FIRST)
# A further line that is paid has tickets, refunds and reminders of its own.
_LIST_BOUGHT = _LIST_ALL_OF.where(_IS_FIRST | _ORDERS.c.paid_at.is_not(None))
_NEXT_CHANNEL = sa.select(sa.func.min(_ORDERS.c.channel)).where(
    _ORDERS.c.channel > sa.bindparam("after")
)
_FIND_OF = _FIND.where(_IS_OF)
_FIND_PAID = sa.select(_ORDERS.c.id).where(_IS_OF, _ORDERS.c.paid_at.is_not(None)).limit(1)
_QUANTITY = sa.bindparam("quantity_of", type_=sa.BigInteger)
_LOCK_OPEN = sa.select(_ORDERS.c.id).where(_IS_OF, _ORDERS.c.open_slot.is_not(None))
_FIND_OPEN = _LIST_OF.where(
    _ORDERS.c.status == OrderStatus.OPEN.value,
    _ORDERS.c.kind == sa.bindparam("kind"),
    _ORDERS.c.show_id == sa.bindparam("show"),
    _ORDERS.c.section_id.is_not_distinct_from(sa.bindparam("section", type_=sa.Text)),
    sa.func.coalesce(_QUANTITY, _ORDERS.c.quantity) == _ORDERS.c.quantity,
    _ORDERS.c.expires_at > sa.bindparam("now"),
    _ORDERS.c.cancel_requested_at.is_(None),
)
_MOVE = sa.update(_ORDERS).where(
    _ORDERS.c.id == sa.bindparam("order_id"),
    _ORDERS.c.status.in_(sa.bindparam("sources", expanding=True)),
)
_ALPHABET = string.ascii_letters + string.digits


def new_order_id() -> str:
    """Make an order number that cannot be guessed: 16 letters and digits, 95 bits."""
    return "ord_" + "".join(secrets.choice(_ALPHABET) for _ in range(16))


def lock_buyer(conn: Connection, buyer: Buyer) -> None:
    """Let only one transaction at a time look for a buyer's open order and make one if there is
    none, so that a double click is one order. On SQLite every writing transaction is alone anyway.
    """
    if conn.dialect.name == "postgresql":
        whose = sa.func.hashtextextended(f"{buyer.channel}\n{buyer.sender_id}", 0)
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(whose)))


def lock_open_orders(conn: Connection, buyer: Buyer) -> None:
    """Keep a buyer's open orders as they are until the commit.

    For who makes a new one with seats in hand: its slot may be that of an order which somebody ends
    at this moment, who waits for those seats.
    """
    of_buyer = _LOCK_OPEN.order_by(_ORDERS.c.created_at, _ORDERS.c.id).with_for_update()
    conn.execute(of_buyer, _whose(buyer)).all()


def insert_order(conn: Connection, order: Order) -> None:
    """Insert a new open order in the first of the buyer's free slots.

    Raises TooManyOpenOrders when there is none; a unique key decides, not a count.
    """
    for slot in range(1, MAX_OPEN_ORDERS + 1):
        if insert_ignore(conn, _ORDERS, {**row_of(order), "open_slot": slot}):
            return
    raise TooManyOpenOrders(MAX_OPEN_ORDERS)


def insert_line(conn: Connection, line: Order) -> None:
    """Insert a further line of a new order, stored by now, which has the buyer's slot."""
    conn.execute(sa.insert(_ORDERS).values(row_of(line)))


def line_id(order_id: str, number: int) -> str:
    """Give the id of an order's further line, from 2 on.

    In the order of ids, in which several orders of one moment are locked, the order comes first.
    """
    return f"{order_id}_{number}"


def insert_paid(conn: Connection, order: Order) -> bool:
    """Insert an order that is paid already; False if there is one with its number."""
    return insert_ignore(conn, _ORDERS, row_of(order))


def get_order(conn: Connection, order_id: str) -> Order:
    """Read an order; raises OrderNotFound."""
    order = find_order(conn, order_id)
    if order is None:
        raise OrderNotFound("There is no such order.")
    return order


def find_order(conn: Connection, order_id: str, *, lock: bool = False) -> Order | None:
    """Find an order by its number; ``lock`` keeps others from changing it until the commit.

    The lock is PostgreSQL's row lock; on SQLite every writing transaction is alone anyway.
    """
    return _one(conn, _LOCK if lock else _FIND, order_id)


def lock_order(conn: Connection, order_id: str) -> Order | None:
    """Lock an order until the commit, and before it the one whose tickets it upgrades, and before
    a further line the order that it is paid with.

    Whoever changes several of them locks them in this order.
    """
    root = _one(conn, _LOCK_ROOT, order_id)
    other = find_order(conn, order_id) if root is None else None
    if other is None:
        return root
    lock_order(conn, str(other.parent_order_id or other.paid_with_order_id))
    return find_order(conn, order_id, lock=True)


def lock_order_by_session(conn: Connection, checkout_session_id: str) -> Order | None:
    """Lock the order that a Checkout Session was made for, as :func:`lock_order`."""
    root = _one(conn, _LOCK_ROOT_BY_SESSION, checkout_session_id)
    upgrade = find_order_by_session(conn, checkout_session_id) if root is None else None
    return root if upgrade is None else lock_order(conn, upgrade.id)


def lock_all_by_sessions(conn: Connection, session_ids: Sequence[str]) -> list[Order]:
    """Lock the orders that Checkout Sessions were made for, the oldest first.

    Only those that stand alone: no upgrades, and none of several lines.
    """
    found = conn.execute(_LOCK_ALL_BY_SESSIONS, {"session_ids": session_ids})
    return with_extras(conn, map(_order, found))


def find_order_of(conn: Connection, buyer: Buyer, order_id: str) -> Order | None:
    """Find an order of this buyer; None for somebody else's, as if it did not exist."""
    row = conn.execute(_FIND_OF, {**_whose(buyer), "wanted": order_id}).first()
    return _first(conn, row)


def find_order_by_session(conn: Connection, checkout_session_id: str) -> Order | None:
    """Find the order that a Checkout Session was made for."""
    return _one(conn, _FIND_BY_SESSION, checkout_session_id)


def find_order_by_payment(conn: Connection, *payment_ids: str) -> Order | None:
    """Find the order whose payment is known under one of these ids: a PaymentIntent, a charge.

    With its further lines, which are paid with the same.
    """
    is_wanted = _ORDERS.c.payment_intent_id.in_(payment_ids) & _IS_FIRST
    found = _list(conn, sa.select(_ORDERS).where(is_wanted).order_by(*_NEWEST_FIRST).limit(1))
    return found[0] if found else None


def list_upgrades(conn: Connection, parent_order_id: str) -> list[Order]:
    """List the upgrades of an order, paid or not, newest first."""
    return _list(
        conn,
        sa.select(_ORDERS)
        .where(_ORDERS.c.parent_order_id == parent_order_id)
        .order_by(*_NEWEST_FIRST),
    )


def find_open_order(
    conn: Connection,
    buyer: Buyer,
    kind: OrderKind,
    *,
    show_id: str,
    section_id: str | None,
    quantity: int | None,
    now: datetime,
    extras: Mapping[str, int] | None = None,
    lines: Sequence[SeatLine] = (),
) -> Order | None:
    """Find the buyer's open order for exactly this, if its link works and is to go on working.

    Without a quantity, for any number of it; without ``extras`` (how many, by id), whatever it has.
    ``lines`` are what it has besides.
    """
    what = {"kind": kind.value, "show": show_id, "section": section_id, "quantity_of": quantity}
    found = _all(conn, conn.execute(_FIND_OPEN, {**_whose(buyer), **what, "now": now}))
    fitting = (one for one in found if extras is None or one.has_extras(extras))
    return next((one for one in fitting if one.has_lines(lines)), None)


def list_orders_of(conn: Connection, buyer: Buyer) -> list[Order]:
    """List a buyer's orders, newest first; once they are paid each line is one of its own."""
    found = _all(conn, conn.execute(_LIST_BOUGHT, _whose(buyer)))
    return [order.alone if order.paid_at and order.further_lines else order for order in found]


def list_orders(
    conn: Connection,
    *,
    status: OrderStatus | None,
    before: Order | None,
    limit: int,
    by_line: bool = False,
) -> list[Order]:
    """List everybody's orders, newest first, from behind ``before`` on.

    A further line stands for itself only ``by_line``: where it stands may differ.
    """
    if status is None:
        # Each status has its own end of the index; together they would be sorted as a whole.
        by_status = [
            list_orders(conn, status=one, before=before, limit=limit, by_line=by_line)
            for one in OrderStatus
        ]
        newest = heapq.merge(*by_status, key=lambda o: (o.created_at, o.id), reverse=True)
        return list(islice(newest, limit))
    query = sa.select(_ORDERS).where(_ORDERS.c.status == status.value)
    if not by_line:
        query = query.where(_IS_FIRST)
    if before is not None:
        query = query.where(
            _ORDERS.c.created_at <= before.created_at,
            (_ORDERS.c.created_at < before.created_at) | (_ORDERS.c.id < before.id),
        )
    return _list(conn, query.order_by(*_NEWEST_FIRST).limit(limit))


def has_orders_of(conn: Connection, show_id: str) -> bool:
    """Whether anything was ever ordered of a show."""
    query = sa.select(_ORDERS.c.id).where(_ORDERS.c.show_id == show_id).limit(1)
    return conn.execute(query).first() is not None


def list_sold_elsewhere(conn: Connection, show_id: str, *, limit: int) -> list[Order]:
    """List what operators sold of a show and was not taken back, oldest first."""
    is_one = (_ORDERS.c.show_id == show_id) & _ORDERS.c.paid_elsewhere.is_not(None)
    has_tickets = _ORDERS.c.status.in_([status.value for status in HELD_BY_BUYER])
    query = sa.select(_ORDERS).where(is_one, has_tickets).order_by(_ORDERS.c.created_at)
    return _list(conn, query.limit(limit))


def list_orders_of_sender(conn: Connection, sender_id: str, *, limit: int) -> list[Order]:
    """List the orders of a sender on whichever channel, newest first on each."""
    query = _LIST_OF.limit(limit)
    found = (
        _list(conn, query.params(channel_of=channel, sender_of=sender_id))
        for channel in _list_channels(conn)
    )
    return list(islice(chain.from_iterable(found), limit))


def list_orders_of_customers(
    conn: Connection, customer_ids: Sequence[str], *, limit: int
) -> list[Order]:
    """List the orders of whoever are these customers of Stripe's, newest first."""
    customers = schema.customers
    is_theirs = (_ORDERS.c.channel == customers.c.channel) & (
        _ORDERS.c.sender_id == customers.c.sender_id
    )
    query = (
        sa.select(_ORDERS)
        .select_from(customers.join(_ORDERS, is_theirs))
        .where(customers.c.customer_id.in_(customer_ids), _IS_FIRST)
        .order_by(_ORDERS.c.created_at.desc(), _ORDERS.c.id)
        .limit(limit)
    )
    return _list(conn, query)


def list_orders_of_holder(conn: Connection, names: Sequence[str], *, limit: int) -> list[Order]:
    """List the orders with a ticket that has one of these names on it, newest first."""
    tickets = schema.tickets
    named = sa.select(tickets.c.order_id).where(tickets.c.holder.in_(names))
    query = sa.select(_ORDERS).where(_ORDERS.c.id.in_(named))
    return _list(conn, query.order_by(_ORDERS.c.created_at.desc(), _ORDERS.c.id).limit(limit))


def _list_channels(conn: Connection) -> Iterator[str]:
    """Give the channels that there are orders from: a step in the index each."""
    channel: str | None = ""
    while (channel := conn.execute(_NEXT_CHANNEL, {"after": channel}).scalar()) is not None:
        yield channel


def list_unpaid_ids(conn: Connection) -> list[str]:
    """List the id of every order that still waits for its money, the oldest first."""
    query = sa.select(_ORDERS.c.id).where(_IS_UNPAID, _IS_FIRST)
    return list(conn.execute(query.order_by(_ORDERS.c.created_at)).scalars())


def list_unpaid_among(conn: Connection, order_ids: Sequence[str]) -> list[Order]:
    """List those of some orders that still wait for their money, oldest first."""
    query = sa.select(_ORDERS).where(_ORDERS.c.id.in_(order_ids), _IS_UNPAID)
    return _list(conn, query.order_by(_ORDERS.c.created_at))


def list_overdue(conn: Connection, *, now: datetime) -> list[Order]:
    """List the open orders whose time to pay and whose hold are over, oldest first."""
    is_overdue = (_ORDERS.c.expires_at <= now) & (_ORDERS.c.hold_expires_at <= now)
    is_open = _ORDERS.c.status == OrderStatus.OPEN.value
    query = sa.select(_ORDERS).where(is_open & is_overdue, _IS_FIRST)
    return _list(conn, query.order_by(_ORDERS.c.created_at))


def has_paid(conn: Connection, buyer: Buyer) -> bool:
    """Whether a buyer has ever paid for an order."""
    return conn.execute(_FIND_PAID, _whose(buyer)).first() is not None


def attach_checkout_session(
    conn: Connection, order_id: str, *, checkout_session_id: str, checkout_url: str | None
) -> bool:
    """Write down the order's Checkout Session unless it has one. Tells whether it did."""
    attached = conn.execute(
        sa.update(_ORDERS)
        .where(_ORDERS.c.id == order_id, _ORDERS.c.checkout_session_id.is_(None))
        .values(checkout_session_id=checkout_session_id, checkout_url=checkout_url)
    )
    return bool(attached.rowcount == 1)


def reserve_refund(
    conn: Connection, order_id: str, *, quantity: int, amount: int, limit: int, fee: int = 0
) -> bool:
    """Set tickets and money of a paid order aside for a refund, if that much is left of them.

    ``limit`` is what was paid, in minor units. Tells whether it did.
    """
    reserved = conn.execute(
        sa.update(_ORDERS)
        .where(
            _ORDERS.c.id == order_id,
            _ORDERS.c.status.in_([status.value for status in REFUNDABLE]),
            _ORDERS.c.refunded_quantity + quantity <= _ORDERS.c.quantity,
            _ORDERS.c.amount_refunding + amount <= limit,
        )
        .values(_more(refunded_quantity=quantity, amount_refunding=amount, amount_kept=fee))
    )
    return bool(reserved.rowcount == 1)


def add_refund(
    conn: Connection,
    order_id: str,
    *,
    quantity: int = 0,
    underway: int = 0,
    done: int = 0,
    fee: int = 0,
) -> Order:
    """Count a refund that is a fact, or (negative) take one back; returns the order after it."""
    changes = _more(
        refunded_quantity=quantity,
        amount_refunding=underway,
        amount_refunded=done,
        amount_kept=fee,
    )
    conn.execute(sa.update(_ORDERS).where(_ORDERS.c.id == order_id).values(changes))
    return get_order(conn, order_id)


def move_to_section(
    conn: Connection, order_id: str, *, section_id: str | None, section_name: str | None
) -> None:
    """Write down that the order's seats are elsewhere now."""
    conn.execute(
        sa.update(_ORDERS)
        .where(_ORDERS.c.id == order_id)
        .values(section_id=section_id, section_name=section_name)
    )


def note_decline(conn: Connection, order_id: str, *, at: datetime) -> None:
    """Write down the first decline of an order. Safe to repeat."""
    conn.execute(
        sa.update(_ORDERS)
        .where(_ORDERS.c.id == order_id, _ORDERS.c.declined_at.is_(None))
        .values(declined_at=at)
    )


def drop_customer(conn: Connection, order_id: str) -> None:
    """Let a new customer pay an order whose own is gone, in a new attempt. Safe to repeat."""
    conn.execute(
        sa.update(_ORDERS)
        .where(_ORDERS.c.id == order_id, _ORDERS.c.customer_id.isnot(None))
        .values(customer_id=None, attempt=_ORDERS.c.attempt + 1)
    )


def request_cancellation(conn: Connection, order_id: str, *, at: datetime | None) -> bool:
    """Note that the buyer is canceling an open order (or, with None, that it came to nothing).

    Tells whether the order is still open.
    """
    noted = conn.execute(
        sa.update(_ORDERS)
        .where(_ORDERS.c.id == order_id, _ORDERS.c.status == OrderStatus.OPEN.value)
        .values(cancel_requested_at=at)
    )
    return bool(noted.rowcount == 1)


def end_holding(conn: Connection, order_id: str) -> bool:
    """Let an open order go on without seats set aside; the caller frees what is held.

    Tells whether anything was held for it, and it was open: only the first time.
    """
    is_held = sa.exists().where(schema.holds.c.order_id == _ORDERS.c.id)
    ended = conn.execute(
        sa.update(_ORDERS)
        .where(_ORDERS.c.id == order_id, _ORDERS.c.status == OrderStatus.OPEN.value, is_held)
        .values(hold_expires_at=_ORDERS.c.created_at)
    )
    return bool(ended.rowcount == 1)


def transition(
    conn: Connection,
    order_id: str,
    to: OrderStatus,
    *,
    from_: Iterable[OrderStatus],
    **values: Any,
) -> bool:
    """Move an order to a status if it is in one of ``from_`` and the move is allowed.

    One conditional statement; tells whether this call made the move, so of two that try at once
    one is told no.
    """
    sources = [status.value for status in from_ if to in ALLOWED_TRANSITIONS[status]]
    if to not in UNPAID:
        values["open_slot"] = None
    move = {"order_id": order_id, "sources": sources, "status": to.value, **values}
    return bool(conn.execute(_MOVE, move).rowcount == 1)


def mark_paid(
    conn: Connection, paid: Mapping[str, Mapping[str, Any]], *, paid_at: datetime
) -> bool:
    """Move unpaid orders to paid by one statement, each with values of its own.

    By their ids: ``payment_intent_id``, ``amount_total``, ``amount_discount``, ``amount_tax``.
    Tells whether all were moved; if not, the caller undoes the transaction.
    """
    values = {
        f"{name}_{number}": value
        for number, (order_id, own) in enumerate(paid.items())
        for name, value in {"id": order_id, **own}.items()
    }
    moved = conn.execute(_mark_paid(len(paid)), {**values, "at": paid_at})
    return bool(moved.rowcount == len(paid))


@lru_cache(maxsize=64)
def _mark_paid(count: int) -> Any:
    ids = [sa.bindparam(f"id_{number}") for number in range(count)]
    own = {
        name: sa.case(
            *((id_, sa.bindparam(f"{name}_{at}")) for at, id_ in enumerate(ids)),
            value=_ORDERS.c.id,
        )
        for name in ("payment_intent_id", "amount_total", "amount_discount", "amount_tax")
    }
    status, sources = (
        [sa.literal_column(f"'{one.value}'") for one in some]
        for some in ([OrderStatus.PAID], sorted(UNPAID))
    )
    at = sa.bindparam("at", type_=schema.UtcDateTime)
    moved = (
        sa.update(_ORDERS)
        # Nor here that of the status.
        .where(_ORDERS.c.id.in_(ids), sa.func.coalesce(_ORDERS.c.status, sa.null()).in_(sources))
        .values(status=status[0], open_slot=sa.null(), paid_at=at, **own)
    )
    # As text, whose key is made faster than that of so many parts.
    return sa.text(str(moved)).bindparams(at)


def _more(**amounts: int) -> dict[Any, Any]:
    return {_ORDERS.c[name]: _ORDERS.c[name] + amount for name, amount in amounts.items()}


def _whose(buyer: Buyer) -> dict[str, str]:
    return {"channel_of": buyer.channel, "sender_of": buyer.sender_id}


def _one(conn: Connection, query: Any, wanted: str) -> Order | None:
    return _first(conn, conn.execute(query, {"wanted": wanted}).first())


def _list(conn: Connection, query: Any) -> list[Order]:
    return _all(conn, conn.execute(query))


def _first(conn: Connection, row: Any) -> Order | None:
    return None if row is None else _all(conn, [row])[0]


def _all(conn: Connection, rows: Iterable[Any]) -> list[Order]:
    return _with_lines(conn, with_extras(conn, map(_order, rows)))


def _with_lines(conn: Connection, found: list[Order]) -> list[Order]:
    """Give orders their further lines; asks nothing where none has any."""
    ids = [order.id for order in found if order.line_count > 1]
    if not ids:
        return found
    lines: dict[str | None, list[Order]] = defaultdict(list)
    for line in with_extras(conn, map(_order, conn.execute(_LIST_LINES, {"order_ids": ids}))):
        lines[line.paid_with_order_id].append(line)
    return [replace(order, further_lines=tuple(lines[order.id])) for order in found]


def _order(row: Any) -> Order:
    stored = row._mapping
    return Order(
        **{
            **{name: stored[name] for name in Order.__dataclass_fields__ if name in stored},
            "status": OrderStatus(row.status),
            "kind": OrderKind(row.kind),
            "paid_elsewhere": PaidElsewhere(row.paid_elsewhere) if row.paid_elsewhere else None,
            "buyer": Buyer(row.channel, row.sender_id, row.language),
            "starts_at": _moment(row.starts_at_local),
        }
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def row_of(order: Order) -> dict[str, Any]:
    """Give the values of an order's row, by column."""
    names = [column.name for column in _ORDERS.c if hasattr(order, column.name)]
    return {
        **{name: getattr(order, name) for name in names},
        "status": order.status.value,
        "kind": order.kind.value,
        "paid_elsewhere": order.paid_elsewhere.value if order.paid_elsewhere else None,
        "channel": order.buyer.channel,
        "sender_id": order.buyer.sender_id,
        "language": order.buyer.language,
        "starts_at_local": order.starts_at.isoformat() if order.starts_at else None,
    }
