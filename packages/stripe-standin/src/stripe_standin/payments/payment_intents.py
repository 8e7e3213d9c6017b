"""PaymentIntents (https://docs.stripe.com/api/payment_intents)."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError, invalid_parameter
from stripe_standin.api.params import (
    ANYTHING,
    BOOLEAN,
    EXPAND,
    METADATA,
    UNSUPPORTED,
    email,
    integer,
    listing,
    mapping,
    needed,
    text,
)
from stripe_standin.billing import collection
from stripe_standin.http.messages import Json
from stripe_standin.payments import (
    currencies,
    customers,
    intents,
    payment_attempts,
    payment_methods,
)
from stripe_standin.payments.intents import COPIED
from stripe_standin.storage.unit_of_work import Call, Work

_COMMON = {
    "customer": text(),
    "description": text(max_length=1000),
    "metadata": METADATA,
    "payment_method": text(),
    "payment_method_types": listing(text("card")),
    "receipt_email": email(800),
    "setup_future_usage": text("off_session", "on_session"),
    "shipping": ANYTHING,
    "statement_descriptor": text(max_length=22),
    "statement_descriptor_suffix": text(max_length=22),
    "payment_method_data": UNSUPPORTED,
    "payment_method_options": UNSUPPORTED,
    "transfer_data": UNSUPPORTED,
    **EXPAND,
}
_AUTOMATIC = mapping(enabled=needed(BOOLEAN), allow_redirects=text("always", "never"))
CREATE = {
    **_COMMON,
    "amount": needed(integer(1)),
    "currency": needed(text()),
    "automatic_payment_methods": _AUTOMATIC,
    "capture_method": text("automatic", "automatic_async"),
    "confirm": BOOLEAN,
    "confirmation_method": text("automatic", "manual"),
    "off_session": BOOLEAN,
    "return_url": text(),
}
UPDATE = {**_COMMON, "amount": integer(1), "currency": text()}
CONFIRM = {
    "payment_method": text(),
    "receipt_email": email(800),
    "return_url": text(),
    "off_session": BOOLEAN,
    "payment_method_data": UNSUPPORTED,
    **EXPAND,
}
CANCEL = {
    "cancellation_reason": text("abandoned", "duplicate", "fraudulent", "requested_by_customer"),
    **EXPAND,
}
RETRIEVE = {"client_secret": text(), **EXPAND}

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def create(call: Call) -> Json:
    """Makes a PaymentIntent; `confirm=true` tries the payment at once."""
    params = dict(call.params)
    params["currency"] = currencies.checked(params["currency"], "currency")
    currencies.check_amount(params["amount"], params["currency"], "amount")
    if params.get("customer"):
        customers.active(call.work, params["customer"], "customer", 400)
    intent = intents.add(call.work, **{name: params[name] for name in params if name in _ACCEPTED})
    if params.get("payment_method"):
        method, _ = payment_methods.of_reference(call.work, params["payment_method"])
        intent = {**intent, "payment_method": method["id"], "status": "requires_confirmation"}
        call.work.store.update(intent)
    if params.get("confirm"):
        return _confirm(call.work, intent, params)
    return intent


_ACCEPTED = (*COPIED, "amount", "currency", "automatic_payment_methods", "capture_method")


def update(call: Call) -> Json:
    """Changes what was sent; amount, currency and method only until it is paid or canceled."""
    intent = call.work.load("payment_intent", call.ids["id"])
    if any(name in call.params for name in ("amount", "currency", "payment_method")):
        intent = _open(call, "update")
    after = metadata.overlaid(intent, call.params, *COPIED)
    if call.params.get("currency"):
        after["currency"] = currencies.checked(call.params["currency"], "currency")
    if "amount" in call.params:
        currencies.check_amount(call.params["amount"], after["currency"], "amount")
        after["amount"] = call.params["amount"]
    if call.params.get("payment_method"):
        method, _ = payment_methods.of_reference(call.work, call.params["payment_method"])
        after.update(payment_method=method["id"], status="requires_confirmation")
    call.work.store.update(after)
    return after


def confirm(call: Call) -> Json:
    """Tries to pay; raises the card error when the bank declines."""
    intent = _open(call, "confirm")
    _refuse_checkouts(call.work, intent, "confirm")
    return _confirm(call.work, intent, call.params)


def cancel(call: Call) -> Json:
    """Ends a PaymentIntent for good; not one that belongs to a Checkout Session."""
    intent = _open(call, "cancel")
    _refuse_checkouts(call.work, intent, "cancel")
    return intents.end(call.work, intent, call.params.get("cancellation_reason"))


def _refuse_checkouts(work: Work, intent: Json, verb: str) -> None:
    """A PaymentIntent of a Checkout Session is paid on its page and ends with the session."""
    if work.store.private(intent["id"]).get("checkout_session"):
        raise ApiError(
            400,
            f"You cannot {verb} this PaymentIntent because it was created by a Checkout Session. "
            "Expire the Checkout Session instead.",
            code="payment_intent_unexpected_state",
        )


def _open(call: Call, verb: str) -> Json:
    intent = call.work.load("payment_intent", call.ids["id"])
    if intent["status"] not in _OPEN:
        raise ApiError(
            400,
            f"You cannot {verb} this PaymentIntent because it has a status of "
            f"{intent['status']}. Only a PaymentIntent with one of the following statuses may be "
            f"used: {', '.join(_OPEN)}.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    return intent


def _confirm(work: Work, intent: Json, params: dict[str, Any]) -> Json:
    reference = params.get("payment_method") or intent["payment_method"]
    if not reference:
        raise invalid_parameter(
            "payment_method",
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            "payment_intent_unexpected_state",
        )
    method, _ = payment_methods.of_reference(work, reference)
    alone = params.get("off_session") or False
    after = payment_attempts.attempt(
        work, intent, method, params.get("return_url"), off_session=alone
    )
    collection.follow(work, after)
    if after["status"] == "requires_payment_method":
        raise payment_attempts.declined(after)
    return after
