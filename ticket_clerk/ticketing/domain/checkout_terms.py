"""What a payment page may add to the price of an order, and take off it."""

from __future__ import annotations

from dataclasses import dataclass

EXCLUSIVE = "exclusive"
INCLUSIVE = "inclusive"


@dataclass(frozen=True)
class CheckoutTerms:
    """The terms that an order's Checkout Session is made with; fixed when the order is made.

    ``promotion_code_id`` is the code that the order was made with; ``allows_codes`` lets the buyer
    type one on the page instead. ``tax_behavior`` is ``exclusive`` where tax is added to the price,
    ``inclusive`` where it is contained, None where Stripe reckons none.
    """

    allows_codes: bool = False
    promotion_code_id: str | None = None
    tax_behavior: str | None = None
    asks_tax_id: bool = False
    wants_invoice: bool = False


@dataclass(frozen=True)
class Charged:
    """What Stripe charged for an order, in minor units: ``total`` is what was paid."""

    total: int
    discount: int = 0
    tax: int = 0
