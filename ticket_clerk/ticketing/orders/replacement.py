"""Replaces an unpaid order with another one: other seats, another number, another show.

Stripe is told first that the old one's page is over; then the seats change hands in one
transaction, so that nobody takes what the buyer gives back before they have what they want.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import addresses, inventory, orders, shows
from ticket_clerk.ticketing.domain.errors import (
    CodeNotTaken,
    OrderNotCancelable,
    PriceChanged,
    ShowNotOnSale,
    SoldOut,
    StripeUnavailable,
    TooManyUnpaidSeats,
    require_quoted,
)
from ticket_clerk.ticketing.domain.models import Buyer, Order, OrderStatus, SeatLine
from ticket_clerk.ticketing.domain.promotions import Promotion
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import settlement, snapshot_of_session
from ticket_clerk.ticketing.products import SEATS, product_of

from . import ownership
from .checkout import check_lines, extra_lines, place_order
from .checkout_links import ensure_checkout_session
from .checkout_sessions import close_session
from .host_reservations import refresh
from .promotions import known_code

log = get_logger(__name__)


@dataclass(frozen=True)
class SeatRequest:
    """What shall be ordered instead."""

    show_id: str
    section_id: str
    quantity: int
    # The sum that the buyer agreed to, in minor units.
    quoted_amount: int | None = None
    # What of it a code takes off.
    promotion: Promotion | None = None
    # How many of the show's extras, by id.
    extras: Mapping[str, int] = field(default_factory=dict)
    # Other shows or sections in the same payment.
    further: tuple[SeatLine, ...] = ()

    @property
    def lines(self) -> tuple[SeatLine, ...]:
        """All its lines, the first one first."""
        extras = tuple(sorted(self.extras.items()))
        return (SeatLine(self.show_id, self.section_id, self.quantity, extras), *self.further)

    @property
    def show_ids(self) -> list[str]:
        """The shows that it is for, each once."""
        return list(dict.fromkeys(line.show_id for line in self.lines))


def replace_order(container: Container, buyer: Buyer, order_id: str, request: SeatRequest) -> Order:
    """Order something else instead of an unpaid order; the new one comes back with its link.

    Safe to repeat: what was replaced already gives the order that replaced it.

    Raises:
        OrderNotFound: no such order of this buyer.
        OrderNotCancelable: it is paid, or being paid, and stays as it is.
        CodeNotTaken: the old order goes on; if Stripe refused the code once its page was closed,
            an order like it takes its place.
        SoldOut, ExtraSoldOut, ShowNotOnSale, ExtraNotOnSale, PriceChanged, InvalidQuantity,
            TooManyTickets, TooManyUnpaidSeats: the old order goes on; if its page was closed before
            somebody else was faster, an order like it takes its place. A host that keeps its seats
            itself may refuse that one, too.
        HostUnavailable: that host did not answer. The old order goes on, unless it answered at
            first and not once the old order had ended.
        StripeUnavailable, StripeRejected: as for ``checkout.start_checkout``; the old order is
            still open if its page could not be closed.
    """
    for show_id in request.show_ids:
        refresh(container, show_id, SEATS.kind)
    with container.database.read() as conn:
        old = ownership.first_order_of(conn, buyer, order_id)
        check_lines(conn, request.lines)
        if old.status is OrderStatus.OPEN:
            _require_room(conn, old, request)
            _require_price(conn, request, container.now())
    if old.status is OrderStatus.OPEN:
        new = _swap(container, old, _close(container, old), request)
        return _link_or_restore(container, old, new)
    if old.status is not OrderStatus.CANCELED:
        raise OrderNotCancelable(old.status.value)
    with container.database.begin() as conn:
        new = _place(conn, container, old, request)
    return ensure_checkout_session(container, new)


def _link_or_restore(container: Container, old: Order, new: Order) -> Order:
    """Get the new order's link; where it is refused, order again what the buyer had.

    A host refuses seats, Stripe a code.
    """
    try:
        return ensure_checkout_session(container, new)
    except (SoldOut, CodeNotTaken):
        kept = _promotion_of(container, old)
        with container.database.begin() as conn:
            restored = _place(conn, container, old, _same_as(old, kept))
        reached(Failpoint.REPLACEMENT_RESTORED)
        ensure_checkout_session(container, restored)
        raise


def _same_as(order: Order, promotion: Promotion | None) -> SeatRequest:
    first, *further = map(SeatLine.of, order.paid_together)
    seats = (first.show_id, first.section_id, first.quantity)
    extras = dict(first.extras)
    return SeatRequest(*seats, promotion=promotion, extras=extras, further=tuple(further))


def _require_room(conn: Connection, old: Order, request: SeatRequest) -> None:
    had = {(line.show_id, line.section_id): line.quantity for line in old.paid_together}
    for line in request.lines:
        left = inventory.seats_left(conn, show_id=line.show_id, section_id=line.section_id)
        left += had.get((line.show_id, line.section_id), 0)
        if left < line.quantity:
            raise SoldOut(left)


def _require_price(conn: Connection, request: SeatRequest, now: datetime) -> None:
    total, currency = 0, ""
    for line in request.lines:
        show = shows.find_show(conn, line.show_id, now=now)
        section = (
            next((s for s in show.sections if s.id == line.section_id), None) if show else None
        )
        if show is None or section is None:
            return
        extras = extra_lines(show, dict(line.extras))
        total += section.unit_amount * line.quantity
        total += sum(extra.unit_amount * extra.quantity for extra in extras)
        currency = show.currency
    if request.promotion is not None:
        total -= request.promotion.discount(total, currency)
    require_quoted(total, currency, request.quoted_amount)


def _close(container: Container, old: Order) -> CheckoutSession | None:
    # Noted first: Stripe's event of the closed page may be here before its answer to us.
    with container.database.begin() as conn:
        orders.request_cancellation(conn, old.id, at=container.now())
    reached(Failpoint.REPLACEMENT_NOTED)
    try:
        return close_session(container, old)
    except StripeUnavailable:
        with container.database.begin() as conn:
            orders.request_cancellation(conn, old.id, at=None)
        raise


def _swap(
    container: Container, old: Order, session: CheckoutSession | None, request: SeatRequest
) -> Order:
    """End the old order and make the new one in one transaction."""
    kept = _promotion_of(container, old)
    snapshot = snapshot_of_session(container, session)
    with container.database.begin() as conn:
        _lock_orders(conn, old)
        if session is None or session.status != "complete":
            # Ending the old order frees its seats before the new one takes some.
            of_old = [line.show_id for line in old.paid_together]
            inventory.lock_stock(conn, [*of_old, *request.show_ids])
        if session is None:
            settlement.expire(conn, old.id, now=container.now())
        else:
            settlement.settle(conn, old.id, session, now=container.now(), snapshot=snapshot)
        ended = orders.get_order(conn, old.id)
        if ended.status is OrderStatus.CANCELED:
            new, failure = _place_or_keep(conn, container, old, request, kept)
        reached(Failpoint.REPLACEMENT_WRITTEN)
    if ended.status is not OrderStatus.CANCELED:
        raise OrderNotCancelable(ended.status.value)
    log.info("payments.order.replaced", order_id=old.id, new_order_id=new.id)
    if failure is not None:
        ensure_checkout_session(container, new)
        raise failure
    return new


def _lock_orders(conn: Connection, old: Order) -> None:
    """Lock what making the new order locks, before ending the old one locks seats."""
    orders.lock_buyer(conn, old.buyer)
    addresses.lock_address_of(conn, old.buyer)
    orders.lock_open_orders(conn, old.buyer)
    orders.lock_order(conn, old.id)


def _promotion_of(container: Container, old: Order) -> Promotion | None:
    """Find the code of the old order, with which one like it would be made again."""
    if old.promotion_code is None:
        return None
    try:
        return known_code(container, old.buyer, old.promotion_code)
    except (CodeNotTaken, StripeUnavailable):
        return None


def _place_or_keep(
    conn: Connection,
    container: Container,
    old: Order,
    request: SeatRequest,
    kept: Promotion | None,
) -> tuple[Order, SoldOut | ShowNotOnSale | PriceChanged | TooManyUnpaidSeats | None]:
    """Order the request, or what the buyer had, whose seats came free a moment ago."""
    try:
        with conn.begin_nested():
            return _place(conn, container, old, request), None
    except (SoldOut, ShowNotOnSale, PriceChanged, TooManyUnpaidSeats) as exc:
        return _place(conn, container, old, _same_as(old, kept)), exc


def _place(conn: Connection, container: Container, old: Order, request: SeatRequest) -> Order:
    """Order something that has to be paid when the old order had to be: changing renews nothing."""
    return place_order(
        conn,
        container,
        old.buyer,
        show_id=request.show_id,
        section_id=request.section_id,
        quantity=request.quantity,
        extras=request.extras,
        further=request.further,
        quoted_amount=request.quoted_amount,
        promotion=request.promotion,
        expires_at=old.expires_at if old.expires_at > container.now() else None,
    )


def is_replaceable(order: Order) -> bool:
    """Whether an order waits for its payment and could be another one."""
    return order.status is OrderStatus.OPEN and product_of(order).owns_tickets
