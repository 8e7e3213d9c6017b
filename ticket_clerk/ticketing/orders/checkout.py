"""Checkout: reserve seats, create the payment link, refresh or cancel the order.

Each use case commits, calls Stripe, commits: no transaction is open while the network is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.catalog import keeps_seats
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers, orders, shows
from ticket_clerk.ticketing.domain.checkout_terms import Charged
from ticket_clerk.ticketing.domain.errors import (
    ExtraNotOnSale,
    InvalidQuantity,
    OrderNotCancelable,
    ShowNotOnSale,
    StripeUnavailable,
    TooManyLines,
    TooManyTickets,
    require_quoted,
)
from ticket_clerk.ticketing.domain.models import (
    UNPAID,
    Buyer,
    ExtraLine,
    Order,
    OrderStatus,
    SeatLine,
    Section,
    Show,
)
from ticket_clerk.ticketing.domain.order_lines import charged_by_line
from ticket_clerk.ticketing.domain.promotions import Promotion
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.fulfilment import settlement, snapshot_of_session
from ticket_clerk.ticketing.products import SEATS
from ticket_clerk.ticketing.settings import Settings

from . import ownership
from .checkout_links import ensure_checkout_session
from .checkout_sessions import SESSION_LIFETIME, close_session, current_session, has_failed
from .host_reservations import expect_host, refresh
from .promotions import find_code

log = get_logger(__name__)

# The seats stay held while a payment of the last second is on its way to us.
HOLD_MARGIN = timedelta(minutes=10)
# Shows or sections in one payment.
MOST_LINES = 4


def start_checkout(
    container: Container,
    buyer: Buyer,
    *,
    show_id: str,
    section_id: str,
    quantity: int,
    extras: Mapping[str, int] | None = None,
    further: Sequence[SeatLine] = (),
    quoted_amount: int | None = None,
    promotion_code: str | None = None,
) -> Order:
    """Hold the seats, store the order, get its link; the order comes back with ``checkout_url``.

    ``extras`` are what of the show's is bought besides: how many, by id; they are held with the
    seats, all or nothing, and so is what is ``further`` to be paid with them: other sections or
    shows, of which one order has ``MOST_LINES`` at most.

    Safe to repeat: the buyer's open order for exactly this is returned with its link. Prices are
    those of the database; ``quoted_amount`` is the sum that the buyer agreed to, in minor units,
    and ``promotion_code`` what of it a code takes off.

    Raises:
        CodeNotTaken: nothing is stored, or the order is canceled since Stripe refused the code.
        ShowNotOnSale, ExtraNotOnSale, InvalidQuantity, TooManyTickets, TooManyLines,
            TooManyOpenOrders, TooManyUnpaidSeats, SoldOut, ExtraSoldOut, PriceChanged: nothing is
            held and nothing can be paid.
        HostUnavailable: the same; a host that keeps its seats itself did not answer.
        StripeUnavailable: the order is stored and its seats are held; call again.
        StripeRejected: the order is canceled and its seats are given back.
        DatabaseUnavailable: nothing was half done.
    """
    promotion = find_code(container, buyer, promotion_code) if promotion_code else None
    for wanted in dict.fromkeys((show_id, *(line.show_id for line in further))):
        refresh(container, wanted, SEATS.kind)
    with container.database.begin() as conn:
        order = place_order(
            conn,
            container,
            buyer,
            show_id=show_id,
            section_id=section_id,
            quantity=quantity,
            extras=extras,
            further=further,
            quoted_amount=quoted_amount,
            promotion=promotion,
        )
        reached(Failpoint.ORDER_WRITTEN)
    return ensure_checkout_session(container, order)


def resume_checkout(container: Container, buyer: Buyer, order_id: str) -> Order:
    """Get the link of the buyer's open order, making its session if Stripe did not answer before.

    Safe to repeat. An order that is no longer open is returned as it is.

    Raises:
        OrderNotFound: no such order of this buyer.
        StripeUnavailable, StripeRejected, SoldOut, HostUnavailable: as :func:`start_checkout`.
    """
    order = _order_of(container, buyer, order_id)
    return ensure_checkout_session(container, order) if order.status is OrderStatus.OPEN else order


def refresh_order(container: Container, buyer: Buyer, order_id: str) -> Order:
    """Ask Stripe what became of the buyer's unpaid order, settle it, return it.

    Safe to repeat. A paid or closed order is returned without asking.

    Raises:
        OrderNotFound: no such order of this buyer.
        StripeUnavailable: nothing was changed.
    """
    order = _order_of(container, buyer, order_id)
    if order.status not in UNPAID or order.checkout_session_id is None:
        return order
    session = current_session(container, order)
    snapshot = snapshot_of_session(container, session)
    payment_failed = has_failed(container, session)
    reached(Failpoint.ORDER_ASKED_FOR)
    with container.database.begin() as conn:
        if payment_failed:
            settlement.expire(conn, order.id, now=container.now())
        elif session is not None:
            settlement.settle(conn, order.id, session, now=container.now(), snapshot=snapshot)
        order = orders.get_order(conn, order.id)
    reached(Failpoint.ORDER_REFRESHED)
    return order


def cancel_order(container: Container, buyer: Buyer, order_id: str) -> Order:
    """Cancel the buyer's unpaid order: its session is closed at Stripe first, then the seats go.

    Safe to repeat: a canceled order is returned as it is.

    Raises:
        OrderNotFound: no such order of this buyer.
        OrderNotCancelable: it is paid, being paid, or closed in another way.
        StripeUnavailable: it could not be closed at Stripe, so it is still open.
    """
    order = _order_of(container, buyer, order_id)
    if order.status is OrderStatus.OPEN:
        order = _cancel(container, order)
    if order.status is not OrderStatus.CANCELED:
        raise OrderNotCancelable(order.status.value)
    return order


def _cancel(container: Container, order: Order) -> Order:
    # Stripe's event of the closed session may be here before Stripe's answer to us.
    with container.database.begin() as conn:
        orders.request_cancellation(conn, order.id, at=container.now())
    reached(Failpoint.CANCEL_NOTED)
    try:
        session = close_session(container, order)
        snapshot = snapshot_of_session(container, session)
    except StripeUnavailable:
        with container.database.begin() as conn:
            orders.request_cancellation(conn, order.id, at=None)
        raise
    with container.database.begin() as conn:
        if session is None:
            outcome = settlement.expire(conn, order.id, now=container.now())
        else:
            outcome = settlement.settle(
                conn, order.id, session, now=container.now(), snapshot=snapshot
            )
        log.info("payments.order.canceled", order_id=order.id, outcome=outcome)
        order = orders.get_order(conn, order.id)
        reached(Failpoint.CANCEL_WRITTEN)
    reached(Failpoint.ORDER_CANCELED)
    return order


def place_order(
    conn: Connection,
    container: Container,
    buyer: Buyer,
    *,
    show_id: str,
    section_id: str,
    quantity: int,
    extras: Mapping[str, int] | None = None,
    further: Sequence[SeatLine] = (),
    quoted_amount: int | None = None,
    expires_at: datetime | None = None,
    has_waited: bool = False,
    promotion: Promotion | None = None,
) -> Order:
    """Hold the seats and store the order, or find the buyer's open one for exactly this.

    An open one of another sum than was quoted is not what the buyer agreed to, and stays as it is.
    ``expires_at`` is the deadline of the order that it replaces. Seats are held whatever
    HOLD_SEATS_FOR says for a buyer who ``has_waited``, and where a host keeps them. A
    ``promotion`` is taken off the price. Raises as
    :func:`start_checkout` does before Stripe is asked; the caller's transaction must then be rolled
    back.
    """
    now = container.now()
    asked = SeatLine(show_id, section_id, quantity, tuple(sorted((extras or {}).items())))
    lines = check_lines(conn, (asked, *further))
    orders.lock_buyer(conn, buyer)
    found = _find_open(conn, buyer, lines, now)
    if found and _is_agreed(found, quoted_amount, promotion):
        return found
    is_held = has_waited or _is_to_hold(conn, container, buyer)
    parts = [_new_line(conn, container, buyer, line, now) for line in lines]
    parts = [_with_deadline(one, container.settings, expires_at, is_held=is_held) for one in parts]
    order = _with_promotion(_paid_together(parts), promotion)
    require_quoted(order.payment_total, order.currency, quoted_amount)
    SEATS.reserve(conn, order, limit_per_address=container.settings.unpaid_seats_per_address)
    for line in order.paid_together:
        expect_host(conn, container, line)
    log.info("payments.order.opened", order_id=order.id, lines=order.line_count)
    return order


def check_lines(conn: Connection, lines: Sequence[SeatLine]) -> list[SeatLine]:
    """Put the lines of an order in the order of all; raises where one order can't have them."""
    if len(lines) > MOST_LINES:
        raise TooManyLines(MOST_LINES)
    places = {(line.show_id, line.section_id) for line in lines}
    if len(places) < len(lines):
        raise InvalidQuantity("Each section is one line of an order.")
    for line in lines:
        for number in (line.quantity, *(count for _, count in line.extras)):
            check_quantity(conn, number)
    return sorted(lines, key=lambda line: (line.show_id, line.section_id))


