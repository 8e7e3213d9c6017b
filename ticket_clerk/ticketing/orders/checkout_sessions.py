"""An order's Checkout Session at Stripe: making it and looking at it. Network, no database.

What is sent is a function of the stored order alone, so that a repetition with the order's
idempotency key gives the same session and never a second one.
"""

from __future__ import annotations

from babel.dates import format_datetime

from ticket_clerk import languages
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.errors import StripeRejected
from ticket_clerk.ticketing.domain.models import Order, OrderKind, PaymentItem
from ticket_clerk.ticketing.domain.money import to_major
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession
from ticket_clerk.ticketing.failpoints import CrashPoint, reached

# Written on what is made at Stripe, since an account may serve others too.
SERVICE = "ticket-clerk"
# The same for what is made through the HTTP API and belongs to no order.
API_SERVICE = "ticket-clerk-api"
# Nobody can try again: the page that could is complete.
_NEVER_PAID = frozenset({"requires_payment_method", "canceled"})


def make_session(container: Container, order: Order) -> CheckoutSession:
    """Make the order's Checkout Session, or get the one that was made before.

    Safe to repeat. Raises StripeUnavailable, StripeRejected.
    """
    is_season = order.kind is OrderKind.SUBSCRIPTION
    # Where the order's conversation is a page, the payment's page leads back to it.
    back = f"?order={order.id}" + ("&chat=web" if order.buyer.channel == "web" else "")
    item = PaymentItem(
        name=order.show_name,
        description=_describe(container, order),
        amount=to_major(order.unit_amount, order.currency),
        quantity=order.quantity,
        currency=order.currency,
    )
    return container.stripe.create_checkout_session(
        [item],
        success_url=f"{container.settings.public_url}/payments/success{back}",
        cancel_url=f"{container.settings.public_url}/payments/cancel{back}",
        mode="subscription" if is_season else "payment",
        recurring_interval=order.interval,
        customer_id=order.customer_id,
        # So that the next payment is the same customer's; a subscription makes one by itself.
        wants_customer=order.customer_id is None and not is_season,
        metadata={"order_id": order.id, "service": SERVICE},
        client_reference_id=order.id,
        expires_at=order.expires_at,
        locale=languages.load(container.settings.language).checkout_locale,
        idempotency_key=order.idempotency_key,
    )


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
    reached(CrashPoint.SESSION_CLOSED)
    return session


def _describe(container: Container, order: Order) -> str:
    """What the buyer reads at Stripe's, below the show's name."""
    spoken = languages.load(container.settings.language)
    if order.kind is OrderKind.SUBSCRIPTION:
        interval = spoken.intervals.get(order.interval or "", order.interval)
        return spoken.page["season"].format(interval=interval)
    when = format_datetime(order.starts_at, spoken.page["date"], locale=spoken.locale)
    kind = "upgrade" if order.kind is OrderKind.UPGRADE else "seats"
    seats = spoken.page[kind].format(section=order.section_name)
    return f"{seats} · {when} · {order.venue}"
