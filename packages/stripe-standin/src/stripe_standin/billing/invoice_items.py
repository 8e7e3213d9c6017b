"""Invoice items: pending charges of a customer, for the next invoice.

Source: https://docs.stripe.com/api/invoiceitems.
"""

from __future__ import annotations

from typing import Any

from stripe_standin.api import lists
from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError, missing_parameter
from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    integer,
    needed,
    text,
)
from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies, customers
from stripe_standin.products import prices
from stripe_standin.storage.unit_of_work import Call, Work, new_id

KIND = "invoiceitem"
_REFUSED = (
    "customer_account", "discounts", "invoice", "period", "price_data", "pricing", "quantity",
    "quantity_decimal", "subscription", "tax_behavior", "tax_code", "tax_rates",
    "unit_amount_decimal",
)  # fmt: skip
CREATE = {
    **dict.fromkeys(_REFUSED, UNSUPPORTED),
    "amount": integer(1),
    "currency": text(),
    "customer": needed(text()),
    "description": text(max_length=5000),
    "discountable": BOOLEAN,
    "metadata": METADATA,
    **EXPAND,
}
LIST = {**PAGING, "created": UNSUPPORTED, "customer": text(), "invoice": text(), "pending": BOOLEAN}


def create(call: Call) -> Json:
    """Creates a pending item with a fixed amount."""
    work, params = call.work, call.params
    customer = customers.active(work, params["customer"], "customer", 400)
    if "amount" not in params:
        raise missing_parameter("amount")
    currency = currencies.checked(params.get("currency") or "usd", "currency")
    item = _blank(work, customer["id"], currency, params)
    work.store.insert(item)
    work.emit("invoiceitem.created", item)
    return item


def list_all(call: Call) -> Json:
    """Items, newest first; `pending` are those on no invoice."""
    wanted = [*lists.equals(call, "customer", "invoice"), _KEPT]
    if "pending" in call.params:
        negation = "" if call.params["pending"] else "NOT "
        wanted.append((f"json_extract(body, '$.invoice') IS {negation}NULL", []))
    return lists.page(call, KIND, "/v1/invoiceitems", wanted)


def delete(call: Call) -> Json:
    """Deletes an item that is on no finalized invoice."""
    item = call.work.load(KIND, call.ids["id"])
    if item.get("invoice"):
        raise ApiError(400, "You cannot delete an invoice item that is on an invoice.")
    gone: Json = {"id": item["id"], "object": KIND, "deleted": True}
    call.work.store.update(gone)
    call.work.emit("invoiceitem.deleted", item)
    return gone


def pending(work: Work, customer: str) -> list[Json]:
    """The pending items of a customer, oldest first."""
    wanted = [
        ("json_extract(body, '$.customer') = ?", [customer]),
        ("json_extract(body, '$.invoice') IS NULL", []),
        _KEPT,
    ]
    return work.store.select(KIND, wanted, "ORDER BY seq")


_KEPT: lists.Condition = ("json_extract(body, '$.deleted') IS NULL", [])


def _blank(work: Work, customer: str, currency: str, params: dict[str, Any]) -> Json:
    name = params.get("description") or "Invoice item"
    product = prices.add_product(work, {"name": name}, active=False)
    price = prices.add_price(work, product["id"], currency, params["amount"], active=False)
    return {
        "id": new_id("ii"),
        "object": KIND,
        "amount": params["amount"],
        "currency": currency,
        "customer": customer,
        "date": work.now,
        "description": params.get("description"),
        "discountable": params.get("discountable", True),
        "discounts": [],
        "invoice": None,
        "livemode": False,
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "net_amount": params["amount"],
        "parent": None,
        "period": {"end": work.now, "start": work.now},
        "pricing": {
            "price_details": {"price": price["id"], "product": product["id"]},
            "type": "price_details",
            "unit_amount_decimal": str(params["amount"]),
        },
        "proration": False,
        "quantity": 1,
        "quantity_decimal": "1",
        "tax_rates": [],
        "test_clock": None,
    }
