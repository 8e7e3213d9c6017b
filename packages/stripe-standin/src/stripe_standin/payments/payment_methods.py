"""PaymentMethods: the card of one attempt, with brand, last four digits and expiry.

The card's behaviour is remembered privately beside it, so that a 3-D Secure step can go on later.
"""

from __future__ import annotations

from stripe_standin.api.errors import no_such
from stripe_standin.api.params import EXPAND
from stripe_standin.http.messages import Json
from stripe_standin.payments import cards
from stripe_standin.payments.cards import Card
from stripe_standin.storage.ids import new_id
from stripe_standin.storage.unit_of_work import Call, Work

RETRIEVE = EXPAND


def retrieve(call: Call) -> Json:
    """The PaymentMethod."""
    return call.work.load("payment_method", call.ids["id"])


def add(work: Work, card: Card, customer: str | None, email: str | None, name: str | None) -> Json:
    """Stores the PaymentMethod of a card."""
    method: Json = {
        "id": new_id("pm"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": billing_details(email, name),
        "created": work.now,
        "customer": customer,
        "livemode": False,
        "metadata": {},
        **_kind(card),
    }
    work.store.insert(method, {"card": card.remembered()})
    return method


def attach(work: Work, method: Json, customer: str) -> Json:
    """Ties a PaymentMethod to a customer, who can be charged with it later."""
    after = {**method, "customer": customer}
    work.store.update(after)
    work.emit("payment_method.attached", after)
    return after


def of_reference(work: Work, reference: str, param: str = "payment_method") -> tuple[Json, Card]:
    """What a request named: one of Stripe's test tokens, or a PaymentMethod made before."""
    card = cards.by_token(reference)
    if card is not None:
        return add(work, card, None, None, None), card
    method = work.store.find("payment_method", reference)
    if method is None:
        raise no_such("PaymentMethod", reference, param, 400)
    return method, card_of(work, reference)


def card_of(work: Work, method_id: str) -> Card:
    """The behaviour of a stored PaymentMethod's card."""
    return cards.of_memory(work.store.private(method_id)["card"])


def billing_details(email: str | None, name: str | None) -> Json:
    """What the buyer said of himself."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": email, "name": name, "phone": None, "tax_id": None}


def account(card: Card) -> Json:
    """The bank account that a delayed payment is debited to."""
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": card.fingerprint,
        "last4": card.last4,
        "routing_number": "110000000",
    }


def _kind(card: Card) -> Json:
    if card.delayed:
        return {"type": "us_bank_account", "us_bank_account": account(card)}
    return {"type": "card", "card": _shown(card)}


def _shown(card: Card) -> Json:
    return {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "fail" if card.decline_code == "incorrect_cvc" else "pass",
        },
        "country": "US",
        "display_brand": card.brand,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "fingerprint": card.fingerprint,
        "funding": card.funding,
        "generated_from": None,
        "last4": card.last4,
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
