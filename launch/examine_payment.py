"""The doctor's trial of money: a dollar paid with a test card and given back, if the key may.

It carries a name of its own at Stripe, so neither orders nor figures know of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from integrations.payments.errors import PaymentError, StripeError
from integrations.payments.shop import Shop

from .findings import Finding, broken, note, ok

SERVICE = "ticket-clerk-doctor"
# https://docs.stripe.com/testing: a card that pays, as Stripe names it for programs.
TEST_CARD = "pm_card_visa"


def payment_findings(shop: Shop) -> Iterator[Finding]:
    """Pay and refund in test mode; in live mode money is not played with."""
    if shop.settings.livemode:
        yield note("test payment", "not tried: the key is a live one, and real money would move")
        return
    try:
        intent = shop.stripe.create_payment_intent(1, "usd", "make doctor", {"service": SERVICE})
        paid = shop.stripe.confirm_payment_intent(
            intent.id, TEST_CARD, return_url=f"{shop.settings.public_url}/payments/success"
        )
    except PaymentError as error:
        yield broken("test payment", _advice(error, "PaymentIntents"))
        return
    if paid.status != "succeeded":
        yield broken("test payment", f"is {paid.status} and not succeeded: look at it in Stripe")
        return
    yield ok("test payment", "a dollar was paid with a test card")
    yield _refund(shop, paid.id)


def _refund(shop: Shop, payment_intent_id: str) -> Finding:
    try:
        refund = shop.stripe.refund(payment_intent_id)
    except PaymentError as error:
        return broken("test refund", _advice(error, "Refunds"))
    if refund.status == "succeeded":
        return ok("test refund", "and given back")
    return note("test refund", f"is {refund.status}: look at it in Stripe's dashboard")


def _advice(error: PaymentError, permission: str) -> str:
    request = (
        f" ({error.request_id})" if isinstance(error, StripeError) and error.request_id else ""
    )
    sentence = str(error).rstrip(".")
    return f"{sentence}{request}: the key needs to write {permission}, see docs/operations.md"
