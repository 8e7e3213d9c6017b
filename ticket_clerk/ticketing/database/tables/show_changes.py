"""Shows that were called off or moved, and how far their orders know of it.

A show counts its changes, and an order remembers up to which one it was dealt with: those behind
are found by an index, however many there are, and a pass that is cut off goes on where it was.
Functions take ``conn`` first and never commit.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database import schema
from ticket_clerk.ticketing.domain.after_sales import CALLED_OFF, RefundStatus
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    Buyer,
    MessageKind,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.domain.show_changes import (
    CHANGEABLE_FOR,
    ChangeKind,
    ChangeProgress,
    Move,
    ShowChange,
    ShowState,
)

from .refunds import UNDERWAY

_SHOWS = schema.shows
_CHANGES = schema.show_changes
_ORDERS = schema.orders
_REFUNDS = schema.refunds
_OUTBOX = schema.outbox
_WAITS = schema.waits
_NOTICES = {
    ChangeKind.CALLED_OFF: MessageKind.SHOW_CALLED_OFF,
    ChangeKind.MOVED: MessageKind.SHOW_MOVED,
}

# Built once: building takes longer than running.
_IS_CALLED_OFF = sa.select(_SHOWS.c.id).where(
    _SHOWS.c.id == sa.bindparam("show"), _SHOWS.c.called_off_at.is_not(None)
)
_ANY_CALLED_OFF = sa.select(_SHOWS.c.id).where(
    _SHOWS.c.id.in_(sa.bindparam("show_ids", expanding=True)), _SHOWS.c.called_off_at.is_not(None)
)
_STATES = sa.select(
    _SHOWS, _CHANGES.c.kind, _CHANGES.c.made_at, _CHANGES.c.refund_until
).select_from(
    _SHOWS.outerjoin(
        _CHANGES,
        (_CHANGES.c.show_id == _SHOWS.c.id) & (_CHANGES.c.number == _SHOWS.c.change_number),
    )
)
# What a show's change is about: its tickets, with what was paid to better them.
# A season ticket has no section.
_IS_OF_SHOW = _ORDERS.c.section_id.isnot(None)
_IS_BEHIND = (_ORDERS.c.show_id == _SHOWS.c.id) & (_ORDERS.c.show_change < _SHOWS.c.change_number)
_BEHIND = (
    sa.select(_ORDERS.c.id)
    .select_from(_SHOWS.join(_ORDERS, _IS_BEHIND))
    .where(_SHOWS.c.change_number > 0, _IS_OF_SHOW, _ORDERS.c.parent_order_id.is_(None))
    # Who locks several locks the oldest first.
    .order_by(_ORDERS.c.created_at, _ORDERS.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_MONEY_LEFT = _ORDERS.c.amount_total - _ORDERS.c.amount_refunding - _ORDERS.c.amount_kept
_HAS_MONEY = _ORDERS.c.status.in_(
    [status.value for status in (*HELD_BY_BUYER, OrderStatus.NEEDS_ATTENTION)]
) & (_MONEY_LEFT > 0)


def call_off(conn: Connection, show_id: str, *, now: datetime) -> bool:
    """End a show's sale for good; one conditional statement. Tells whether this call did.

    From its commit on nobody orders, and no payment that comes later buys anything.
    """
    is_changeable = _SHOWS.c.called_off_at.is_(None) & (_SHOWS.c.starts_at > now - CHANGEABLE_FOR)
    closed = conn.execute(
        sa.update(_SHOWS)
        .where(_SHOWS.c.id == show_id, is_changeable)
        .values(called_off_at=now, change_number=_SHOWS.c.change_number + 1)
    )
    if closed.rowcount != 1:
        return False
    _record(conn, show_id, ChangeKind.CALLED_OFF, now)
    return True


def move(conn: Connection, show: ShowState, to: Move, *, now: datetime) -> bool:
    """Move a show that is as it was read; one conditional statement. Tells whether this call did.

    Who orders from its commit on knows where it is.
    """
    before = show.change.number if show.change else 0
    words = {
        "starts_at_local": to.starts_at.isoformat(),
        "venue": to.venue,
        "city": to.city,
    }
    is_as_read = (_SHOWS.c.change_number == before) & _SHOWS.c.called_off_at.is_(None)
    moved = conn.execute(
        sa.update(_SHOWS)
        .where(_SHOWS.c.id == show.id, is_as_read, _SHOWS.c.starts_at > now - CHANGEABLE_FOR)
        .values(**words, starts_at=to.starts_at, change_number=before + 1)
    )
    if moved.rowcount != 1:
        return False
    was = {
        "was_starts_at_local": show.starts_at.isoformat(),
        "was_venue": show.venue,
        "was_city": show.city,
    }
    _record(conn, show.id, ChangeKind.MOVED, now, **words, **was, refund_until=to.refund_until)
    return True


def move_order(conn: Connection, order: Order, show: ShowState, until: datetime | None) -> None:
    """Write a show's new time and place into an order, whose own deadline moves with it.

    Until ``until``, or as promised at a move before, its tickets go back without a fee. The caller
    has locked the order.
    """
    promised = max((one for one in (until, order.free_refund_until) if one), default=None)
    deadline = order.refundable_until
    if deadline is not None and order.starts_at is not None:
        deadline += show.starts_at - order.starts_at
    conn.execute(
        sa.update(_ORDERS)
        .where(_ORDERS.c.id == order.id)
        .values(
            starts_at_local=show.starts_at.isoformat(),
            venue=show.venue,
            city=show.city,
            refundable_until=deadline,
            free_refund_until=promised,
            reminded_at=None,
        )
    )


def is_called_off(conn: Connection, show_id: str) -> bool:
    """Whether a show was called off."""
    return conn.execute(_IS_CALLED_OFF, {"show": show_id}).first() is not None


def any_called_off(conn: Connection, show_ids: Collection[str]) -> bool:
    """Whether any of these shows was called off."""
    return conn.execute(_ANY_CALLED_OFF, {"show_ids": sorted(show_ids)}).first() is not None


def find_show(conn: Connection, show_id: str) -> ShowState | None:
    """Find a show by its id, on sale or not."""
    row = conn.execute(_STATES.where(_SHOWS.c.id == show_id)).first()
    return None if row is None else _state(row)


def list_shows(conn: Connection, *, since: datetime) -> list[ShowState]:
    """List the shows that start after ``since``, on sale or not, soonest first."""
    query = _STATES.where(_SHOWS.c.starts_at > since)
    return [_state(row) for row in conn.execute(query.order_by(_SHOWS.c.starts_at, _SHOWS.c.id))]


def list_behind(conn: Connection, *, limit: int) -> list[str]:
    """List orders whose show has changed since they were dealt with, oldest first.

    The buyer's own ones: their upgrades go with them.
    """
    return list(conn.execute(_BEHIND, {"most": limit}).scalars())


def mark(conn: Connection, order_ids: Iterable[str], number: int) -> None:
    """Write down up to which change of their show orders were dealt with. Safe to repeat."""
    conn.execute(
        sa.update(_ORDERS).where(_ORDERS.c.id.in_(list(order_ids))).values(show_change=number)
    )


def take_up(conn: Connection, show_id: str) -> int:
    """Have the orders dealt with again whose money did not go back; returns how many.

    Of an order of which something is still under way that has to end first. Safe to repeat.
    """
    upgrade = _ORDERS.alias("upgrade")
    family = sa.select(upgrade.c.id).where(upgrade.c.parent_order_id == _ORDERS.c.id)
    is_of_family = (_REFUNDS.c.order_id == _ORDERS.c.id) | _REFUNDS.c.order_id.in_(
        family.correlate(_ORDERS)
    )
    is_underway = _REFUNDS.c.status.in_([status.value for status in UNDERWAY])
    works = sa.exists().where(is_of_family, is_underway)
    left = _ORDERS.alias("left_over")
    number = sa.select(_SHOWS.c.change_number).where(_SHOWS.c.id == show_id).scalar_subquery()
    unpaid_back = sa.select(sa.func.coalesce(left.c.parent_order_id, left.c.id)).where(
        left.c.show_id == show_id,
        left.c.section_id.isnot(None),
        left.c.status.in_([s.value for s in (*HELD_BY_BUYER, OrderStatus.NEEDS_ATTENTION)]),
        left.c.amount_total - left.c.amount_refunding - left.c.amount_kept > 0,
    )
    again = conn.execute(
        sa.update(_ORDERS)
        .where(
            _ORDERS.c.show_id == show_id,
            _ORDERS.c.show_change == number,
            _ORDERS.c.id.in_(unpaid_back),
            ~works,
        )
        .values(show_change=number - 1)
        .execution_options(synchronize_session=False)
    )
    return int(again.rowcount)


def take_up_order(conn: Connection, order_id: str) -> None:
    """Have one order of a show that was called off dealt with again. Safe to repeat."""
    is_off = sa.exists().where(
        _SHOWS.c.id == _ORDERS.c.show_id, _SHOWS.c.called_off_at.is_not(None)
    )
    conn.execute(sa.update(_ORDERS).where(_ORDERS.c.id == order_id, is_off).values(show_change=0))


def list_closing(conn: Connection) -> list[str]:
    """List the open orders of shows that were called off, which wait for their page's end."""
    query = (
        sa.select(sa.func.coalesce(_ORDERS.c.paid_with_order_id, _ORDERS.c.id))
        .join(_SHOWS, _SHOWS.c.id == _ORDERS.c.show_id)
        .where(
            _ORDERS.c.status == OrderStatus.OPEN.value,
            _ORDERS.c.cancel_requested_at.is_not(None),
            _SHOWS.c.called_off_at.is_not(None),
            _IS_OF_SHOW,
        )
    )
    found = conn.execute(query.order_by(_ORDERS.c.created_at)).scalars()
    return list(dict.fromkeys(found))


