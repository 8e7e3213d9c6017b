"""Stripe, and the only package that imports its library.

What comes out are our own frozen dataclasses and errors: a StripeObject is no dict since version
15, and its exceptions can carry request bodies. One client per process; calls block, so ``async``
code makes them in a thread. https://docs.stripe.com/api
"""

from ticket_clerk.ticketing.domain.models import PaymentItem

from .manager import StripePaymentManager

__all__ = ["PaymentItem", "StripePaymentManager"]
