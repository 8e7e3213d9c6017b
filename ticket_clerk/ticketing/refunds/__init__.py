"""Refunds: quote, request, submission to Stripe, settlement."""
