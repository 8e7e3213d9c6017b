"""Season tickets as Stripe subscriptions."""