def _find_open(
    conn: Connection, buyer: Buyer, lines: Sequence[SeatLine], now: datetime
) -> Order | None:
    first, *others = lines
    return orders.find_open_order(
        conn,
        buyer,
        SEATS.kind,
        show_id=first.show_id,
        section_id=first.section_id,
        quantity=first.quantity,
        extras=dict(first.extras),
        lines=others,
        now=now,
    )


def _new_line(
    conn: Connection, container: Container, buyer: Buyer, line: SeatLine, now: datetime
) -> Order:
    show, section = on_sale(conn, line.show_id, line.section_id, now)
    customer_id = customers.find_customer(conn, buyer)
    order = new_order(buyer, show, section, line.quantity, now, customer_id)
    order = _with_extras(order, show, dict(line.extras))
    return replace(order, **asdict(container.settings.terms))


def _paid_together(parts: Sequence[Order]) -> Order:
    """Make one order of its lines; raises ShowNotOnSale where they have no one currency."""
    first, *others = parts
    if any(one.currency != first.currency for one in others):
        raise ShowNotOnSale("Those are not sold in one currency.")
    lines = tuple(
        replace(one, id=orders.line_id(first.id, number), paid_with_order_id=first.id)
        for number, one in enumerate(others, start=2)
    )
    return replace(first, further_lines=lines, line_count=len(parts))


