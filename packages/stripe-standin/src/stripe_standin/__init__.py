"""A stateful stand-in of Stripe for tests and for trying things out without an account.

It is a program of its own (`python -m stripe_standin`): it knows Stripe's published interface and
nothing of who calls it. `StandIn` is the whole of it without a server, for use in process.
"""

from stripe_standin.standin import StandIn

__all__ = ["StandIn"]
