"""Customers: https://docs.stripe.com/api/customers."""

from __future__ import annotations

from contextlib import suppress

from ticket_clerk.ticketing.domain.errors import StripeNotFound
from ticket_clerk.ticketing.domain.stripe_objects import Customer

from .connection import Connected, given, keyed
from .error_translation import translated


class CustomerCalls(Connected):
    """Remembering who pays."""

    def create_customer(
        self, email: str, name: str | None = None, idempotency_key: str | None = None
    ) -> Customer:
        """Make a customer. Safe to repeat with the same ``idempotency_key``, and only then."""
        with translated():
            customer = self._client.v1.customers.create(
                given(email=email, name=name),  # type: ignore[arg-type]
                keyed(idempotency_key),
            )
        return Customer.from_json(customer.to_dict())

    def get_customer(self, customer_id: str) -> Customer:
        """Read a customer."""
        with translated():
            customer = self._client.v1.customers.retrieve(customer_id)
        return Customer.from_json(customer.to_dict())

    def find_customer(self, email: str) -> Customer | None:
        """Find the newest customer with exactly this e-mail address, or None."""
        with translated():
            found = self._client.v1.customers.list({"email": email, "limit": 1})
        return Customer.from_json(found.data[0].to_dict()) if found.data else None

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer for good, which also ends their subscriptions at once.

        Safe to repeat: one that is gone is no error. His payments stay in Stripe's books.
        """
        with suppress(StripeNotFound), translated():
            self._client.v1.customers.delete(customer_id)
