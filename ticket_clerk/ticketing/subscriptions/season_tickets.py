"""Season tickets: subscriptions that renew until the buyer ends them.

A season ticket is an order like any other until it is paid, but for seats: there are none. From
then on Stripe's subscription says how it stands. Each use case commits, calls Stripe, commits.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers, orders, shows, subscriptions
from ticket_clerk.ticketing.domain.errors import (
    AlreadySubscribed,
    OrderNotCancelable,
    OrderNotFound,
    ShowNotOnSale,
    StripeRejected,
    StripeUnavailable,
    require_quoted,
)
from ticket_clerk.ticketing.domain.models import (
    Buyer,
    Order,
    SeasonTicket,
    Subscription,
)
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.orders import (
    SESSION_LIFETIME,
    cancel_order,
    check_quantity,
    ensure_checkout_session,
)
from ticket_clerk.ticketing.products import SEASON

from . import sync

log = get_logger(__name__)


def start_season_ticket(
    container: Container,
    buyer: Buyer,
    *,
    season_ticket_id: str,
    quantity: int = 1,
    quoted_amount: int | None = None,
) -> Order:
    """Store the order of a season ticket and get the link where it is subscribed to.

    Safe to repeat: the buyer's open order for exactly this is returned with its link. One for
    another number, or of another sum than the buyer agreed to (``quoted_amount``, in minor units),
    is canceled first: both could be paid, and both would be paid every year.

    Raises:
        ShowNotOnSale, InvalidQuantity, TooManyTickets, TooManyOpenOrders, PriceChanged: nothing
            is stored.
        AlreadySubscribed: they have one of that kind which has not ended; nothing is stored.
        StripeUnavailable: the order is stored; call again.
        StripeRejected: the order is canceled.
    """
    order = _open(container, buyer, season_ticket_id, quantity, quoted_amount)
    while order.quantity != quantity or quoted_amount not in {None, order.amount_total}:
        with suppress(OrderNotCancelable):
            cancel_order(container, buyer, order.id)
        order = _open(container, buyer, season_ticket_id, quantity, quoted_amount)
    return ensure_checkout_session(container, order)


def season_tickets_of(container: Container, buyer: Buyer) -> list[tuple[Order, Subscription]]:
    """List a buyer's season tickets, newest first, as Stripe has them at this moment.

    Where Stripe does not answer it is what was last known, ``read_at`` says since when. Those that
    have ended are listed, too. Safe to repeat.
    """
    with container.database.read() as conn:
        known = subscriptions.list_of(conn, buyer)
    try:
        for subscription in known:
            if not subscription.has_ended:
                sync.refresh(container, subscription.id)
    except (StripeUnavailable, StripeRejected) as exc:
        log.warning("payments.season.not_read", code=exc.code, stripe_request_id=exc.request_id)
    with container.database.read() as conn:
        listed = subscriptions.list_of(conn, buyer)
        return [(orders.get_order(conn, one.order_id), one) for one in listed]


def subscription_of(container: Container, order_id: str) -> Subscription | None:
    """Find the subscription that an order began, as it was last known."""
    with container.database.read() as conn:
        return subscriptions.find_by_order(conn, order_id)


def cancel_season_ticket(container: Container, buyer: Buyer, order_id: str) -> Subscription:
    """End the buyer's season ticket with the period that is paid; until then it is good.

    Safe to repeat, and one that has ended is returned as it is.

    Raises:
        OrderNotFound: no such order of this buyer, or no season ticket that was paid.
        StripeUnavailable: the request is stored and is carried out later; the buyer is told then.
        StripeRejected: Stripe will not do it; nothing was changed.
    """
    subscription = _subscription_of(container, buyer, order_id)
    if subscription.has_ended:
        return subscription
    with container.database.begin() as conn:
        subscriptions.request_cancellation(conn, subscription.id, at=container.now())
    reached(Failpoint.SEASON_END_WISHED)
    sync.end_with_period(container, subscription)
    return _subscription_of(container, buyer, order_id)


def _subscription_of(container: Container, buyer: Buyer, order_id: str) -> Subscription:
    with container.database.read() as conn:
        order = orders.find_order_of(conn, buyer, order_id)
        subscription = subscriptions.find_by_order(conn, order.id) if order else None
    if subscription is None:
        raise OrderNotFound("There is no such season ticket.")
    return subscription


def _open(
    container: Container,
    buyer: Buyer,
    season_ticket_id: str,
    quantity: int,
    quoted_amount: int | None,
) -> Order:
    with container.database.begin() as conn:
        order = _find_or_insert(
            conn, buyer, season_ticket_id, quantity, quoted_amount, container.now()
        )
        reached(Failpoint.SEASON_WRITTEN)
    return order


def _find_or_insert(
    conn: Connection,
    buyer: Buyer,
    season_ticket_id: str,
    quantity: int,
    quoted_amount: int | None,
    now: datetime,
) -> Order:
    check_quantity(conn, quantity)
    orders.lock_buyer(conn, buyer)
    living = subscriptions.find_living(conn, buyer, season_ticket_id)
    if living is not None:
        raise AlreadySubscribed(living.order_id)
    found = orders.find_open_order(
        conn, buyer, SEASON.kind, show_id=season_ticket_id, section_id=None, quantity=None, now=now
    )
    if found is not None:
        return found
    ticket = _on_sale(conn, season_ticket_id)
    order = _new_order(buyer, ticket, quantity, now, customers.find_customer(conn, buyer))
    require_quoted(order.amount_total, order.currency, quoted_amount)
    SEASON.reserve(conn, order)
    log.info("payments.season.opened", order_id=order.id)
    return order


def _on_sale(conn: Connection, season_ticket_id: str) -> SeasonTicket:
    for ticket in shows.list_season_tickets(conn):
        if ticket.id == season_ticket_id:
            return ticket
    raise ShowNotOnSale("That season ticket is not for sale.")


def _new_order(
    buyer: Buyer, ticket: SeasonTicket, quantity: int, now: datetime, customer_id: str | None
) -> Order:
    expires_at = now.replace(microsecond=0) + SESSION_LIFETIME
    return Order(
        id=orders.new_order_id(),
        kind=SEASON.kind,
        buyer=buyer,
        show_id=ticket.id,
        show_name=ticket.name,
        quantity=quantity,
        currency=ticket.currency,
        unit_amount=ticket.unit_amount,
        amount_total=ticket.unit_amount * quantity,
        created_at=now,
        expires_at=expires_at,
        # No seats are held; what is overdue is closed at once.
        hold_expires_at=expires_at,
        customer_id=customer_id,
        interval=ticket.interval,
    )
