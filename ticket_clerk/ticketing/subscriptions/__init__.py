"""Season tickets as Stripe subscriptions."""

from . import sync

__all__ = ["sync"]
