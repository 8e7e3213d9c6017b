"""Parameters of the subscription endpoints."""

from __future__ import annotations

from stripe_standin.api.params import (
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    integer,
    listing,
    mapping,
    needed,
    text,
)
from stripe_standin.products.prices import PRICE_DATA

_REFUSED = (
    "add_invoice_items", "application_fee_percent", "automatic_tax", "billing_cycle_anchor",
    "billing_schedules", "billing_thresholds", "cancel_at", "customer_account", "days_until_due",
    "default_source", "default_tax_rates", "discounts", "invoice_settings", "on_behalf_of",
    "pending_invoice_item_interval", "transfer_data", "trial_end", "trial_from_plan",
    "trial_settings",
)  # fmt: skip
_DETAILS = mapping(
    comment=text(),
    feedback=text(
        "customer_service", "low_quality", "missing_features", "other", "switched_service",
        "too_complex", "too_expensive", "unused",
    ),
)  # fmt: skip
_COMMON = {
    **dict.fromkeys(_REFUSED, UNSUPPORTED),
    "cancel_at_period_end": BOOLEAN,
    "collection_method": text("charge_automatically"),
    "default_payment_method": text(),
    "description": text(max_length=500),
    "metadata": METADATA,
    "off_session": BOOLEAN,
    "proration_behavior": text("always_invoice", "create_prorations", "none"),
    **EXPAND,
}
_ITEM = mapping(
    billing_thresholds=UNSUPPORTED,
    discounts=UNSUPPORTED,
    metadata=METADATA,
    price=text(),
    price_data=PRICE_DATA,
    quantity=integer(1),
    tax_rates=UNSUPPORTED,
)

CREATE = {
    **_COMMON,
    "backdate_start_date": UNSUPPORTED,
    "billing_cycle_anchor_config": UNSUPPORTED,
    "billing_mode": mapping(type=needed(text("classic", "flexible")), flexible=UNSUPPORTED),
    "currency": text(),
    "customer": needed(text()),
    "items": needed(listing(_ITEM)),
    "payment_behavior": text("allow_incomplete", "default_incomplete", "error_if_incomplete"),
    "payment_settings": mapping(
        payment_method_options=UNSUPPORTED,
        payment_method_types=UNSUPPORTED,
        save_default_payment_method=text("off", "on_subscription"),
    ),
    "trial_period_days": UNSUPPORTED,
}
UPDATE = {
    **_COMMON,
    "cancellation_details": _DETAILS,
    "items": UNSUPPORTED,
    "pause_collection": UNSUPPORTED,
    "payment_behavior": text("allow_incomplete", "default_incomplete", "error_if_incomplete"),
    "payment_settings": UNSUPPORTED,
    "proration_date": UNSUPPORTED,
}
CANCEL = {
    "cancellation_details": _DETAILS,
    "invoice_now": UNSUPPORTED,
    "prorate": UNSUPPORTED,
    **EXPAND,
}
RETRIEVE = EXPAND
LIST = {
    **PAGING,
    "collection_method": text("charge_automatically", "send_invoice"),
    "customer": text(),
    "price": text(),
    "status": text(
        "active", "all", "canceled", "ended", "incomplete", "incomplete_expired", "past_due",
        "paused", "trialing", "unpaid",
    ),
}  # fmt: skip
