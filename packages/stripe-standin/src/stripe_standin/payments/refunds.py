"""Refunds (https://docs.stripe.com/api/refunds)."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors
from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError
from stripe_standin.api.params import EXPAND, METADATA, UNSUPPORTED, integer, text
from stripe_standin.http.messages import Json
from stripe_standin.payments import balance_transactions, currencies, disputes, payment_methods
from stripe_standin.storage import schedule
from stripe_standin.storage.unit_of_work import Call, Work, new_id

CREATE = {
    "amount": integer(1),
    "charge": text(),
    "currency": text(),
    "customer": UNSUPPORTED,
    "instructions_email": text(),
    "metadata": METADATA,
    "origin": UNSUPPORTED,
    "payment_intent": text(),
    "reason": text("duplicate", "fraudulent", "requested_by_customer"),
    "refund_application_fee": UNSUPPORTED,
    "reverse_transfer": UNSUPPORTED,
    **EXPAND,
}
UPDATE = {"metadata": METADATA, **EXPAND}
CANCEL = EXPAND

# How long a refund takes that does not come at once.
LATE_S = 60
_LATE = ("requires_action", "slow", "slow_failed")
_FIRST_STATUS = {
    "pending": "pending",
    "requires_action": "requires_action",
    "slow": "pending",
    "slow_failed": "pending",
}


def create(call: Call) -> Json:
    """Refunds the rest of a charge, or a part of it."""
    work, params = call.work, call.params
    charge = _charge(work, params)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if disputes.forbids_refund(work, charge):
        raise ApiError(
            400,
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    _check(charge, params.get("amount"), left)
    amount = params.get("amount", left)
    refund = _add(work, charge, amount, params)
    after = {
        **charge,
        "amount_refunded": charge["amount_refunded"] + amount,
        "refunded": amount == left,
    }
    work.store.update(after)
    previous = {name: charge[name] for name in ("amount_refunded", "refunded")}
    changed = {name: value for name, value in previous.items() if after[name] != value}
    work.emit("charge.refunded", after, changed)
    work.emit("refund.created", refund)
    return _settle(work, refund, after)


def update(call: Call) -> Json:
    """Changes the metadata."""
    before = call.work.load("refund", call.ids["id"])
    refund = metadata.overlaid(before, call.params)
    if "metadata" in call.params:
        changed = metadata.changed(before["metadata"], refund["metadata"])
        call.work.store.update(refund)
        call.work.emit("refund.updated", refund, {"metadata": changed})
    return refund


def _charge(work: Work, params: dict[str, Any]) -> Json:
    if params.get("charge"):
        return work.load("charge", params["charge"], "charge", 404)
    if not params.get("payment_intent"):
        raise ApiError(
            400,
            "One of the following params should be provided for this request: payment_intent or "
            "charge.",
            before_work=True,
        )
    intent = work.load("payment_intent", params["payment_intent"], "payment_intent", 404)
    if intent["status"] != "succeeded":
        raise ApiError(
            400,
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return work.load("charge", intent["latest_charge"])


def _check(charge: Json, amount: int | None, left: int) -> None:
    if charge["status"] != "succeeded":
        raise ApiError(400, f"Charge {charge['id']} was not successful and cannot be refunded.")
    if left == 0:
        raise ApiError(
            400,
            f"Charge {charge['id']} has already been refunded.",
            code="charge_already_refunded",
        )
    if amount is not None and amount > left:
        asked, rest = (currencies.write(one, charge["currency"]) for one in (amount, left))
        raise errors.invalid_parameter(
            "amount",
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})",
        )


def _add(work: Work, charge: Json, amount: int, params: dict[str, Any]) -> Json:
    card = payment_methods.card_of(work, charge["payment_method"])
    refund: Json = {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": work.now,
        "currency": charge["currency"],
        "destination_details": {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        },
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": _FIRST_STATUS.get(card.refund, "succeeded"),
        "transfer_reversal": None,
    }
    if refund["status"] == "pending":
        refund["pending_reason"] = "processing"
    if refund["status"] == "requires_action":
        refund["next_action"] = _wait_for_buyer(work, charge)
    work.store.insert(refund)
    booked = balance_transactions.of_refund(work, refund)
    refund["balance_transaction"] = booked["id"]
    work.store.update(refund)
    return refund


def _settle(work: Work, refund: Json, charge: Json) -> Json:
    """What becomes of the refund a moment later. Two of the test cards make it fail, or succeed
    only then; the answer to the request shows it as it was before.
    """
    card = payment_methods.card_of(work, charge["payment_method"])
    if card.refund in _LATE:
        schedule.put(work.store, refund["id"], "arrive", work.now + LATE_S)
    elif card.refund == "failed":
        _fail(work, refund, charge)
    else:
        _succeed(work, refund)
    return refund


def settle(work: Work, refund: Json) -> None:
    """Settles a delayed refund."""
    if refund["status"] not in ("pending", "requires_action"):
        return
    charge = work.load("charge", refund["charge"])
    card = payment_methods.card_of(work, charge["payment_method"])
    if card.refund == "slow_failed":
        _fail(work, refund, charge)
    else:
        _succeed(work, refund)


def cancel(call: Call) -> Json:
    """Cancels a refund that still requires action."""
    work = call.work
    refund = work.load("refund", call.ids["id"])
    if refund["status"] != "requires_action":
        raise ApiError(
            400,
            f"Refund {refund['id']} has a status of {refund['status']}; only a refund that "
            "requires_action can be canceled.",
        )
    return _give_back(work, refund, work.load("charge", refund["charge"]), "canceled")


def _succeed(work: Work, refund: Json) -> None:
    after = {**refund, "status": "succeeded"}
    after.pop("pending_reason", None)
    after.pop("next_action", None)
    details = {**refund["destination_details"]["card"], "reference_status": "available"}
    details["reference"] = "7" + new_id("x", 22)[2:].upper()
    after["destination_details"] = {"card": details, "type": "card"}
    work.store.update(after)
    previous = {
        name: refund[name]
        for name in ("destination_details", "status")
        if after[name] != refund[name]
    }
    work.emit("refund.updated", after, previous)
    work.emit("charge.refund.updated", after, previous)


def _fail(work: Work, refund: Json, charge: Json) -> None:
    """Marks the refund failed: the bank returned the money."""
    after = _give_back(work, {**refund, "failure_reason": "unknown"}, charge, "failed")
    work.emit("refund.failed", after, {"status": refund["status"]})


def _give_back(work: Work, refund: Json, charge: Json, status: str) -> Json:
    """The money is the merchant's again and the charge says so."""
    booked = balance_transactions.of_refund(work, refund, failed=True)
    after = {**refund, "failure_balance_transaction": booked["id"], "status": status}
    after.pop("pending_reason", None)
    after.pop("next_action", None)
    work.store.update(after)
    restored = {
        **charge,
        "amount_refunded": charge["amount_refunded"] - refund["amount"],
        "refunded": False,
    }
    work.store.update(restored)
    work.emit("charge.refund.updated", after, {"status": refund["status"]})
    if status == "canceled":
        work.emit("refund.updated", after, {"status": refund["status"]})
    return after


def _wait_for_buyer(work: Work, charge: Json) -> Json:
    """Stripe asks the buyer by e-mail where the money is to go."""
    sent = {"email_sent_at": work.now, "email_sent_to": charge["billing_details"]["email"] or ""}
    details = {"email_sent": sent, "expires_at": work.now + LATE_S}
    return {"display_details": details, "type": "display_details"}