def list_waits(conn: Connection, *, limit: int) -> list[tuple[str, Buyer, str]]:
    """List the places on waiting lists of shows that were called off: id, whose, which show's."""
    query = (
        sa.select(_WAITS.c.id, _WAITS.c.channel, _WAITS.c.sender_id, _WAITS.c.show_id)
        .join(_SHOWS, _SHOWS.c.id == _WAITS.c.show_id)
        .where(_SHOWS.c.called_off_at.is_not(None))
        .limit(limit)
    )
    return [(row.id, Buyer(row.channel, row.sender_id), row.show_id) for row in conn.execute(query)]


def list_moved_waits(conn: Connection, *, limit: int) -> list[tuple[str, Buyer, str, int]]:
    """List the places on waiting lists of shows that were moved, and whose buyers don't know.

    The id, whose, which show's, and the number of the move. Who came after it knew where it is.
    """
    newest = (_CHANGES.c.show_id == _SHOWS.c.id) & (_CHANGES.c.number == _SHOWS.c.change_number)
    # By the key that makes a notice the same notice, as wait_moved_about has it.
    about = _SHOWS.c.id + " " + _WAITS.c.id + " " + sa.cast(_SHOWS.c.change_number, sa.Text)
    key = f"{MessageKind.WAIT_MOVED.value}::" + about
    query = (
        sa.select(
            _WAITS.c.id, _WAITS.c.channel, _WAITS.c.sender_id, _SHOWS.c.id, _SHOWS.c.change_number
        )
        .select_from(_CHANGES.join(_SHOWS, newest).join(_WAITS, _WAITS.c.show_id == _SHOWS.c.id))
        .where(
            _CHANGES.c.kind == ChangeKind.MOVED.value,
            _WAITS.c.created_at < _CHANGES.c.made_at,
            ~sa.exists().where(_OUTBOX.c.dedupe_key == key),
        )
        .limit(limit)
    )
    return [
        (wait_id, Buyer(channel, sender_id), show_id, number)
        for wait_id, channel, sender_id, show_id, number in conn.execute(query)
    ]


