"""The invoice object and its lines, with all fields of Stripe's API."""

from __future__ import annotations

from stripe_standin.api.lists import listing
from stripe_standin.http.messages import Json
from stripe_standin.payments.currencies import write
from stripe_standin.products import prices
from stripe_standin.storage.unit_of_work import MERCHANT, Work, new_id


def page_of(work: Work, invoice_id: str) -> str:
    """Where a buyer sees an invoice and pays it."""
    return f"{work.base_url}/i/{invoice_id}"


def of_subscription(
    work: Work, subscription: Json, customer: Json, reason: str, before: tuple[int, int]
) -> Json:
    """A draft for the subscription's running period."""
    invoice_id = subscription["latest_invoice"]
    lines = [_line(work, subscription, item, invoice_id) for item in subscription["items"]["data"]]
    parent = {
        "quote_details": None,
        "subscription_details": {
            "metadata": subscription["metadata"],
            "subscription": subscription["id"],
        },
        "type": "subscription_details",
    }
    return {
        **_draft(work, invoice_id, customer, subscription["currency"], lines),
        "auto_advance": True,
        "billing_reason": reason,
        "parent": parent,
        "period_end": before[1],
        "period_start": before[0],
    }


def of_items(work: Work, customer: Json, currency: str, items: list[Json]) -> Json:
    """A draft for pending invoice items; the API made it, so nothing advances it by itself."""
    invoice_id = new_id("in")
    lines = [_line_of_item(item, invoice_id) for item in items]
    return _draft(work, invoice_id, customer, currency, lines)


def of_session(work: Work, session: Json, customer: Json, items: list[Json]) -> Json:
    """A draft for what was just paid on a Checkout Session."""
    invoice_id = new_id("in")
    settings = session["invoice_creation"]["invoice_data"]
    lines = [_line_of_session(work, item, invoice_id) for item in items]
    draft = _draft(work, invoice_id, customer, session["currency"], lines)
    discount, total = session["total_details"]["amount_discount"], session["amount_total"]
    tax = session["total_details"]["amount_tax"]
    return {
        **draft,
        "amount_due": total,
        "amount_remaining": total,
        "customer_tax_ids": (session["customer_details"] or {}).get("tax_ids") or [],
        **{name: settings[name] for name in ("description", "footer", "metadata")},
        "subtotal": session["amount_subtotal"],
        "total": total,
        "total_discount_amounts": [{"amount": discount, "discount": new_id("di")}]
        if discount
        else [],
        "total_excluding_tax": total - tax,
        "total_taxes": _taxes(items),
    }


def _taxes(items: list[Json]) -> list[Json]:
    if not any(item["amount_tax"] for item in items):
        return []
    exclusive = _is_exclusive(items)
    return [
        {
            "amount": sum(item["amount_tax"] for item in items),
            "tax_behavior": "exclusive" if exclusive else "inclusive",
            "tax_rate_details": None,
            "taxability_reason": "standard_rated",
            "taxable_amount": sum(item["amount_total"] - item["amount_tax"] for item in items),
            "type": "tax_rate_details",
        }
    ]


def _is_exclusive(items: list[Json]) -> bool:
    return any(
        item["amount_total"] > item["amount_subtotal"] - item["amount_discount"] for item in items
    )


# What a draft does not have yet, or never has at the stand-in.
_NULL_AT_FIRST = (
    "account_tax_ids", "application", "automatically_finalizes_at", "custom_fields",
    "customer_address", "customer_shipping", "default_payment_method", "default_source",
    "description", "due_date", "effective_at", "ending_balance", "footer", "from_invoice",
    "hosted_invoice_url", "invoice_pdf", "last_finalization_error", "latest_revision",
    "next_payment_attempt", "number", "on_behalf_of", "parent", "receipt_number", "rendering",
    "shipping_cost", "shipping_details", "statement_descriptor", "test_clock",
    "webhooks_delivered_at",
)  # fmt: skip
_NO_TAX = ("disabled_reason", "liability", "provider", "status")
_PAYMENT_SETTINGS = ("default_mandate", "payment_method_options", "payment_method_types")
_TRANSITIONS = ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")


def _draft(work: Work, invoice_id: str, customer: Json, currency: str, lines: list[Json]) -> Json:
    return {
        "id": invoice_id,
        "object": "invoice",
        **dict.fromkeys(_NULL_AT_FIRST),
        "account_country": "US",
        "account_name": MERCHANT,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {**dict.fromkeys(_NO_TAX), "enabled": False},
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": work.now,
        "currency": currency,
        "default_tax_rates": [],
        "discounts": [],
        "issuer": {"type": "self"},
        "lines": listing(lines, f"/v1/invoices/{invoice_id}/lines"),
        "livemode": False,
        "metadata": {},
        "payment_settings": dict.fromkeys(_PAYMENT_SETTINGS),
        "period_end": work.now,
        "period_start": work.now,
        "status": "draft",
        "status_transitions": dict.fromkeys(_TRANSITIONS),
        **_sums(sum(line["amount"] for line in lines)),
        **_customer_of(customer),
    }


def _sums(total: int) -> Json:
    """Everything of an invoice that is an amount, before discounts, taxes and payments."""
    return {
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "starting_balance": 0,
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def _customer_of(customer: Json) -> Json:
    return {
        "customer": customer["id"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
    }


def _line(work: Work, subscription: Json, item: Json, invoice_id: str) -> Json:
    price, quantity = item["price"], item["quantity"]
    product = work.load("product", price["product"])
    each = f"{write(price['unit_amount'], price['currency'])} {prices.every(price)}"
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    return {
        **_blank_line(invoice_id, price["unit_amount"] * quantity, price["currency"]),
        "description": f"{quantity} × {product['name']} (at {each})",
        "metadata": subscription["metadata"],
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": details,
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": quantity,
    }


def _line_of_session(work: Work, item: Json, invoice_id: str) -> Json:
    price = item["price"]
    return {
        **_blank_line(invoice_id, item["amount_subtotal"], price["currency"]),
        "description": item["description"],
        "metadata": item["metadata"],
        "parent": None,
        "period": {"end": work.now, "start": work.now},
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
    }


def _line_of_item(item: Json, invoice_id: str) -> Json:
    details = {
        "invoice_item": item["id"],
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": None,
    }
    return {
        **_blank_line(invoice_id, item["amount"], item["currency"]),
        **{name: item[name] for name in ("description", "discountable", "metadata")},
        **{name: item[name] for name in ("period", "pricing", "quantity")},
        "parent": {
            "invoice_item_details": details,
            "subscription_item_details": None,
            "type": "invoice_item_details",
        },
    }


def _blank_line(invoice_id: str, amount: int, currency: str) -> Json:
    return {
        "id": new_id("il"),
        "object": "line_item",
        "amount": amount,
        "currency": currency,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "pretax_credit_amounts": [],
        "subtotal": amount,
        "taxes": [],
    }
