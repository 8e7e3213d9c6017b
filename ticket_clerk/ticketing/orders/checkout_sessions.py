"""Creates, reads and closes an order's Checkout Session at Stripe. Network, no database.

What is sent is a function of the stored order alone, so that a repetition with the order's
idempotency key gives the same session and never a second one.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import chain

from ticket_clerk import languages
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import StripeRejected
from ticket_clerk.ticketing.domain.models import Order, PaymentItem
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.ticketing.domain.stripe_objects import SERVICE, CheckoutSession
from ticket_clerk.ticketing.failpoints import Failpoint, reached
from ticket_clerk.ticketing.products import product_of

# Stripe takes 30 minutes at least, counted from its own clock when the call arrives.
SESSION_LIFETIME = timedelta(minutes=35)
# Nobody can try again: the page that could is complete.
_NEVER_PAID = frozenset({"requires_payment_method", "canceled"})


def make_session(container: Container, order: Order) -> CheckoutSession:
    """Make the order's Checkout Session, or get the one that was made before.

    Safe to repeat. Raises StripeUnavailable, StripeRejected.
    """
    product, buyer = product_of(order), order.buyer
    language = languages.load(container.settings.language_of(buyer.language))
    # Where the order's conversation is a page, the payment's page leads back to it.
    back = f"?order={order.id}" + ("&chat=web" if buyer.channel == "web" else "")
    back += f"&lang={language.code}" if buyer.language else ""
    items = [_items(line, product.describe(line, language)) for line in order.paid_together]
    return container.stripe.create_checkout_session(
        [*chain.from_iterable(items)],
        success_url=f"{container.settings.public_url}/payments/success{back}",
        cancel_url=f"{container.settings.public_url}/payments/cancel{back}",
        **product.session_params(order),
        customer_id=order.customer_id,
        metadata={"order_id": order.id, "service": SERVICE},
        client_reference_id=order.id,
        # The order itself may have to be paid sooner; then we close the page.
        expires_at=order.created_at.replace(microsecond=0) + SESSION_LIFETIME,
        locale=language.checkout_locale,
        terms=order.terms,
        idempotency_key=order.idempotency_key,
    )


def _items(order: Order, description: str) -> list[PaymentItem]:
    """Write an item for the tickets of a line, and one for each extra."""
    tickets = PaymentItem(
        name=order.show_name,
        description=description,
        amount=to_major(order.unit_amount, order.currency),
        quantity=order.quantity,
        currency=order.currency,
    )
    extras = [
        PaymentItem(
            name=line.name,
            description=order.show_name,
            amount=to_major(line.unit_amount, order.currency),
            quantity=line.quantity,
            currency=order.currency,
        )
        for line in order.extras
    ]
    return [tickets, *extras]


def current_session(container: Container, order: Order) -> CheckoutSession | None:
    """Read the order's session as it is now; None if there never was one.

    Where the answer of Stripe was lost, the same key finds the session again; and if there was
    none, an ``expires_at`` in the past keeps Stripe from making it. Raises StripeUnavailable.
    """
    session_id = order.checkout_session_id
    if session_id is None:
        try:
            session_id = make_session(container, order).id
        except StripeRejected:
            return None
    return container.stripe.get_checkout_session(session_id)


def has_failed(container: Container, session: CheckoutSession | None) -> bool:
    """Whether the money of a complete session was on its way and did not come.

    The session itself never says so, only its PaymentIntent. Raises StripeUnavailable.
    """
    if session is None or (session.status, session.payment_status) != ("complete", "unpaid"):
        return False
    if session.payment_intent_id is None:
        return False
    return container.stripe.get_payment_intent(session.payment_intent_id).status in _NEVER_PAID


def close_session(container: Container, order: Order) -> CheckoutSession | None:
    """Expire the order's session, unless it is complete; read what became of it.

    Safe to repeat. Raises StripeUnavailable.
    """
    session = current_session(container, order)
    if session is None or session.status != "open":
        return session
    try:
        session = container.stripe.expire_checkout_session(session.id)
    except StripeRejected:
        # Paid or expired between the two calls.
        session = container.stripe.get_checkout_session(session.id)
    reached(Failpoint.SESSION_CLOSED)
    return session
