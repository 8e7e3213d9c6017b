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


def _draft(work: Work, invoice_id: str, customer: Json, currency: str, lines: list[Json]) -> Json:
    total = sum(line["amount"] for line in lines)
    return {
        "id": invoice_id,
        "object": "invoice",
        "account_country": "US",
        "account_name": MERCHANT,
        "account_tax_ids": None,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": None,
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": work.now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer["id"],
        "customer_address": None,
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": None,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": listing(lines, f"/v1/invoices/{invoice_id}/lines"),
        "livemode": False,
        "metadata": {},
        "next_payment_attempt": None,
        "number": None,
        "on_behalf_of": None,
        "parent": None,
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": work.now,
        "period_start": work.now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": dict.fromkeys(
            ("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")
        ),
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": None,
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
