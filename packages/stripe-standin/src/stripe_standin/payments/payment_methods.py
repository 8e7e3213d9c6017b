"""PaymentMethods (https://docs.stripe.com/api/payment_methods): a card or a bank account.

What the API may show is the object: brand, last four digits, expiry. The test card's behavior is
kept privately beside it, so that a 3-D Secure step can go on later.
"""

from __future__ import annotations

from stripe_standin.api import lists
from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError, invalid_parameter, missing_parameter, no_such
from stripe_standin.api.params import (
    ANYTHING,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    email,
    mapping,
    needed,
    text,
)
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Call, Work, new_id

from . import cards, customers
from .cards import Card

CREATE = {
    "allow_redisplay": text("always", "limited", "unspecified"),
    "billing_details": mapping(
        address=ANYTHING,
        email=email(),
        name=text(),
        phone=text(),
        tax_id=text(),
    ),
    # As at Stripe, a number is for its own pages only; a token stands for it here.
    "card": mapping(
        token=needed(text()),
        number=UNSUPPORTED,
        exp_month=UNSUPPORTED,
        exp_year=UNSUPPORTED,
        cvc=UNSUPPORTED,
    ),
    "metadata": METADATA,
    "sepa_debit": mapping(iban=needed(text())),
    "type": needed(text("card", "sepa_debit")),
    **EXPAND,
}


def create(call: Call) -> Json:
    """Makes a PaymentMethod out of a test token of a card or a test IBAN."""
    params = call.params
    given = params.get("billing_details", {})
    method = add(call.work, _described(params), None, given.get("email"), given.get("name"))
    known = method["billing_details"]
    address = {**known["address"], **given.get("address", {})}
    after = {
        **method,
        "allow_redisplay": params.get("allow_redisplay", "unspecified"),
        "billing_details": {**known, **given, "address": address},
        "metadata": metadata.merged({}, params.get("metadata", {})),
    }
    call.work.store.update(after)
    return after


def _described(params: Json) -> Card:
    kind = params["type"]
    if kind not in params:
        raise missing_parameter(kind)
    if kind == "card":
        token = params["card"]["token"]
        found = cards.by_card_token(token)
        if found is None:
            raise no_such("token", token, "card[token]", 400)
        return found
    account = cards.by_iban(params["sepa_debit"]["iban"])
    if account is None:
        raise invalid_parameter(
            "sepa_debit[iban]",
            "The IBAN you provided is no test IBAN.",
            "invalid_bank_account_iban",
        )
    return account


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
    """The behavior of a stored PaymentMethod's card."""
    return cards.of_memory(work.store.private(method_id)["card"])


def billing_details(email: str | None, name: str | None) -> Json:
    """Who pays, as the buyer gave it."""
    address = dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"))
    return {"address": address, "email": email, "name": name, "phone": None, "tax_id": None}


def account(card: Card) -> Json:
    """The bank account that a delayed payment is taken from."""
    if card.sepa_country:
        return {
            "bank_code": None,
            "branch_code": None,
            "country": card.sepa_country,
            "fingerprint": card.fingerprint,
            "last4": card.last4,
        }
    return {
        "account_holder_type": "individual",
        "account_type": "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": card.fingerprint,
        "last4": card.last4,
        "routing_number": "110000000",
    }


def _kind(card: Card) -> Json:
    if card.type == "card":
        return {"type": "card", "card": _shown(card)}
    more = {"generated_from": None} if card.type == "sepa_debit" else {}
    return {"type": card.type, card.type: {**account(card), **more}}


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


ATTACH = {"customer": needed(text()), **EXPAND}
DETACH = EXPAND
LIST = {**PAGING, "customer": text(), "type": text()}


def create_customer(call: Call) -> Json:
    """Creates a customer; `payment_method` is attached, and may be the default one too."""
    work, params = call.work, call.params
    reference = params.get("payment_method")
    default = params.get("invoice_settings", {}).get("default_payment_method")
    customer = customers.create(call)
    if not reference:
        return customer
    attached = attach_to(Call(work, {"customer": customer["id"]}, {"id": reference}))
    if default == reference:
        settings = {**customer["invoice_settings"], "default_payment_method": attached["id"]}
        customer = {**customer, "invoice_settings": settings}
        work.store.update(customer)
    return customer


def attach_to(call: Call) -> Json:
    """Attaches a PaymentMethod, or one of Stripe's test tokens, to a customer."""
    work, customer = call.work, call.params["customer"]
    customers.active(work, customer, "customer", 400)
    method, card = of_reference(work, call.ids["id"], "payment_method")
    if method["customer"] not in (None, customer):
        raise ApiError(
            400,
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    if card.decline_code:
        raise ApiError(
            402,
            card.message,
            type="card_error",
            code=card.error_code,
            decline_code=card.decline_code,
        )
    return attach(work, method, customer)


def detach(call: Call) -> Json:
    """Detaches it from its customer."""
    method = call.work.load("payment_method", call.ids["id"])
    if not method["customer"]:
        raise ApiError(
            400, "The payment method you provided is not attached to a customer so detachment "
            "is impossible.",
        )  # fmt: skip
    after = {**method, "customer": None}
    call.work.store.update(after)
    call.work.emit("payment_method.detached", after, {"customer": method["customer"]})
    return after


def list_all(call: Call) -> Json:
    """A customer's PaymentMethods, newest first."""
    wanted = lists.equals(call, "customer", "type")
    if not call.params.get("customer"):
        wanted.append(("json_extract(body, '$.customer') IS NOT NULL", []))
    return lists.page(call, "payment_method", "/v1/payment_methods", wanted)


def list_of_customer(call: Call) -> Json:
    """The same, for the customer in the address."""
    customer = customers.active(call.work, call.ids["id"])["id"]
    wanted = [*lists.equals(call, "type"), ("json_extract(body, '$.customer') = ?", [customer])]
    url = f"/v1/customers/{customer}/payment_methods"
    return lists.page(call, "payment_method", url, wanted)