def _with_extras(order: Order, show: Show, extras: Mapping[str, int]) -> Order:
    """Add extras of the show at their prices of now; raises ExtraNotOnSale."""
    lines = extra_lines(show, extras)
    amount = sum(line.unit_amount * line.quantity for line in lines)
    total = order.amount_total + amount
    return replace(order, extras=lines, amount_extras=amount, amount_total=total)


def extra_lines(show: Show, extras: Mapping[str, int]) -> tuple[ExtraLine, ...]:
    """Write extras of a show, how many by id, as lines of an order; raises ExtraNotOnSale."""
    if set(extras) - {extra.id for extra in show.extras}:
        raise ExtraNotOnSale("That is not sold with this show.")
    return tuple(
        ExtraLine(extra.id, extra.name, extras[extra.id], extra.unit_amount)
        for extra in sorted(show.extras, key=lambda extra: extra.id)
        if extra.id in extras
    )


def _is_agreed(found: Order, quoted_amount: int | None, promotion: Promotion | None) -> bool:
    """Whether an open order costs what the buyer has agreed to, with that code if there is one."""
    is_quoted = quoted_amount in {None, found.payment_total}
    return is_quoted and (not promotion or found.promotion_code_id == promotion.id)


def _with_promotion(order: Order, promotion: Promotion | None) -> Order:
    """Take off each line its part of what a code takes off the whole; raises CodeNotTaken."""
    if promotion is None:
        return order
    off = Charged(0, promotion.discount(order.payment_subtotal, order.currency))
    changes: list[dict[str, Any]] = [
        {
            # Stripe takes one code, so there is no field for another.
            "allows_codes": False,
            "promotion_code": promotion.code,
            "promotion_code_id": promotion.id,
            "amount_discount": part.discount,
            "amount_total": part.total,
        }
        for part in charged_by_line(order, off)
    ]
    pairs = zip(order.further_lines, changes[1:], strict=True)
    lines = tuple(replace(line, **change) for line, change in pairs)
    return replace(order, further_lines=lines, **changes[0])


