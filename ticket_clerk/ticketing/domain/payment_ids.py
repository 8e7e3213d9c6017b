"""Which payment is meant: Stripe's PaymentIntent, or the charge of a messenger's provider.

With Stripe as the provider that charge is one of the merchant's own account and Stripe gives it
back like any other; of another provider's charge Stripe knows nothing.
"""

from __future__ import annotations

# A card's charge, and one of a bank account.
_CHARGES = ("ch_", "py_")
_INTENT = "pi_"


def is_at_stripe(payment_id: str | None) -> bool:
    """Whether Stripe can be asked to give this payment back."""
    return (payment_id or "").startswith((_INTENT, *_CHARGES))


def is_charge(payment_id: str) -> bool:
    """Whether Stripe knows it as a charge and not as a PaymentIntent."""
    return payment_id.startswith(_CHARGES)


def as_parameter(payment_id: str) -> dict[str, str]:
    """Name the payment as Stripe's calls about refunds want it named."""
    return {"charge" if is_charge(payment_id) else "payment_intent": payment_id}


class OfPayment:
    """Something that became of a payment: a refund, a dispute."""

    payment_intent_id: str | None
    charge_id: str | None

    @property
    def payment_ids(self) -> tuple[str, ...]:
        """The ids under which the payment may be in the books, the likelier first."""
        return tuple(one for one in (self.payment_intent_id, self.charge_id) if one)
