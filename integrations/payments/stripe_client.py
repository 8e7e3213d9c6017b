"""Stripe's manager under the guide's import path."""

from ticket_clerk.stripe_client import PaymentItem, StripePaymentManager

__all__ = ["PaymentItem", "StripePaymentManager"]