def _is_to_hold(conn: Connection, container: Container, buyer: Buyer) -> bool:
    is_for_all = container.settings.hold_seats_for == "everybody" or keeps_seats(container.catalog)
    return is_for_all or orders.has_paid(conn, buyer)


def _with_deadline(
    order: Order, settings: Settings, expires_at: datetime | None, *, is_held: bool
) -> Order:
    """Set until when an order can be paid and its seats are held.

    Stripe closes its page after SESSION_LIFETIME. Before that we do, and the seats go only when it
    is closed, so they need no margin (``reconciliation.close_overdue``).
    """
    latest = order.expires_at
    deadline = order.created_at.replace(microsecond=0) + timedelta(minutes=settings.hold_minutes)
    chosen = min(latest, deadline, expires_at or latest)
    margin = HOLD_MARGIN if chosen == latest else timedelta(0)
    held_until = chosen + margin if is_held else order.created_at
    return replace(order, expires_at=chosen, hold_expires_at=held_until)


def on_sale(conn: Connection, show_id: str, section_id: str, now: datetime) -> tuple[Show, Section]:
    """Read a show and its section, if they are for sale now; raises ShowNotOnSale."""
    show = shows.find_show(conn, show_id, now=now)
    section = next((s for s in show.sections if s.id == section_id), None) if show else None
    if show is None or section is None:
        raise ShowNotOnSale("That show is not for sale.")
    return show, section


def check_quantity(conn: Connection, quantity: int) -> None:
    """Raise InvalidQuantity or TooManyTickets unless one order may be for so many."""
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        raise InvalidQuantity("The number of tickets must be a whole number above zero.")
    limit = shows.get_max_tickets_per_order(conn)
    if quantity > limit:
        raise TooManyTickets(limit)


def new_order(
    buyer: Buyer,
    show: Show,
    section: Section,
    quantity: int,
    now: datetime,
    customer_id: str | None,
) -> Order:
    """Write a new open order with the show's words and prices of now; it is stored nowhere."""
    # Whole seconds, since Stripe's are: what is stored is what is sent.
    expires_at = now.replace(microsecond=0) + SESSION_LIFETIME
    return Order(
        id=orders.new_order_id(),
        kind=SEATS.kind,
        buyer=buyer,
        show_id=show.id,
        show_name=show.name,
        section_id=section.id,
        section_name=section.name,
        venue=show.venue,
        city=show.city,
        starts_at=show.starts_at,
        quantity=quantity,
        currency=show.currency,
        unit_amount=section.unit_amount,
        amount_total=section.unit_amount * quantity,
        created_at=now,
        expires_at=expires_at,
        hold_expires_at=expires_at + HOLD_MARGIN,
        refundable_until=show.starts_at - timedelta(hours=show.refundable_until_hours),
        customer_id=customer_id,
        refund_fee=show.refund_fee,
        show_change=show.change_number,
    )


def _order_of(container: Container, buyer: Buyer, order_id: str) -> Order:
    with container.database.read() as conn:
        return ownership.first_order_of(conn, buyer, order_id)
