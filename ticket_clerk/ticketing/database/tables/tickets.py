"""The table of tickets. What a ticket is worth is read from its order, and stored nowhere.

Of an order's tickets those that were used count first against what is left of it, then the oldest,
and last those that a refund names: so a refund ends the tickets that it names, or else the newest
that nobody used.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.database.engine import insert_all_ignore, insert_ignore
from ticket_clerk.ticketing.domain.models import HELD_BY_BUYER, ExtraLine, Order, OrderStatus
from ticket_clerk.ticketing.domain.tickets import SEASON_REST, Ticket, TicketStatus

from .extras import list_lines

_TICKETS = schema.tickets
_ORDERS = schema.orders
_SHOWS = schema.shows
_SEATS = schema.numbered_seats
_SUBSCRIPTIONS = schema.subscriptions
_ALPHABET, _LENGTH = string.ascii_letters + string.digits, 22
_S = TicketStatus
# Stripe's words for a subscription that nobody pays.
_UNPAID = ("canceled", "incomplete", "incomplete_expired", "unpaid")

_NOW = sa.bindparam("now", type_=schema.UtcDateTime)
_RESTED_SINCE = sa.bindparam("rested_since", type_=schema.UtcDateTime)
# A season ticket is for no section.
_IS_SEASON = _ORDERS.c.section_id.is_(None)


def _place_in_order() -> Any:
    """Count the tickets that come before this one when some are given back, and itself."""
    other = _TICKETS.alias("other")
    rank, other_rank = _rank(_TICKETS), _rank(other)
    comes_first = (other_rank < rank) | (
        (other_rank == rank) & (other.c.number <= _TICKETS.c.number)
    )
    of_order = (other.c.order_id == _TICKETS.c.order_id) & other.c.number.is_not(None)
    counted = sa.select(sa.func.count()).select_from(other).where(of_order, comes_first)
    return counted.correlate(_TICKETS).scalar_subquery()


def _rank(ticket: Any) -> Any:
    is_used, is_named = ticket.c.used_at.is_not(None), ticket.c.refund_id.is_not(None)
    return sa.case((is_used, 0), (is_named, 2), else_=1)


def _is_upgrade_disputed() -> Any:
    upgrade = _ORDERS.alias("upgrade")
    is_one = upgrade.c.parent_order_id == _TICKETS.c.order_id
    is_disputed = upgrade.c.status == OrderStatus.DISPUTED.value
    return sa.select(upgrade.c.id).where(is_one, is_disputed).correlate(_TICKETS).exists()


# Whether a ticket is among those of its order that were not given back.
IS_LEFT = _place_in_order() <= _ORDERS.c.quantity - _ORDERS.c.refunded_quantity
_STATUS = sa.case(
    (_TICKETS.c.number.is_(None), _S.REPLACED.value),
    (
        (_ORDERS.c.status == OrderStatus.DISPUTED.value) | _is_upgrade_disputed(),
        _S.DISPUTED.value,
    ),
    (_SHOWS.c.called_off_at.is_not(None), _S.CANCELED.value),
    ((_ORDERS.c.status == OrderStatus.REFUNDED.value) | ~IS_LEFT, _S.REFUNDED.value),
    (_ORDERS.c.status.not_in([status.value for status in HELD_BY_BUYER]), _S.CANCELED.value),
    (_SUBSCRIPTIONS.c.status.in_(_UNPAID), _S.CANCELED.value),
    (_SUBSCRIPTIONS.c.current_period_end <= _NOW, _S.CANCELED.value),
    (_IS_SEASON & (_TICKETS.c.used_at <= _RESTED_SINCE), _S.VALID.value),
    (_TICKETS.c.used_at.is_not(None), _S.USED.value),
    else_=_S.VALID.value,
)
# A season ticket has a subscription and is for no show.
_WITH_SUBSCRIPTION = _ORDERS.outerjoin(
    _SUBSCRIPTIONS, _SUBSCRIPTIONS.c.order_id == _ORDERS.c.id
).outerjoin(_SHOWS, (_SHOWS.c.id == _ORDERS.c.show_id) & _ORDERS.c.section_id.is_not(None))
_IS_SEAT = (
    (_SEATS.c.order_id == _TICKETS.c.order_id)
    & (_SEATS.c.ticket_number == _TICKETS.c.number)
    & (_SEATS.c.section_id == _TICKETS.c.section_id)
)
_SELECT = sa.select(
    _TICKETS,
    _SEATS.c.row_name,
    _SEATS.c.seat_number,
    *(_ORDERS.c[name] for name in ("show_id", "show_name", "venue", "city", "starts_at_local")),
    _ORDERS.c.language,
    _ORDERS.c.quantity.label("count"),
    _ORDERS.c.amount_extras,
    _SUBSCRIPTIONS.c.current_period_end.label("valid_until"),
    _SHOWS.c.called_off_at.is_not(None).label("is_called_off"),
    _STATUS.label("status"),
).select_from(
    _TICKETS.join(_WITH_SUBSCRIPTION, _TICKETS.c.order_id == _ORDERS.c.id).outerjoin(
        _SEATS, _IS_SEAT
    )
)
_WANTED = sa.bindparam("wanted", type_=sa.Text)
_FIND = _SELECT.where(_TICKETS.c.id == _WANTED)
_LIST = _SELECT.where(_TICKETS.c.order_id == _WANTED, _TICKETS.c.number.is_not(None)).order_by(
    _TICKETS.c.number
)
_STATUS_OF = (
    sa.select(_STATUS)
    .select_from(_WITH_SUBSCRIPTION)
    .where(_ORDERS.c.id == _TICKETS.c.order_id)
    .correlate(_TICKETS)
    .scalar_subquery()
)
_LIST_OF_SHOW = _SELECT.where(_ORDERS.c.show_id == _WANTED).order_by(
    _TICKETS.c.order_id, _TICKETS.c.number, _TICKETS.c.id
)
_REFUSED_OF_SHOW = (
    sa.select(_TICKETS.c.id, _STATUS.label("status"))
    .select_from(_TICKETS.join(_WITH_SUBSCRIPTION, _TICKETS.c.order_id == _ORDERS.c.id))
    .where(_ORDERS.c.show_id == _WANTED, _S.VALID.value != _STATUS)
)
_ISSUE = sa.insert(_TICKETS)
_CHANGE_VALID = sa.update(_TICKETS).where(_TICKETS.c.id == _WANTED, _S.VALID.value == _STATUS_OF)
_IDS = sa.bindparam("ids", expanding=True)
_NAME_IN_REFUND = sa.update(_TICKETS).where(
    _TICKETS.c.id.in_(_IDS), _TICKETS.c.order_id == _WANTED, _S.VALID.value == _STATUS_OF
)
_COUNT_USED = (
    sa.select(sa.func.count())
    .select_from(_TICKETS)
    .where(
        _TICKETS.c.order_id == _WANTED,
        _TICKETS.c.number.is_not(None),
        _TICKETS.c.used_at.is_not(None),
    )
)


def new_ticket_id() -> str:
    """Make an id that cannot be guessed: 22 letters and digits, 131 bits."""
    # One number for all of them: asking the system 22 times takes as long as an insert.
    number = secrets.randbelow(len(_ALPHABET) ** _LENGTH)
    letters = []
    for _ in range(_LENGTH):
        number, at = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[at])
    return "tkt_" + "".join(letters)


def issue(conn: Connection, order: Order, *, now: datetime) -> None:
    """Issue the tickets of an order that was just paid; an upgrade's replace its parent's.

    Safe to repeat: an order has each number once. The caller has locked the order.
    """
    if order.parent_order_id is not None:
        _replace(conn, order, now)
        return
    numbers = range(1, order.quantity + 1)
    rows = [_row(order, order.id, number, now) for number in numbers]
    insert_all_ignore(conn, _TICKETS, rows)


def issue_all(conn: Connection, orders: Sequence[Order], *, now: datetime) -> None:
    """Issue the tickets of orders that were just paid, none of them an upgrade, by one statement.

    Not to be repeated: raises IntegrityError where one has tickets. The caller has locked them.
    """
    rows = [
        _row(order, order.id, number, now)
        for order in orders
        for number in range(1, order.quantity + 1)
    ]
    conn.execute(_ISSUE, rows)


def find_ticket(conn: Connection, ticket_id: str, *, now: datetime) -> Ticket | None:
    """Find a ticket by its id."""
    found = _read(conn, _FIND, ticket_id, now)
    return found[0] if found else None


def list_issued(conn: Connection, order_id: str) -> dict[str, datetime]:
    """List when each ticket of an order was issued, by the ticket's id."""
    of_order = sa.select(_TICKETS.c.id, _TICKETS.c.issued_at).where(_TICKETS.c.order_id == order_id)
    return {row.id: row.issued_at for row in conn.execute(of_order)}


