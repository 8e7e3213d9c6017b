"""The waiting list: seats that come back are held for the buyer who has waited longest.

They get an order as if they had just said yes: its seats are held, its link works for as long as
any other's, and when it runs out the seats are the next buyer's. That holds for new buyers with
HOLD_SEATS_FOR=returning, too: a link for what whoever waits is sent at once would be no turn.
"""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import outbox, shows, waits
from ticket_clerk.ticketing.domain.errors import (
    DatabaseUnavailable,
    HostUnavailable,
    PaymentError,
    ShowNotOnSale,
    SoldOut,
    StripeRejected,
    StripeUnavailable,
)
from ticket_clerk.ticketing.domain.models import Buyer, MessageKind, Order, Section, Wait
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.orders import check_quantity, ensure_checkout_session, place_order

log = get_logger(__name__)

# More wait for the next pass, a second later: others want to write, too.
LARGEST_PASS = 20


def join_waiting_list(
    container: Container, buyer: Buyer, *, show_id: str, section_id: str | None, quantity: int
) -> Wait:
    """Give the buyer a place; one for the same show is kept, with what is asked for now.

    Safe to repeat. Raises ShowNotOnSale, InvalidQuantity, TooManyTickets.
    """
    now = container.now()
    with container.database.begin() as conn:
        check_quantity(conn, quantity)
        show = shows.find_show(conn, show_id, now=now)
        if show is None or section_id not in {None, *(section.id for section in show.sections)}:
            raise ShowNotOnSale("That show is not for sale.")
        wait = waits.put_wait(
            conn, buyer, show_id=show_id, section_id=section_id, quantity=quantity, now=now
        )
    reached(Failpoint.WAIT_JOINED)
    log.info("payments.wait.joined", wait_id=wait.id, show_id=show_id)
    return wait


def waits_of(container: Container, buyer: Buyer) -> list[Wait]:
    """List what a buyer waits for, oldest first."""
    with container.database.read() as conn:
        return waits.list_waits_of(conn, buyer)


def leave_waiting_list(container: Container, buyer: Buyer, show_ids: set[str]) -> list[Wait]:
    """Give up the buyer's places for these shows; returns those that they had. Safe to repeat."""
    with container.database.begin() as conn:
        held = [wait for wait in waits.list_waits_of(conn, buyer) if wait.show_id in show_ids]
        return [wait for wait in held if waits.end_wait(conn, wait)]


def offer_seats(container: Container) -> int:
    """Hold returned seats for the buyers who have waited longest; returns how many were served.

    At most twenty a pass, and nothing is written unless somebody can be served. The place, the
    seats, the order and its notification are one transaction each. Safe to repeat, and for several
    at once.
    """
    served = []
    for _ in range(LARGEST_PASS):
        with container.database.read() as conn:
            wait = waits.find_next(conn, now=container.now())
        if wait is None:
            break
        try:
            order = _serve(container, wait)
        except (SoldOut, ShowNotOnSale):
            # Another buyer was faster than this look. The place is kept for the next pass.
            break
        if order is not None:
            served.append((wait, order))
    for wait, order in served:
        _make_link(container, wait, order)
    return len(served)


def _serve(container: Container, wait: Wait) -> Order | None:
    """Make the order; None where another worker has, or a rule of ours refuses it for now."""
    try:
        with container.database.begin() as conn:
            if not waits.end_wait(conn, wait):
                return None
            order = _place(conn, container, wait)
            outbox.enqueue(conn, order, MessageKind.SEATS_BACK, now=container.now())
            reached(Failpoint.OFFER_WRITTEN)
    except (SoldOut, ShowNotOnSale, DatabaseUnavailable):
        raise
    except PaymentError as exc:
        log.warning("payments.wait.passed_over", wait_id=wait.id, code=exc.code)
        with container.database.begin() as conn:
            waits.pass_over(conn, wait, now=container.now())
        return None
    reached(Failpoint.OFFER_STORED)
    log.info("payments.wait.served", wait_id=wait.id, order_id=order.id)
    return order


def _place(conn: Connection, container: Container, wait: Wait) -> Order:
    section = _cheapest_with_room(conn, container, wait)
    return place_order(
        conn,
        container,
        wait.buyer,
        show_id=wait.show_id,
        section_id=section.id,
        quantity=wait.quantity,
        has_waited=True,
    )


def _cheapest_with_room(conn: Connection, container: Container, wait: Wait) -> Section:
    show = shows.find_show(conn, wait.show_id, now=container.now())
    for section in show.sections if show else ():
        is_wanted = wait.section_id in {None, section.id}
        if is_wanted and section.seats_left >= wait.quantity:
            return section
    raise SoldOut(0)


def _make_link(container: Container, wait: Wait, order: Order) -> None:
    """Get the order's link now; what fails is made up for with the notification.

    The buyer was never told of an order that Stripe or the seats' host refuses: they go on waiting.
    """

    def put_back(conn: Connection) -> None:
        waits.put_back(conn, wait, now=container.now())

    with suppress(StripeUnavailable, StripeRejected, SoldOut, HostUnavailable):
        ensure_checkout_session(container, order, if_refused=put_back)
