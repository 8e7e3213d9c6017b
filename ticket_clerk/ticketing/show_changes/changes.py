"""Changes a show that tickets are sold for. What follows for its orders, the worker does."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import orders, show_changes
from ticket_clerk.ticketing.domain.errors import InvalidRequest, ShowNotChangeable, ShowNotFound
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.show_changes import (
    CHANGEABLE_FOR,
    ChangeKind,
    ChangeProgress,
    Move,
    ShowState,
)
from ticket_clerk.ticketing.failpoints import Failpoint, reached

log = get_logger(__name__)

MOST_LISTED = 100
_FARTHEST = timedelta(days=3653)


def call_off_show(container: Container, show_id: str) -> ShowState:
    """End a show's sale for good, at once; its buyers' money goes back by the worker.

    Safe to repeat: a repetition takes up the payments whose refund failed, and does nothing else.
    Raises ShowNotFound, and ShowNotChangeable for a show that was over a week ago.
    """
    with container.database.begin() as conn:
        is_new = show_changes.call_off(conn, show_id, now=container.now())
        show = _get(conn, show_id)
        if show.change is None or show.change.kind is not ChangeKind.CALLED_OFF:
            raise ShowNotChangeable("The show was over more than a week ago.")
        again = 0 if is_new else show_changes.take_up(conn, show_id)
    reached(Failpoint.SHOW_CALLED_OFF)
    log.info("payments.show.called_off", show_id=show_id, is_new=is_new, again=again)
    return show


def move_show(
    container: Container,
    show_id: str,
    *,
    refund_until: datetime,
    starts_at: datetime | None = None,
    venue: str | None = None,
    city: str | None = None,
) -> ShowState:
    """Move a show to another time or place; its buyers are told by the worker.

    What is None stays. Until ``refund_until`` they may have their money back without a fee. Safe
    to repeat: a show that was moved just so is left as it is. Raises ShowNotFound, InvalidRequest
    for a time that can't be, and ShowNotChangeable for a show that is called off or long over, or
    that somebody else is changing.
    """
    now = container.now()
    with container.database.begin() as conn:
        show = _get(conn, show_id)
        to = Move(starts_at or show.starts_at, venue or show.venue, city or show.city, refund_until)
        if _is_there(show, to):
            return show
        _check(to, now)
        if not show_changes.move(conn, show, to, now=now):
            raise ShowNotChangeable("The show is called off, long over, or being changed.")
        show = _get(conn, show_id)
    reached(Failpoint.SHOW_MOVED)
    log.info("payments.show.moved", show_id=show_id)
    return show


def _is_there(show: ShowState, to: Move) -> bool:
    """Whether a show is where it is to be moved; one that was never moved can't be."""
    change = show.change
    is_moved = change is not None and change.kind is ChangeKind.MOVED
    is_same = (show.starts_at, show.venue, show.city) == (to.starts_at, to.venue, to.city)
    return bool(is_moved and is_same and change and change.refund_until == to.refund_until)


def _check(to: Move, now: datetime) -> None:
    if not now < to.starts_at < now + _FARTHEST:
        raise InvalidRequest("starts_at must be to come, within ten years", field="starts_at")
    if not now < to.refund_until <= to.starts_at:
        raise InvalidRequest(
            "refund_until must be to come, and no later than the show", field="refund_until"
        )


def find_show(container: Container, show_id: str) -> ShowState:
    """Read a show, on sale or not; raises ShowNotFound."""
    with container.database.read() as conn:
        return _get(conn, show_id)


def list_shows(container: Container) -> list[ShowState]:
    """List the shows that are to come or can still be called off, soonest first."""
    with container.database.read() as conn:
        return show_changes.list_shows(conn, since=container.now() - CHANGEABLE_FOR)


def progress_of(container: Container, show: ShowState) -> ChangeProgress | None:
    """Count how far a show's newest change is done; None for a show that never changed."""
    if show.change is None:
        return None
    with container.database.read() as conn:
        return show_changes.progress(conn, show.change)


def list_untold(container: Container, show: ShowState) -> list[Order]:
    """List the orders of a changed show that somebody has to be told of by hand, a hundred at most.

    Operators sold them: there is no conversation to tell it in.
    """
    if show.change is None:
        return []
    with container.database.read() as conn:
        return orders.list_sold_elsewhere(conn, show.id, limit=MOST_LISTED)


def _get(conn: Connection, show_id: str) -> ShowState:
    show = show_changes.find_show(conn, show_id)
    if show is None:
        raise ShowNotFound("There is no show of that id.")
    return show
