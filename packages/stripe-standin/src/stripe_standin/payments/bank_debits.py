"""Delayed payments: bank debits are processing first, and succeed or fail later.

Source: https://docs.stripe.com/payments/checkout/fulfill-orders#delayed-notification. Stripe's test
accounts take a moment or days; here the test account says how long, by the stand-in's clock.
"""

from __future__ import annotations

from stripe_standin.api.errors import doc_url
from stripe_standin.billing import collection, invoice_states
from stripe_standin.http.messages import Json
from stripe_standin.payments import charges, payment_attempts, payment_methods
from stripe_standin.storage.unit_of_work import Work

_CODE = "insufficient_funds"
_MESSAGE = "The customer's account has insufficient funds to cover this payment."


def settle(work: Work, intent: Json) -> None:
    """Settles a processing PaymentIntent, with its charge and Checkout Session."""
    if intent["status"] != "processing":
        return
    method = work.load("payment_method", intent["payment_method"])
    succeeds = payment_methods.card_of(work, method["id"]).delayed == "succeeds"
    charge = work.load("charge", intent["latest_charge"])
    if succeeds:
        charge = charges.conclude(work, charge)
        after = payment_attempts.succeed(work, intent, method, charge)
    else:
        charge = charges.conclude(work, charge, _CODE, _MESSAGE)
        after = payment_attempts.fail(work, intent, _error(charge, method), charge["id"])
    _update_session(work, intent, succeeds=succeeds)
    collection.follow(work, after)


def _update_session(work: Work, intent: Json, *, succeeds: bool) -> None:
    session_id = work.store.private(intent["id"]).get("checkout_session")
    if not session_id:
        return
    session = work.load("checkout.session", session_id)
    after = {**session, "payment_status": "paid" if succeeds else "unpaid"}
    if invoice_states.is_session_due(work, after):
        after = invoice_states.make_for_session(
            work, after, work.load("payment_intent", intent["id"])
        )
    work.store.update(after)
    outcome = "succeeded" if succeeds else "failed"
    work.emit(f"checkout.session.async_payment_{outcome}", after)


def _error(charge: Json, method: Json) -> Json:
    return {
        "charge": charge["id"],
        "code": _CODE,
        "doc_url": doc_url(_CODE),
        "message": _MESSAGE,
        "payment_method": method,
        "type": "card_error",
    }