def list_tickets(conn: Connection, order_id: str, *, now: datetime) -> list[Ticket]:
    """List an order's tickets, without those that others have replaced."""
    return _read(conn, _LIST, order_id, now)


def list_tickets_of_show(conn: Connection, show_id: str, *, now: datetime) -> list[Ticket]:
    """List all tickets of a show or season ticket, also those that others have replaced."""
    return _read(conn, _LIST_OF_SHOW, show_id, now)


def list_refused(conn: Connection, show_id: str, *, now: datetime) -> dict[str, TicketStatus]:
    """List a show's tickets that open no door, and why not; also those that others replaced."""
    rows = conn.execute(_REFUSED_OF_SHOW, _parameters(show_id, now))
    return {row.id: TicketStatus(row.status) for row in rows}


def redeem(
    conn: Connection,
    ticket_id: str,
    *,
    request_key: str | None,
    used_at: datetime | None = None,
    now: datetime,
) -> bool:
    """Mark a ticket used if it is valid; one conditional statement. Tells whether it was.

    ``used_at`` is when somebody came in with it, where that was before now. The caller has locked
    the order, so that no refund comes between.
    """
    marked = {"used_at": used_at or now, "request_key": request_key}
    redeemed = conn.execute(_CHANGE_VALID, {**_parameters(ticket_id, now), **marked})
    return bool(redeemed.rowcount == 1)


