"""Checkout Sessions: https://docs.stripe.com/api/checkout/sessions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ticket_clerk.ticketing.domain.checkout_terms import CheckoutTerms
from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.models import PaymentItem
from ticket_clerk.ticketing.domain.stripe_objects import CheckoutSession

from .connection import Connected, given, keyed
from .error_translation import translated

NO_TERMS = CheckoutTerms()


class CheckoutCalls(Connected):
    """Making, reading and closing hosted payment pages."""

    def create_checkout_session(
        self,
        items: Sequence[PaymentItem],
        success_url: str,
        cancel_url: str,
        customer_email: str | None = None,
        metadata: Mapping[str, str] | None = None,
        *,
        mode: str = "payment",
        recurring_interval: str | None = None,
        customer_id: str | None = None,
        wants_customer: bool = False,
        client_reference_id: str | None = None,
        expires_at: datetime | None = None,
        locale: str | None = None,
        terms: CheckoutTerms = NO_TERMS,
        idempotency_key: str | None = None,
    ) -> CheckoutSession:
        """Make a hosted payment page for the items.

        With ``mode`` subscription they are paid every ``recurring_interval`` (day, week, month,
        year). ``customer_id`` is whose payment it will be; ``wants_customer`` makes the payer a
        customer; ``customer_email`` is where Stripe sends the receipt of a payment. ``metadata`` is
        set on the session and on its PaymentIntent or subscription. ``expires_at`` is 30 minutes to
        24 hours away. ``locale`` is the page's language, in Stripe's words; without it the buyer's
        browser says. ``terms`` are codes, tax and invoice. Safe to repeat with the same
        ``idempotency_key`` and arguments.

        Raises:
            InvalidRequest: no items, mixed currencies, a quantity below 1, or an InvalidAmount.
        """
        params: dict[str, Any] = {
            "mode": mode,
            "line_items": line_items(items, recurring_interval, terms.tax_behavior),
            "success_url": success_url,
            "cancel_url": cancel_url,
            **_marks(mode, dict(metadata or {}), customer_email),
            **_payer(mode, customer_id, customer_email, wants_customer=wants_customer),
            **_terms(terms, customer_id, metadata or {}),
            **given(
                client_reference_id=client_reference_id,
                locale=locale,
                expires_at=int(expires_at.timestamp()) if expires_at else None,
            ),
        }
        with translated():
            session = self._client.v1.checkout.sessions.create(params, keyed(idempotency_key))  # type: ignore[arg-type]
        return CheckoutSession.from_json(session.to_dict())

    def get_checkout_session(self, checkout_session_id: str) -> CheckoutSession:
        """Read a Checkout Session as it is now."""
        with translated():
            session = self._client.v1.checkout.sessions.retrieve(checkout_session_id)
        return CheckoutSession.from_json(session.to_dict())

    def expire_checkout_session(self, checkout_session_id: str) -> CheckoutSession:
        """Close an open Checkout Session, so that nobody can pay it any more.

        Raises StripeRejected when it is complete or expired already.
        """
        with translated():
            session = self._client.v1.checkout.sessions.expire(checkout_session_id)
        return CheckoutSession.from_json(session.to_dict())


def _marks(mode: str, metadata: dict[str, str], receipt_email: str | None) -> dict[str, Any]:
    """Write the metadata where it is looked for: on the page and on what a payment makes."""
    if mode == "subscription":
        return {"metadata": metadata, "subscription_data": {"metadata": metadata}}
    receipt = given(receipt_email=receipt_email if mode == "payment" else None)
    return {"metadata": metadata, "payment_intent_data": {"metadata": metadata, **receipt}}


def _payer(
    mode: str, customer_id: str | None, customer_email: str | None, *, wants_customer: bool
) -> dict[str, Any]:
    is_new = wants_customer and customer_id is None and mode == "payment"
    return given(
        customer=customer_id,
        customer_creation="always" if is_new else None,
        customer_email=customer_email,
    )


def _terms(
    terms: CheckoutTerms, customer_id: str | None, metadata: Mapping[str, str]
) -> dict[str, Any]:
    """Write the terms of a page; a field for codes and a code that is given exclude each other."""
    on = {"enabled": True}
    discounts = [{"promotion_code": terms.promotion_code_id}] if terms.promotion_code_id else None
    collects = terms.tax_behavior or terms.asks_tax_id
    invoice = {**on, "invoice_data": {"metadata": dict(metadata)}}
    return given(
        discounts=discounts,
        allow_promotion_codes=True if terms.allows_codes and not discounts else None,
        automatic_tax=on if terms.tax_behavior else None,
        tax_id_collection=on if terms.asks_tax_id else None,
        # Of a customer that is known Stripe keeps what is collected, if it may.
        customer_update={"address": "auto", "name": "auto"} if customer_id and collects else None,
        invoice_creation=invoice if terms.wants_invoice else None,
    )


def line_items(
    items: Sequence[PaymentItem],
    recurring_interval: str | None = None,
    tax_behavior: str | None = None,
) -> list[dict[str, Any]]:
    """Write items as the ``line_items`` of a Checkout Session, priced on the spot.

    With ``recurring_interval`` they are paid again every day, week, month or year;
    ``tax_behavior`` says whether tax is added to the prices or contained in them.

    Raises:
        InvalidRequest: none, mixed currencies, a quantity below 1.
        InvalidAmount: a price that is not exactly a sum of its currency.
    """
    if not items:
        raise InvalidRequest("items must hold at least one line item", field="items")
    if len({item.currency for item in items}) > 1:
        raise InvalidRequest("items must all have one currency", field="items")
    return [_line_item(item, recurring_interval, tax_behavior) for item in items]


def _line_item(
    item: PaymentItem, recurring_interval: str | None, tax_behavior: str | None
) -> dict[str, Any]:
    if isinstance(item.quantity, bool) or not isinstance(item.quantity, int) or item.quantity < 1:
        raise InvalidRequest("quantity must be a whole number above zero", field="quantity")
    product = {"name": item.name}
    if item.description:
        product["description"] = item.description
    return {
        "quantity": item.quantity,
        "price_data": {
            "currency": item.currency,
            "unit_amount": item.unit_amount,
            "product_data": product,
            **({"recurring": {"interval": recurring_interval}} if recurring_interval else {}),
            **({"tax_behavior": tax_behavior} if tax_behavior else {}),
        },
    }
