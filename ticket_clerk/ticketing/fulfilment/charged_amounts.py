"""Checks what Stripe charged against what the order was made for.

Both are Stripe's own words, of a signed event or of a session that was read. A discount counts only
where the order allowed one, tax only where it was to be reckoned, and the sums must add up.
"""

from __future__ import annotations

from ticket_clerk.ticketing.domain.checkout_terms import EXCLUSIVE, Charged
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession


def agreed(order: Order, session: CheckoutSession) -> Charged | None:
    """Return what a complete session charged; None where it isn't what the order allows.

    A session says ``no_payment_required`` exactly where nothing was left to pay.
    """
    total, discount, tax = session.amount_total, session.amount_discount, session.amount_tax
    if total is None or session.currency != order.currency or session.amount_shipping:
        return None
    if _subtotal(session) != order.amount_subtotal:
        return None
    if not _is_allowed(order, discount) or tax < 0 or (tax and not order.tax_behavior):
        return None
    added = tax if order.tax_behavior == EXCLUSIVE else 0
    if total != order.amount_subtotal - discount + added:
        return None
    is_free = session.payment_status == "no_payment_required"
    return Charged(total, discount, tax) if is_free == (total == 0) else None


def _subtotal(session: CheckoutSession) -> int | None:
    # What a messenger collected has no sums but one.
    return session.amount_total if session.amount_subtotal is None else session.amount_subtotal


def _is_allowed(order: Order, discount: int) -> bool:
    """Whether it is the discount of the order's own code, or of one that could be typed."""
    if not 0 <= discount <= order.amount_subtotal:
        return False
    if order.promotion_code_id is not None:
        return discount == order.amount_discount
    return discount == 0 or order.allows_codes