def wait_moved_about(show_id: str, wait_id: str, number: int) -> str:
    """Say what a notice of a move is about: a show, a place on its list, and which move."""
    return f"{show_id} {wait_id} {number}"


def end_wait(conn: Connection, wait_id: str) -> bool:
    """Take a place off its list; of two that want to only one is told that it did."""
    return bool(conn.execute(sa.delete(_WAITS).where(_WAITS.c.id == wait_id)).rowcount == 1)


def progress(conn: Connection, change: ShowChange) -> ChangeProgress:
    """Count how far a change of a show is done; of one that moves it no money goes back."""
    is_of_show = (_ORDERS.c.show_id == change.show_id) & _IS_OF_SHOW
    is_behind = _ORDERS.c.show_change < change.number
    is_root = _ORDERS.c.parent_order_id.is_(None)
    is_open = _ORDERS.c.status == OrderStatus.OPEN.value
    row = conn.execute(
        sa.select(
            _count(is_behind & is_root),
            _count(is_open),
            _count(_HAS_MONEY & is_behind),
            _count(_HAS_MONEY & ~is_behind),
            _count(_ORDERS.c.status == OrderStatus.DISPUTED.value),
            sa.func.coalesce(sa.func.sum(sa.case((_HAS_MONEY, _MONEY_LEFT), else_=0)), 0),
        ).where(is_of_show)
    ).one()
    waiting, closing, to_request, failed, disputed, amount_left = map(int, row)
    notices, delivered = _count_notices(conn, change, is_of_show)
    if change.kind is ChangeKind.MOVED:
        return ChangeProgress(waiting, 0, 0, 0, 0, 0, 0, 0, notices, delivered)
    done, underway = _sum_refunds(conn, is_of_show)
    return ChangeProgress(
        waiting=waiting,
        closing=closing,
        payments=to_request + failed + underway[0] + done[0],
        refunded=done[0],
        failed=failed,
        disputed=disputed,
        amount=amount_left + underway[1] + done[1],
        amount_refunded=done[1],
        notices=notices,
        delivered=delivered,
    )


