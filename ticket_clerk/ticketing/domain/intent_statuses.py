"""The statuses of a PaymentIntent and what each means to the buyer.

https://docs.stripe.com/payments/paymentintents/lifecycle
"""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, str] = {
    "requires_payment_method": "Nothing was paid yet, or the card was declined: enter a card.",
    "requires_confirmation": "A card was entered; the payment has to be confirmed.",
    "requires_action": "The bank wants to know that it is you: authenticate on its page.",
    "processing": "The bank is working on it; some payments take days.",
    "requires_capture": "The money is set aside and will be taken later.",
    "succeeded": "Paid.",
    "canceled": "The payment was given up; nothing will be taken.",
}
