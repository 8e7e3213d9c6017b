"""One Stripe customer an e-mail address, however often it is given."""

from __future__ import annotations

import hashlib

from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.stripe_objects import Customer


def customer_of_email(container: Container, email: str, name: str | None) -> Customer:
    """Find the customer with this address at Stripe, or make one. No address is kept here.

    Safe to repeat, also at once: the key at Stripe follows from what was given. Raises
    StripeUnavailable, StripeRejected.
    """
    local, _, domain = email.strip().rpartition("@")
    address = f"{local}@{domain.lower()}"
    found = container.stripe.find_customer(address)
    if found is not None:
        return found
    given = hashlib.sha256(f"{address}\0{name or ''}".encode()).hexdigest()
    return container.stripe.create_customer(address, name, f"customer:{given}")
