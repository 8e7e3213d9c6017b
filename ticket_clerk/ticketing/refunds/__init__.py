"""Refunds: quote, request, submission to Stripe, settlement."""

from . import refund_settlement, submission

__all__ = ["refund_settlement", "submission"]
