"""The PaymentIntent object: creation and cancellation."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import params as metadata
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Work, new_id

# What a request may say of a PaymentIntent and finds again in it.
COPIED = (
    "customer", "description", "metadata", "receipt_email", "setup_future_usage", "shipping",
    "statement_descriptor", "statement_descriptor_suffix",
)  # fmt: skip


# What a new PaymentIntent does not have yet, or never has at the stand-in.
_NULL_AT_FIRST = (
    "application", "application_fee_amount", "canceled_at", "cancellation_reason",
    "last_payment_error", "latest_charge", "next_action", "on_behalf_of", "payment_method",
    "processing", "review", "transfer_data", "transfer_group",
)  # fmt: skip


def add(work: Work, *, amount: int, currency: str, **given: Any) -> Json:
    """Stores a new PaymentIntent and emits payment_intent.created."""
    intent_id = new_id("pi")
    automatic = given.get("automatic_payment_methods") or {"enabled": True}
    intent: Json = {
        "id": intent_id,
        "object": "payment_intent",
        **dict.fromkeys(_NULL_AT_FIRST),
        "amount": amount,
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "automatic_payment_methods": {"allow_redirects": "always", **automatic},
        "capture_method": given.get("capture_method") or "automatic_async",
        "client_secret": new_id(f"{intent_id}_secret", 25),
        "confirmation_method": "automatic",
        "created": work.now,
        "currency": currency,
        "livemode": False,
        "payment_method_options": {
            "card": {"installments": None, "network": None, "request_three_d_secure": "automatic"}
        },
        "payment_method_types": given.get("payment_method_types") or ["card"],
        "status": "requires_payment_method",
        **{name: given.get(name) for name in COPIED},
        "metadata": metadata.merged({}, given.get("metadata") or {}),
    }
    work.store.insert(intent)
    work.emit("payment_intent.created", intent)
    return intent


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