def _sum_refunds(conn: Connection, is_of_show: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Count and add up what is back, and what is on its way."""
    rows = conn.execute(
        sa.select(_REFUNDS.c.status, sa.func.count(), sa.func.sum(_REFUNDS.c.amount))
        .join(_ORDERS, _ORDERS.c.id == _REFUNDS.c.order_id)
        .where(is_of_show, _REFUNDS.c.source == CALLED_OFF)
        .group_by(_REFUNDS.c.status)
    ).all()

    def of(statuses: Sequence[RefundStatus]) -> tuple[int, int]:
        found = [row for row in rows if RefundStatus(row[0]) in statuses]
        return sum(int(row[1]) for row in found), sum(int(row[2]) for row in found)

    return of([RefundStatus.SUCCEEDED]), of(UNDERWAY)


def _count_notices(conn: Connection, change: ShowChange, is_of_show: Any) -> tuple[int, int]:
    # By the key that makes a notice the same notice, since that has an index.
    key = f"{_NOTICES[change.kind].value}:" + _ORDERS.c.id + f":{change.number}"
    row = conn.execute(
        sa.select(sa.func.count(), sa.func.count(_OUTBOX.c.delivered_at))
        .select_from(_ORDERS.join(_OUTBOX, _OUTBOX.c.dedupe_key == key))
        .where(is_of_show)
    ).one()
    return int(row[0]), int(row[1])


def _count(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, 1), else_=0)), 0)


def _record(
    conn: Connection, show_id: str, kind: ChangeKind, now: datetime, **details: Any
) -> None:
    number = sa.select(_SHOWS.c.change_number).where(_SHOWS.c.id == show_id).scalar_subquery()
    values = {"show_id": show_id, "number": number, "kind": kind.value, "made_at": now, **details}
    conn.execute(sa.insert(_CHANGES).values(values))


def _state(row: Any) -> ShowState:
    change = (
        ShowChange(row.id, row.change_number, ChangeKind(row.kind), row.made_at, row.refund_until)
        if row.kind
        else None
    )
    return ShowState(
        id=row.id,
        name=row.name,
        venue=row.venue,
        city=row.city,
        starts_at=datetime.fromisoformat(row.starts_at_local),
        currency=row.currency,
        is_on_sale=bool(row.is_on_sale) and row.called_off_at is None,
        change=change,
    )
