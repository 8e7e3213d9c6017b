"""Better seats for a paid order: a dearer section of the same show for the difference.

An upgrade is an order of its own, paid like any other. Its seats are held while it waits; the old
ones stay the buyer's until it is paid, and change hands in the transaction that settles it.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.logs import get_logger
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.database.tables import customers, orders, refunds, shows
from ticket_clerk.ticketing.domain.after_sales import UpgradeOffer
from ticket_clerk.ticketing.domain.errors import NotUpgradable, require_quoted
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    Buyer,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.products import UPGRADE, product_of

from . import ownership
from .checkout import HOLD_MARGIN, cancel_order
from .checkout_links import ensure_checkout_session
from .checkout_sessions import SESSION_LIFETIME
from .host_reservations import expect_host, refresh

log = get_logger(__name__)

_REASONS = {
    OrderStatus.DISPUTED: "disputed",
    OrderStatus.REFUNDED: "nothing_left",
    OrderStatus.NEEDS_ATTENTION: "needs_attention",
}


def upgrade_offers(container: Container, buyer: Buyer, order_id: str) -> tuple[UpgradeOffer, ...]:
    """List the dearer sections with enough seats for all tickets of the order, cheapest first.

    The difference is to what was paid a ticket so far. Raises OrderNotFound, NotUpgradable.
    """
    with container.database.read() as conn:
        root = ownership.parent_order_of(conn, buyer, order_id)
        offers = _offers(conn, root, container.now())
    fitting = tuple(offer for offer in offers if offer.section.seats_left >= offer.quantity)
    if not fitting:
        raise NotUpgradable("sold_out")
    return fitting


def start_upgrade(
    container: Container,
    buyer: Buyer,
    order_id: str,
    *,
    section_id: str,
    quoted_amount: int | None = None,
) -> Order:
    """Hold the better seats and get the link to pay the difference, as an order of its own.

    Safe to repeat: the open upgrade to that section comes back with its link. One to another
    section, or for another sum than the buyer agreed to (``quoted_amount``, in minor units), is
    canceled first.

    Raises:
        OrderNotFound, NotUpgradable, SoldOut, TooManyOpenOrders, PriceChanged, HostUnavailable:
            nothing new is held, and the seats that are paid stay the buyer's.
        OrderNotCancelable: the other upgrade was paid just now.
        StripeUnavailable: the upgrade is stored and its seats are held; call again.
        StripeRejected: the upgrade is canceled and its seats are given back.
    """
    with container.database.read() as conn:
        root = ownership.parent_order_of(conn, buyer, order_id)
        open_upgrade = _open_upgrade(conn, root)
    now = container.now()
    refresh(container, root.show_id, UPGRADE.kind)
    if open_upgrade is not None and not _goes_on(open_upgrade, section_id, quoted_amount, now):
        cancel_order(container, buyer, open_upgrade.id)
    with container.database.begin() as conn:
        orders.lock_buyer(conn, root.buyer)
        root = ownership.lock_parent_order(conn, root)
        upgrade = _open_upgrade(conn, root) or _insert(
            conn, container, root, section_id, quoted_amount
        )
        reached(Failpoint.UPGRADE_WRITTEN)
    return ensure_checkout_session(container, upgrade)


def _open_upgrade(conn: Connection, root: Order) -> Order | None:
    upgrades = orders.list_upgrades(conn, root.id)
    return next((upgrade for upgrade in upgrades if upgrade.status in UNPAID), None)


def _goes_on(upgrade: Order, section_id: str, quoted_amount: int | None, now: datetime) -> bool:
    # A payment on its way can't be taken back: the money decides then.
    is_paying = upgrade.status is OrderStatus.PROCESSING
    is_same = upgrade.section_id == section_id and upgrade.expires_at > now
    is_same = is_same and quoted_amount in {None, upgrade.amount_total}
    return is_paying or (is_same and upgrade.cancel_requested_at is None)


def _offers(conn: Connection, root: Order, now: datetime) -> list[UpgradeOffer]:
    refusal = product_of(root).after_sales_refusal
    if refusal:
        raise NotUpgradable(refusal)
    if root.status not in HELD_BY_BUYER:
        raise NotUpgradable(_REASONS.get(root.status, "unpaid"))
    if root.tickets_left < 1:
        raise NotUpgradable("nothing_left")
    if refunds.list_underway(conn, [root.id]):
        # How many tickets are left is not settled.
        raise NotUpgradable("refund_pending")
    show = shows.find_show(conn, root.show_id, now=now)
    if show is None or root.starts_at is None or root.starts_at <= now:
        raise NotUpgradable("begun")
    paid = _paid_per_ticket(conn, root)
    dearer = [section for section in show.sections if section.unit_amount > paid]
    if not dearer or show.currency != root.currency:
        raise NotUpgradable("no_dearer")
    number = root.tickets_left
    return [
        UpgradeOffer(root, s, number, s.unit_amount - paid, (s.unit_amount - paid) * number)
        for s in dearer
        if s.id != root.section_id
    ]


def _paid_per_ticket(conn: Connection, root: Order) -> int:
    upgrades = orders.list_upgrades(conn, root.id)
    paid = [upgrade for upgrade in upgrades if upgrade.status in HELD_BY_BUYER]
    return root.unit_amount + sum(upgrade.unit_amount for upgrade in paid)


def _insert(
    conn: Connection,
    container: Container,
    root: Order,
    section_id: str,
    quoted_amount: int | None,
) -> Order:
    now = container.now()
    offers = _offers(conn, root, now)
    offer = next((offer for offer in offers if offer.section.id == section_id), None)
    if offer is None:
        raise NotUpgradable("no_dearer")
    require_quoted(offer.amount_total, root.currency, quoted_amount)
    customer_id = customers.find_customer(conn, root.buyer)
    # A code is for tickets, not for the difference between two sections.
    terms = replace(container.settings.terms, allows_codes=False)
    upgrade = replace(_new_order(offer, now), customer_id=customer_id, **asdict(terms))
    UPGRADE.reserve(conn, upgrade)
    expect_host(conn, container, upgrade)
    log.info("payments.upgrade.opened", order_id=upgrade.id, parent_order_id=root.id)
    return upgrade


def _new_order(offer: UpgradeOffer, now: datetime) -> Order:
    parent = offer.order
    expires_at = now.replace(microsecond=0) + SESSION_LIFETIME
    return Order(
        id=orders.new_order_id(),
        kind=UPGRADE.kind,
        buyer=parent.buyer,
        show_id=parent.show_id,
        show_name=parent.show_name,
        section_id=offer.section.id,
        section_name=offer.section.name,
        venue=parent.venue,
        city=parent.city,
        starts_at=parent.starts_at,
        quantity=offer.quantity,
        currency=parent.currency,
        unit_amount=offer.unit_amount,
        amount_total=offer.amount_total,
        created_at=now,
        expires_at=expires_at,
        hold_expires_at=expires_at + HOLD_MARGIN,
        refundable_until=parent.refundable_until,
        parent_order_id=parent.id,
        from_section_id=parent.section_id,
        refund_fee=parent.refund_fee,
        show_change=parent.show_change,
        free_refund_until=parent.free_refund_until,
    )
