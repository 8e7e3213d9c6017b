"""Invoice endpoints (https://docs.stripe.com/api/invoices) and invoice payments."""

from __future__ import annotations

from functools import partial
from typing import Any

from stripe_standin.api import errors, lists
from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError
from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    mapping,
    needed,
    text,
)
from stripe_standin.billing import collection, invoice_items, invoice_object, invoice_states
from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies, customers, payment_methods
from stripe_standin.storage.unit_of_work import Call, Work

LIST = {
    **PAGING,
    "collection_method": text("charge_automatically", "send_invoice"),
    "customer": text(),
    "status": text("draft", "open", "paid", "uncollectible", "void"),
    "subscription": text(),
}
_REFUSED = (
    "account_tax_ids", "application_fee_amount", "automatic_tax", "automatically_finalizes_at",
    "custom_fields", "customer_account", "days_until_due", "default_source", "default_tax_rates",
    "discounts", "due_date", "effective_at", "footer", "from_invoice", "issuer", "number",
    "on_behalf_of", "payment_settings", "rendering", "shipping_cost", "shipping_details",
    "statement_descriptor", "subscription", "transfer_data",
)  # fmt: skip
_OF_CREATE_ONLY = {"customer_account", "from_invoice", "subscription"}
UPDATE = {
    **dict.fromkeys(set(_REFUSED) - _OF_CREATE_ONLY, UNSUPPORTED),
    "default_payment_method": text(),
    "description": text(max_length=1500),
    "metadata": METADATA,
    **EXPAND,
}
CREATE = {
    **dict.fromkeys(_REFUSED, UNSUPPORTED),
    **UPDATE,
    "auto_advance": UNSUPPORTED,
    "collection_method": text("charge_automatically"),
    "currency": text(),
    "customer": needed(text()),
    "pending_invoice_items_behavior": text("exclude", "include"),
}
FINALIZE = {"auto_advance": UNSUPPORTED, **EXPAND}
VOID = EXPAND
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


def create(call: Call) -> Json:
    """Makes a draft, of the customer's pending items where the request says so."""
    work, params = call.work, call.params
    customer = customers.active(work, params["customer"], "customer", 400)
    includes = params.get("pending_invoice_items_behavior") == "include"
    items = invoice_items.pending(work, customer["id"]) if includes else []
    if len({item["currency"] for item in items}) > 1:
        raise errors.unsupported("invoices of items in several currencies")
    currency = items[0]["currency"] if items else params.get("currency") or "usd"
    draft = invoice_object.of_items(work, customer, currencies.checked(currency, "currency"), items)
    draft = {**draft, **_changes(work, draft, params)}
    for item in items:
        work.store.update({**item, "invoice": draft["id"]})
    return invoice_states.insert(work, draft)


def update(call: Call) -> Json:
    """Changes what was sent: description, metadata, the card to charge."""
    work = call.work
    invoice = _load(call)
    fields = _changes(work, invoice, call.params)
    previous = {name: invoice[name] for name in fields if fields[name] != invoice[name]}
    if previous:
        work.store.update({**invoice, **fields})
        work.emit("invoice.updated", _shown(work, {**invoice, **fields}), previous)
    return _shown(work, {**invoice, **fields})


def delete(call: Call) -> Json:
    """Deletes a draft for good, with its items."""
    work = call.work
    draft = _in_state(call, "draft", "You can only delete draft invoices.")
    for item in work.store.select(invoice_items.KIND, [_on(draft)]):
        work.store.update({"id": item["id"], "object": invoice_items.KIND, "deleted": True})
    gone: Json = {"id": draft["id"], "object": "invoice", "deleted": True}
    work.store.update(gone)
    work.emit("invoice.deleted", draft)
    return gone


def finalize(call: Call) -> Json:
    """Opens a draft for payment."""
    draft = _in_state(call, "draft", "This invoice is already finalized.")
    return _shown(call.work, _opened(call.work, draft))


def void(call: Call) -> Json:
    """Voids an open invoice."""
    invoice = _in_state(call, "open", "You can only void an open invoice.")
    return _shown(call.work, collection.void(call.work, invoice))


def retrieve(call: Call) -> Json:
    """The invoice."""
    return _shown(call.work, _load(call))


def list_all(call: Call) -> Json:
    """Invoices, newest first."""
    wanted = lists.equals(call, "collection_method", "customer", "status")
    wanted.append(("json_extract(body, '$.deleted') IS NULL", []))
    subscription = call.params.get("subscription")
    if subscription:
        path = "$.parent.subscription_details.subscription"
        wanted.append((f"json_extract(body, '{path}') = ?", [subscription]))
    show = partial(_shown, call.work)
    return lists.page(call, "invoice", "/v1/invoices", wanted, show)


def list_lines(call: Call) -> Json:
    """All lines of an invoice, on one page."""
    lines: Json = call.work.load("invoice", call.ids["id"])["lines"]
    return lines


def pay(call: Call) -> Json:
    """Collects an invoice now, a draft too; raises the card error when the bank declines."""
    work = call.work
    invoice = _load(call)
    if invoice["status"] == "paid":
        raise ApiError(400, "Invoice is already paid")
    if invoice["status"] == "draft":
        invoice = _opened(work, invoice)
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


def list_payments(call: Call) -> Json:
    """Invoice payments, by invoice or by PaymentIntent."""
    wanted = lists.equals(call, "invoice", "status")
    intent = call.params.get("payment", {}).get("payment_intent")
    if intent:
        wanted.append(("json_extract(body, '$.payment.payment_intent') = ?", [intent]))
    return lists.page(call, "invoice_payment", "/v1/invoice_payments", wanted)


def _shown(work: Work, invoice: Json) -> Json:
    return invoice_states.shown(work, invoice)


def _load(call: Call) -> Json:
    invoice = call.work.load("invoice", call.ids["id"])
    if invoice.get("deleted"):
        raise errors.no_such("invoice", invoice["id"])
    return invoice


def _in_state(call: Call, status: str, refusal: str) -> Json:
    invoice = _load(call)
    if invoice["status"] != status:
        raise ApiError(400, refusal, code="invoice_not_editable")
    return invoice


def _opened(work: Work, draft: Json) -> Json:
    if not draft["amount_due"]:
        raise errors.unsupported("finalizing an invoice of nothing")
    return collection.open_single(work, draft)


def _changes(work: Work, invoice: Json, params: dict[str, Any]) -> Json:
    fields = {name: params[name] for name in ("description",) if name in params}
    if "metadata" in params:
        fields["metadata"] = metadata.merged(invoice["metadata"], params["metadata"])
    if params.get("default_payment_method"):
        method, _ = payment_methods.of_reference(
            work, params["default_payment_method"], "default_payment_method"
        )
        fields["default_payment_method"] = method["id"]
    return fields


def _on(invoice: Json) -> lists.Condition:
    return "json_extract(body, '$.invoice') = ?", [invoice["id"]]


def _method(work: Work, params: dict[str, Any], invoice: Json) -> Json:
    if params.get("payment_method"):
        return payment_methods.of_reference(work, params["payment_method"])[0]
    method = collection.method_for(work, invoice)
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
