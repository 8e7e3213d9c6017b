"""Stripe's events: webhooks, failed events, reconciliation."""
