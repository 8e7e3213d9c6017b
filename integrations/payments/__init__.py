"""The payments API under the guide's import path.

``from integrations.payments.stripe_client import StripePaymentManager`` and
``python -m integrations.payments`` are public names; the code is in the package ``ticket_clerk``.
"""