def set_holder(conn: Connection, ticket_id: str, holder: str | None, *, now: datetime) -> bool:
    """Put a name on a ticket, or take it off, if it is valid. Tells whether it was.

    The caller has locked the order.
    """
    named = conn.execute(_CHANGE_VALID, {**_parameters(ticket_id, now), "holder": holder})
    return bool(named.rowcount == 1)


def replace_ticket(
    conn: Connection, old: Ticket, holder: str | None, *, request_key: str | None, now: datetime
) -> str | None:
    """Issue another ticket, with a name, in the place of a valid one; returns its id.

    None if the old one is not valid, or not any more. The caller has locked the order.
    """
    freed = conn.execute(_CHANGE_VALID, {**_parameters(old.id, now), "number": None})
    if freed.rowcount != 1:
        return None
    kept = {"holder": holder, "used_at": old.used_at, "request_key": request_key}
    return _insert(conn, old, old.order_id, old.number, now, **kept)


def find_replacement(conn: Connection, old: Ticket, request_key: str | None) -> str | None:
    """Find the ticket that a request with this key has issued in the place of another."""
    is_it = (_TICKETS.c.order_id == old.order_id) & (_TICKETS.c.request_key == request_key)
    query = sa.select(_TICKETS.c.id).where(is_it, _TICKETS.c.id != old.id)
    found: str | None = conn.execute(query).scalars().first()
    return found


def name_in_refund(
    conn: Connection, order_id: str, ids: Collection[str], refund_id: str, *, now: datetime
) -> int:
    """Let these of an order's valid tickets be the ones that a refund takes; returns how many are.

    One conditional statement, before the order's number of tickets is lowered by as many. The
    caller has locked the order.
    """
    named = {**_parameters(order_id, now), "ids": list(ids), "refund_id": refund_id}
    return int(conn.execute(_NAME_IN_REFUND, named).rowcount)


def unname_in_refund(conn: Connection, refund_id: str) -> None:
    """Let a refund that has failed take no ticket in particular any more. Safe to repeat."""
    of_refund = sa.update(_TICKETS).where(_TICKETS.c.refund_id == refund_id)
    conn.execute(of_refund.values(refund_id=None))


def count_used(conn: Connection, order_id: str) -> int:
    """Count the tickets of an order that were used."""
    return int(conn.execute(_COUNT_USED, {"wanted": order_id}).scalar_one())


def _replace(conn: Connection, upgrade: Order, now: datetime) -> None:
    parent_id = str(upgrade.parent_order_id)
    for old in list_tickets(conn, parent_id, now=now):
        if old.status is TicketStatus.REFUNDED:
            continue
        freed = sa.update(_TICKETS).where(_TICKETS.c.id == old.id).values(number=None)
        conn.execute(freed)
        # Who is inside stays inside.
        kept = {"holder": old.holder, "used_at": old.used_at}
        _insert(conn, upgrade, parent_id, old.number, now, **kept)


def _insert(
    conn: Connection,
    seats: Order | Ticket,
    order_id: str,
    number: int | None,
    now: datetime,
    **kept: object,
) -> str:
    row = {**_row(seats, order_id, number, now), **kept}
    insert_ignore(conn, _TICKETS, row)
    return str(row["id"])


def _row(
    seats: Order | Ticket, order_id: str, number: int | None, now: datetime
) -> dict[str, object]:
    return {
        "id": new_ticket_id(),
        "order_id": order_id,
        "number": number,
        "section_id": seats.section_id,
        "section_name": seats.section_name,
        "issued_at": now,
    }


def _parameters(wanted: str, now: datetime) -> dict[str, Any]:
    return {"wanted": wanted, "now": now, "rested_since": now - SEASON_REST}


def _read(conn: Connection, query: Any, wanted: str, now: datetime) -> list[Ticket]:
    rows = conn.execute(query, _parameters(wanted, now)).all()
    lines = list_lines(conn, [*{row.order_id for row in rows if row.amount_extras}])
    return [_ticket(row, lines.get(row.order_id, ())) for row in rows]


def _ticket(row: Any, extras: tuple[ExtraLine, ...]) -> Ticket:
    stored = row._mapping
    starts_at = row.starts_at_local
    return Ticket(
        **{
            **{name: stored[name] for name in Ticket.__dataclass_fields__ if name in stored},
            "status": TicketStatus(row.status),
            "is_called_off": bool(row.is_called_off),
            "starts_at": datetime.fromisoformat(starts_at) if starts_at else None,
            "extras": extras,
        }
    )
