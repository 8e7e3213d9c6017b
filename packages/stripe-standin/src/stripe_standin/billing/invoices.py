"""Invoices over the API (https://docs.stripe.com/api/invoices), and what paid them."""

from __future__ import annotations

from functools import partial
from typing import Any

from stripe_standin.api import lists
from stripe_standin.api.errors import ApiError
from stripe_standin.api.params import BOOLEAN, EXPAND, PAGING, UNSUPPORTED, mapping, needed, text
from stripe_standin.billing import collection, invoice_states
from stripe_standin.http.messages import Json
from stripe_standin.payments import payment_methods
from stripe_standin.storage.unit_of_work import Call, Work

RETRIEVE = EXPAND
LIST = {
    **PAGING,
    "collection_method": text("charge_automatically", "send_invoice"),
    "customer": text(),
    "status": text("draft", "open", "paid", "uncollectible", "void"),
    "subscription": text(),
}
PAY = {
    "forgive": UNSUPPORTED,
    "mandate": UNSUPPORTED,
    "off_session": BOOLEAN,
    "paid_out_of_band": UNSUPPORTED,
    "payment_method": text(),
    "source": UNSUPPORTED,
    **EXPAND,
}
LIST_PAYMENTS = {
    **PAGING,
    "invoice": text(),
    "payment": mapping(
        payment_intent=text(),
        payment_record=UNSUPPORTED,
        type=needed(text("charge", "payment_intent", "payment_record")),
    ),
    "status": text("canceled", "open", "paid"),
}


def retrieve(call: Call) -> Json:
    """The invoice."""
    return _shown(call.work, call.work.load("invoice", call.ids["id"]))


def list_all(call: Call) -> Json:
    """Invoices, newest first."""
    wanted = lists.equals(call, "collection_method", "customer", "status")
    subscription = call.params.get("subscription")
    if subscription:
        path = "$.parent.subscription_details.subscription"
        wanted.append((f"json_extract(body, '{path}') = ?", [subscription]))
    show = partial(_shown, call.work)
    return lists.page(call, "invoice", "/v1/invoices", wanted, show)


def list_lines(call: Call) -> Json:
    """What an invoice is for; an invoice of the stand-in has no more lines than fit one page."""
    lines: Json = call.work.load("invoice", call.ids["id"])["lines"]
    return lines


def pay(call: Call) -> Json:
    """Collects an open invoice now; raises the card error when the bank declines."""
    work = call.work
    invoice = work.load("invoice", call.ids["id"])
    if invoice["status"] == "paid":
        raise ApiError(400, "Invoice is already paid")
    if invoice["status"] != "open":
        raise ApiError(
            400,
            f"This invoice is {invoice['status']} and cannot be paid.",
            code="invoice_not_editable",
        )
    after = collection.collect(work, invoice, _method(work, call.params, invoice), automatic=False)
    if after["status"] != "paid":
        raise _declined(work, after)
    return _shown(work, after)


def retrieve_payment(call: Call) -> Json:
    """What ties an invoice to its PaymentIntent."""
    return call.work.load("invoice_payment", call.ids["id"])


def list_payments(call: Call) -> Json:
    """By invoice, or by PaymentIntent: the way from a payment to what it was for."""
    wanted = lists.equals(call, "invoice", "status")
    intent = call.params.get("payment", {}).get("payment_intent")
    if intent:
        wanted.append(("json_extract(body, '$.payment.payment_intent') = ?", [intent]))
    return lists.page(call, "invoice_payment", "/v1/invoice_payments", wanted)


def _shown(work: Work, invoice: Json) -> Json:
    return invoice_states.shown(work, invoice)


def _method(work: Work, params: dict[str, Any], invoice: Json) -> Json:
    if params.get("payment_method"):
        return payment_methods.of_reference(work, params["payment_method"])[0]
    details = invoice["parent"]["subscription_details"]
    method = collection.method_of(work, work.load("subscription", details["subscription"]))
    if method is None:
        raise ApiError(
            400,
            "There is no default_payment_method set on this Customer or Invoice. Please provide "
            "a payment_method.",
            code="invoice_payment_intent_requires_action",
        )
    return method


def _declined(work: Work, invoice: Json) -> ApiError:
    intent = invoice_states.intent_of(work, invoice)
    error = intent["last_payment_error"] or {
        "code": "invoice_payment_intent_requires_action",
        "message": "This payment requires additional user action before it can be completed.",
    }
    known = {name: error[name] for name in ("charge", "decline_code") if name in error}
    return ApiError(
        402,
        error["message"],
        type="card_error",
        code=error["code"],
        keeps_work=True,
        payment_intent=intent,
        **known,
    )
