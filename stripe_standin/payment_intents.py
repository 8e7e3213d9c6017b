"""PaymentIntents (https://docs.stripe.com/api/payment_intents)."""

from __future__ import annotations

from typing import Any

from stripe_standin import (
    charges,
    currencies,
    customers,
    lists,
    metadata,
    payment_methods,
    payments,
)
from stripe_standin.errors import ApiError, invalid_parameter
from stripe_standin.ids import new_id
from stripe_standin.params import (
    ANYTHING,
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    integer,
    listing,
    mapping,
    needed,
    text,
)
from stripe_standin.wire import Json
from stripe_standin.work import Call, Work

_COMMON = {
    "customer": text(),
    "description": text(max_length=1000),
    "metadata": METADATA,
    "payment_method": text(),
    "payment_method_types": listing(text("card")),
    "receipt_email": text(),
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
    "amount": needed(integer()),
    "currency": needed(text()),
    "automatic_payment_methods": _AUTOMATIC,
    "capture_method": text("automatic", "automatic_async"),
    "confirm": BOOLEAN,
    "confirmation_method": text("automatic", "manual"),
    "off_session": BOOLEAN,
    "return_url": text(),
}
UPDATE = {**_COMMON, "amount": integer(), "currency": text()}
CONFIRM = {
    "payment_method": text(),
    "receipt_email": text(),
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
LIST = {**PAGING, "customer": text()}

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
_COPIED = (
    "customer", "description", "metadata", "receipt_email", "setup_future_usage", "shipping",
    "statement_descriptor", "statement_descriptor_suffix",
)  # fmt: skip


def create(call: Call) -> Json:
    """Makes a PaymentIntent; `confirm=true` tries the payment at once."""
    params = dict(call.params)
    params["currency"] = currencies.checked(params["currency"], "currency")
    currencies.check_amount(params["amount"], params["currency"], "amount")
    if params.get("customer"):
        customers.living(call.work, params["customer"], "customer", 400)
    intent = add(call.work, **{name: params[name] for name in params if name in _ACCEPTED})
    if params.get("payment_method"):
        method, _ = payment_methods.of_reference(call.work, params["payment_method"])
        intent = {**intent, "payment_method": method["id"], "status": "requires_confirmation"}
        call.work.store.update(intent)
    if params.get("confirm"):
        return _confirm(call.work, intent, params)
    return intent


_ACCEPTED = (*_COPIED, "amount", "currency", "automatic_payment_methods", "capture_method")


def add(work: Work, *, amount: int, currency: str, **given: Any) -> Json:
    """Stores a new PaymentIntent and says so with payment_intent.created."""
    intent_id = new_id("pi")
    automatic = given.get("automatic_payment_methods") or {"enabled": True}
    intent: Json = {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "application": None,
        "application_fee_amount": None,
        "automatic_payment_methods": {"allow_redirects": "always", **automatic},
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": given.get("capture_method") or "automatic_async",
        "client_secret": new_id(f"{intent_id}_secret", 25),
        "confirmation_method": "automatic",
        "created": work.now,
        "currency": currency,
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "next_action": None,
        "on_behalf_of": None,
        "payment_method": None,
        "payment_method_options": {
            "card": {"installments": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": ["card"],
        "processing": None,
        "review": None,
        "status": "requires_payment_method",
        "transfer_data": None,
        "transfer_group": None,
        **{name: given.get(name) for name in _COPIED},
        "metadata": metadata.merged({}, given.get("metadata") or {}),
    }
    work.store.insert(intent)
    work.emit("payment_intent.created", intent)
    return intent


def retrieve(call: Call) -> Json:
    """The PaymentIntent."""
    return call.work.load("payment_intent", call.ids["id"])


def list_all(call: Call) -> Json:
    """PaymentIntents, newest first."""
    return lists.page(call, "payment_intent", "/v1/payment_intents", lists.equals(call, "customer"))


def update(call: Call) -> Json:
    """Changes what was sent; amount, currency and method only until it is paid or canceled."""
    intent = call.work.load("payment_intent", call.ids["id"])
    if any(name in call.params for name in ("amount", "currency", "payment_method")):
        intent = _open(call, "update")
    after = {**intent, **{name: call.params[name] for name in _COPIED if name in call.params}}
    if "metadata" in call.params:
        after["metadata"] = metadata.merged(intent["metadata"], call.params["metadata"])
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
    return end(call.work, intent, call.params.get("cancellation_reason"))


def end(work: Work, intent: Json, reason: str | None) -> Json:
    """Cancels an unfinished PaymentIntent, with its event."""
    after = {
        **intent,
        "canceled_at": work.now,
        "cancellation_reason": reason,
        "next_action": None,
        "status": "canceled",
    }
    work.store.update(after)
    work.emit("payment_intent.canceled", after)
    return after


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
    method, card = payment_methods.of_reference(work, reference)
    after = payments.attempt(work, intent, method, params.get("return_url"))
    if after["status"] == "succeeded":
        charges.settle(work, after["latest_charge"])
    if after["status"] == "requires_payment_method":
        error = after["last_payment_error"]
        extra = {name: error[name] for name in ("charge", "decline_code", "payment_method")}
        raise ApiError(
            402,
            card.message,
            type="card_error",
            code=error["code"],
            param=error.get("param"),
            keeps_work=True,
            payment_intent=after,
            **extra,
        )
    return after
