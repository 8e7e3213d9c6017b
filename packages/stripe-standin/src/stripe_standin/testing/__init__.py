"""Test support: Stripe's own client in front of a stand-in in the same process.

Needs the extra `stripe-standin[testing]`. Every exchange is checked against Stripe's OpenAPI
document.
"""

from stripe_standin.testing.in_process import Exchange, InProcessClient, make_standin

__all__ = ["Exchange", "InProcessClient", "make_standin"]
