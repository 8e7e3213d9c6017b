"""Stripe's HTTP API: requests, parameters, errors, lists and idempotency."""
