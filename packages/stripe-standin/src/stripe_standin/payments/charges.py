"""Charges (https://docs.stripe.com/api/charges): one for each payment attempt."""

from __future__ import annotations

from stripe_standin.http.messages import Json
from stripe_standin.payments import balance_transactions, disputes, payment_methods
from stripe_standin.payments.cards import Card
from stripe_standin.storage.unit_of_work import Work, new_id

# What a new charge does not have yet, or never has at the stand-in.
_NULL_AT_FIRST = (
    "application", "application_fee", "application_fee_amount", "balance_transaction",
    "failure_balance_transaction", "on_behalf_of", "receipt_number", "review", "source_transfer",
    "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
)  # fmt: skip


def add(work: Work, intent: Json, method: Json, card: Card, *, authenticated: bool) -> Json:
    """Charges the card for the whole amount of the PaymentIntent, or fails to."""
    charge_id = new_id("ch")
    charge: Json = {
        "id": charge_id,
        "object": "charge",
        **dict.fromkeys(_NULL_AT_FIRST),
        "amount": intent["amount"],
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "STRIPE STAND-IN",
        "created": work.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent["metadata"],
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": _details(card, authenticated),
        "receipt_email": intent["receipt_email"],
        "receipt_url": None if card.decline_code else f"{work.base_url}/receipts/{charge_id}",
        "refunded": False,
        "shipping": intent["shipping"],
        **_result(intent["amount"], card),
    }
    work.store.insert(charge)
    work.emit(f"charge.{charge['status']}", charge)
    return charge


def _result(amount: int, card: Card) -> Json:
    """What the card's bank made of the attempt: paid, pending or declined."""
    failed = bool(card.decline_code)
    status = "failed" if failed else "pending" if card.delayed else "succeeded"
    return {
        "amount_captured": 0 if failed else amount,
        "captured": not failed,
        "failure_code": card.error_code if failed else None,
        "failure_message": card.message if failed else None,
        "outcome": _declined(card) if failed else _APPROVED,
        "paid": status == "succeeded",
        "status": status,
    }


def conclude(work: Work, charge: Json, code: str = "", message: str = "") -> Json:
    """Ends a pending charge: paid, or failed with a code and a sentence."""
    after = {
        **charge,
        "captured": not code,
        "amount_captured": 0 if code else charge["amount"],
        "failure_code": code or None,
        "failure_message": message or None,
        "paid": not code,
        "status": "failed" if code else "succeeded",
    }
    work.store.update(after)
    work.emit(f"charge.{after['status']}", after)
    return after


def settle(work: Work, charge_id: str) -> None:
    """Books a charge in the balance; Stripe does so a moment after the payment, with an event."""
    charge = work.load("charge", charge_id)
    booked = balance_transactions.of_charge(work, charge)
    after = {**charge, "balance_transaction": booked["id"]}
    work.store.update(after)
    work.emit("charge.updated", after, {"balance_transaction": None})
    card = payment_methods.card_of(work, charge["payment_method"])
    if card.dispute:
        disputes.open_for(work, after, card)


_APPROVED: Json = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 12,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def _declined(card: Card) -> Json:
    return {
        **_APPROVED,
        "advice_code": "try_again_later",
        "network_status": "declined_by_network",
        "reason": card.decline_code,
        "seller_message": "The bank returned the decline code "
        f"`{card.decline_code}` for this payment.",
        "type": "issuer_declined",
    }


_SECURED: Json = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "result": "authenticated",
    "result_reason": None,
    "transaction_id": None,
    "version": "2.2.0",
}


def _details(card: Card, authenticated: bool) -> Json:
    if card.type != "card":
        more = {"mandate": None} if card.type == "sepa_debit" else {}
        return {"type": card.type, card.type: {**payment_methods.account(card), **more}}
    return {
        "card": {
            "amount_authorized": None,
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "fail" if card.decline_code == "incorrect_cvc" else "pass",
            },
            "country": "US",
            "exp_month": card.exp_month,
            "exp_year": card.exp_year,
            "fingerprint": card.fingerprint,
            "funding": card.funding,
            "installments": None,
            "last4": card.last4,
            "mandate": None,
            "network": card.brand,
            "network_token": {"used": False},
            "three_d_secure": dict(_SECURED) if authenticated else None,
            "wallet": None,
        },
        "type": "card",
    }
