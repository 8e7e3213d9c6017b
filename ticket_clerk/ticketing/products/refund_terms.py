"""Refund terms: which tickets of an order can be refunded, and for how much. Reads only.

A buyer's refund is by tickets: each payment that was made for them, upgrades included, returns its
share. The policy is the order's own, fixed when it was sold. Extras go back with the last tickets,
whole and without a fee.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.engine import Connection

from ticket_clerk.ticketing.database.tables import orders, refunds, show_changes, tickets
from ticket_clerk.ticketing.domain.after_sales import RefundQuote, RefundShare
from ticket_clerk.ticketing.domain.errors import InvalidQuantity, NotRefundable, TooManyTickets
from ticket_clerk.ticketing.domain.models import (
    HELD_BY_BUYER,
    UNPAID,
    Order,
    OrderStatus,
)
from ticket_clerk.ticketing.domain.money import fee_of, share_of, smallest
from ticket_clerk.ticketing.domain.payment_ids import is_at_stripe
from ticket_clerk.ticketing.domain.tickets import Ticket, TicketStatus

_REASONS = {
    OrderStatus.DISPUTED: "disputed",
    OrderStatus.REFUNDED: "nothing_left",
    OrderStatus.NEEDS_ATTENTION: "needs_attention",
}


def quote(
    conn: Connection,
    root: Order,
    quantity: int | None,
    *,
    ticket_ids: Collection[str] = (),
    now: datetime,
) -> RefundQuote:
    """Say what the buyer would get back for that many tickets; None means all that are left.

    With ``ticket_ids`` for these, whose number is what counts. Raises NotRefundable (``changed``
    where one of them is not valid any more), InvalidQuantity, TooManyTickets.
    """
    _check_order(conn, root, now)
    upgrades = orders.list_upgrades(conn, root.id)
    if any(upgrade.status in UNPAID for upgrade in upgrades):
        # Its price was made for these very tickets.
        raise NotRefundable("upgrade_open")
    left = _unused_tickets(conn, root)
    wanted = len(set(ticket_ids)) or (left if quantity is None else quantity)
    wanted = _check_quantity(wanted, left)
    going, kept = _choose(conn, root, wanted, ticket_ids, now)
    shares = _shares(root, upgrades, wanted)
    amount = sum(share.amount for share in shares)
    if not amount:
        raise NotRefundable("nothing_left")
    shares = _with_fee(shares, _fee(root, upgrades, wanted, now))
    amount = sum(share.amount for share in shares)
    if not all(is_at_stripe(share.order.payment_intent_id) for share in shares):
        # A messenger's provider has the money, and it isn't Stripe.
        raise NotRefundable("paid_elsewhere")
    family = [root.id, *(upgrade.id for upgrade in upgrades)]
    version = refunds.next_quote_version(conn, family)
    return RefundQuote(root, wanted, left, amount, version, shares, going, kept)


def _choose(
    conn: Connection, root: Order, quantity: int, ticket_ids: Collection[str], now: datetime
) -> tuple[tuple[Ticket, ...], tuple[Ticket, ...]]:
    """Return which tickets go and which stay: those that are named go, or else the newest."""
    listed = tickets.list_tickets(conn, root.id, now=now)
    valid = [ticket for ticket in listed if ticket.status is TicketStatus.VALID]
    named = [ticket for ticket in valid if ticket.id in ticket_ids]
    if ticket_ids and len(named) < quantity:
        raise NotRefundable("changed")
    going = tuple(named or valid[-quantity:])
    return going, tuple(ticket for ticket in valid if ticket not in going)


def _unused_tickets(conn: Connection, root: Order) -> int:
    """Count the tickets that can go back: who came in with one has had the show."""
    unused = root.tickets_left - tickets.count_used(conn, root.id)
    if unused < 1:
        raise NotRefundable("used")
    return unused


def _shares(root: Order, upgrades: Sequence[Order], quantity: int) -> tuple[RefundShare, ...]:
    """Divide a refund over the payments: of each its part, of the last tickets all that is left."""
    paid = [root, *(upgrade for upgrade in upgrades if upgrade.status in HELD_BY_BUYER)]
    shares = [RefundShare(order, _share(order, root, quantity)) for order in paid]
    return tuple(share for share in shares if share.amount > 0)


def _fee(root: Order, upgrades: Sequence[Order], quantity: int, now: datetime) -> int:
    if root.free_refund_until is not None and now < root.free_refund_until:
        return 0
    paid = [root, *(upgrade for upgrade in upgrades if upgrade.status in HELD_BY_BUYER)]
    price = sum(share_of(order.amount_tickets, 1, order.quantity, order.currency) for order in paid)
    return fee_of(root.refund_fee, price, root.currency) * quantity


def _with_fee(shares: Sequence[RefundShare], fee: int) -> tuple[RefundShare, ...]:
    """Keep the fee of the payments, the first one first.

    Of each something is refunded, since its tickets go back with that. Raises NotRefundable.
    """
    kept_back = []
    for share in shares:
        kept = min(fee, share.amount - smallest(share.order.currency))
        fee -= kept
        kept_back.append(RefundShare(share.order, share.amount - kept, kept))
    if fee:
        raise NotRefundable("fee_takes_all")
    return tuple(kept_back)


def _share(order: Order, root: Order, quantity: int) -> int:
    if quantity == root.tickets_left:
        return order.amount_left
    # An upgrade is for the tickets that were left when it was paid.
    returned = max(0, order.quantity - root.tickets_left)
    return min(order.share(quantity, returned=returned), order.amount_left)


def _check_order(conn: Connection, root: Order, now: datetime) -> None:
    if root.status not in HELD_BY_BUYER:
        raise NotRefundable(_REASONS.get(root.status, "unpaid"))
    if show_changes.is_called_off(conn, root.show_id):
        # All of it goes back by itself, and without a fee.
        raise NotRefundable("called_off")
    if root.tickets_left < 1:
        raise NotRefundable("nothing_left")
    if not root.amount_total:
        raise NotRefundable("free")
    until = root.returnable_until
    if until is None or now >= until:
        raise NotRefundable("too_late", until=until)


def _check_quantity(quantity: int, left: int) -> int:
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 1:
        raise InvalidQuantity("The number of tickets must be a whole number above zero.")
    if quantity > left:
        raise TooManyTickets(left)
    return quantity
