"""Payments: intents, charges, refunds, disputes, customers and their payment methods."""
