"""Billing: customers, subscriptions and their invoices.

https://docs.stripe.com/api/customers, https://docs.stripe.com/api/subscriptions
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from ticket_clerk.ticketing.domain.errors import StripeNotFound
from ticket_clerk.ticketing.domain.stripe_objects import Customer, Invoice, StripeSubscription

from .connection import Connected, given, keyed, texts
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

    def find_customer_ids(self, text: str, *, limit: int = 100) -> list[str]:
        """Find the customers with an e-mail address, or with a text in their name; newest first.

        By e-mail exactly, by name whatever the case; a name that was given within the last minute
        may be missing (https://docs.stripe.com/search).
        """
        with translated():
            if "@" in text:
                found = self._client.v1.customers.list({"email": text, "limit": limit}).data
            else:
                quoted = text.replace("\\", "\\\\").replace('"', '\\"')
                query = f'name~"{quoted}"'
                found = self._client.v1.customers.search({"query": query, "limit": limit}).data
        return [customer.id for customer in found]

    def delete_customer(self, customer_id: str) -> None:
        """Delete a customer for good, which also ends their subscriptions at once.

        Safe to repeat: one that is gone is no error. Their payments stay in Stripe's books.
        """
        with suppress(StripeNotFound), translated():
            self._client.v1.customers.delete(customer_id)


class SubscriptionCalls(Connected):
    """Collecting every period."""

    def create_subscription(
        self,
        customer_id: str,
        items: Sequence[Mapping[str, Any]],
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> StripeSubscription:
        """Begin to collect every period from a customer.

        ``items`` are as in Stripe's own: ``[{"price": "price_…", "quantity": 1}]``. A customer
        without a payment method leaves it ``incomplete``, to be paid at its first invoice's
        ``hosted_invoice_url``. Safe to repeat with the same ``idempotency_key``, and only then.

        Raises:
            StripeNotFound: no such customer or price.
        """
        params: dict[str, Any] = {
            "customer": customer_id,
            "items": [dict(item) for item in items],
            "payment_behavior": "default_incomplete",
            **given(metadata=texts(metadata)),
        }
        with translated():
            made = self._client.v1.subscriptions.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
        return StripeSubscription.from_json(made.to_dict())

    def get_subscription(self, subscription_id: str) -> StripeSubscription:
        """Read a subscription as it is now."""
        with translated():
            subscription = self._client.v1.subscriptions.retrieve(subscription_id)
        return StripeSubscription.from_json(subscription.to_dict())

    def cancel_subscription(
        self,
        subscription_id: str,
        at_period_end: bool = True,
        idempotency_key: str | None = None,
    ) -> StripeSubscription:
        """End a subscription with its period, or at once. With its period, safe to repeat.

        Raises:
            StripeNotFound: there is none, or it has ended.
        """
        subscriptions, options = self._client.v1.subscriptions, keyed(idempotency_key)
        with translated():
            if at_period_end:
                ended = subscriptions.update(
                    subscription_id, {"cancel_at_period_end": True}, options
                )
            else:
                ended = subscriptions.cancel(subscription_id, {}, options)
        return StripeSubscription.from_json(ended.to_dict())

    def get_invoice(self, invoice_id: str) -> Invoice:
        """Read an invoice as it is now."""
        with translated():
            invoice = self._client.v1.invoices.retrieve(invoice_id)
        return Invoice.from_json(invoice.to_dict())

    def list_invoices(self, subscription_id: str) -> Iterator[Invoice]:
        """List a subscription's invoices with their payments, newest first, page by page."""
        with translated():
            page = self._client.v1.invoices.list(
                {"subscription": subscription_id, "limit": 100, "expand": ["data.payments"]}
            )
            for invoice in page.auto_paging_iter():
                yield Invoice.from_json(invoice.to_dict())
