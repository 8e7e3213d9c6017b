"""Customers (https://docs.stripe.com/api/customers)."""

from __future__ import annotations

import re

from stripe_standin.api import lists
from stripe_standin.api import params as metadata
from stripe_standin.api.errors import invalid_parameter, no_such
from stripe_standin.api.params import (
    ANYTHING,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    email,
    mapping,
    text,
)
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Call, Work, new_id

_FIELDS = {
    "address": ANYTHING,
    "balance": UNSUPPORTED,
    "description": text(),
    "email": email(),
    "invoice_settings": mapping(
        custom_fields=UNSUPPORTED,
        default_payment_method=text(),
        footer=UNSUPPORTED,
        rendering_options=UNSUPPORTED,
    ),
    "metadata": METADATA,
    "name": text(max_length=256),
    "phone": text(max_length=20),
    "preferred_locales": ANYTHING,
    "shipping": ANYTHING,
    **EXPAND,
}
CREATE = {**_FIELDS, "payment_method": text()}
UPDATE = _FIELDS
LIST = {**PAGING, "email": text(max_length=512)}
SEARCH = {"query": text(max_length=512), "limit": PAGING["limit"], "page": UNSUPPORTED, **EXPAND}

# One clause of Stripe's query language: a field with exactly a text, or with it somewhere.
_CLAUSE = re.compile(r'(email|name)(:|~)"((?:[^"\\]|\\.)*)"')

_PLAIN = ("address", "description", "email", "name", "phone", "shipping")


def create(call: Call) -> Json:
    """Makes a customer."""
    params = call.params
    customer: Json = {
        "id": new_id("cus", 14),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": call.work.now,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": None,
        "invoice_prefix": new_id("x", 8)[2:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "name": None,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    customer.update({name: params[name] for name in _PLAIN if name in params})
    call.work.store.insert(customer)
    call.work.emit("customer.created", customer)
    return customer


def _invoice_settings(call: Call, customer: Json) -> Json:
    """The default PaymentMethod must be one of the customer's own."""
    sent = call.params["invoice_settings"]
    reference = sent.get("default_payment_method")
    method = call.work.store.find("payment_method", reference) if reference else None
    if reference and (method is None or method["customer"] != customer["id"]):
        raise no_such("PaymentMethod", reference, "invoice_settings[default_payment_method]", 400)
    return {**customer["invoice_settings"], **sent}


def update(call: Call) -> Json:
    """Changes what was sent and leaves the rest."""
    before = active(call.work, call.ids["id"])
    after = metadata.overlaid(before, call.params, *_PLAIN)
    if "invoice_settings" in call.params:
        after["invoice_settings"] = _invoice_settings(call, before)
    changed = metadata.previous(before, after)
    if changed:
        call.work.store.update(after)
        call.work.emit("customer.updated", after, changed)
    return after


def delete(call: Call) -> Json:
    """Deletes for good; charges and sessions stay."""
    customer = active(call.work, call.ids["id"])
    gone: Json = {"id": customer["id"], "object": "customer", "deleted": True}
    call.work.store.update(gone)
    call.work.emit("customer.deleted", customer)
    return gone


def list_all(call: Call) -> Json:
    """Customers, newest first; deleted ones are not among them."""
    wanted = [*lists.equals(call, "email"), ("json_extract(body, '$.deleted') IS NULL", [])]
    return lists.page(call, "customer", "/v1/customers", wanted)


def search(call: Call) -> Json:
    """Customers that a query of one clause finds, on one page, whatever the case of letters.

    https://docs.stripe.com/search. Stripe finds what is new within a minute; here it is at once.
    """
    clause = _CLAUSE.fullmatch(str(call.params.get("query", "")))
    if clause is None:
        raise invalid_parameter("query", "We were unable to parse your search query.")
    field, operator, wanted = clause.groups()
    wanted = re.sub(r"\\(.)", r"\1", wanted)
    if operator == "~":
        meets = f"instr(lower(json_extract(body, '$.{field}')), lower(?))"
    else:
        meets = f"lower(json_extract(body, '$.{field}')) = lower(?)"
    found = lists.page(call, "customer", "/v1/customers/search", [(meets, [wanted])])
    return {**found, "object": "search_result", "next_page": None}


def active(work: Work, customer_id: str, param: str = "id", status: int = 404) -> Json:
    """The customer if it exists and is not deleted; raises resource_missing otherwise."""
    customer = work.load("customer", customer_id, param, status)
    if customer.get("deleted"):
        raise no_such("customer", customer_id, param, status)
    return customer
