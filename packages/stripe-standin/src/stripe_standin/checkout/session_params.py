"""Parameters of the Checkout Session endpoints, and what each mode allows of them."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors
from stripe_standin.api.params import (
    ANYTHING,
    BOOLEAN,
    EXPAND,
    METADATA,
    PAGING,
    UNSUPPORTED,
    email,
    integer,
    listing,
    mapping,
    needed,
    text,
)
from stripe_standin.checkout.line_items import ITEM
from stripe_standin.http.messages import Json

_REFUSED = (
    "adaptive_pricing", "after_expiration",
    "consent_collection", "custom_fields", "custom_text", "customer_account",
    "excluded_payment_method_types", "managed_payments",
    "optional_items", "payment_method_configuration", "payment_method_data",
    "payment_method_options", "permissions", "phone_number_collection", "redirect_on_completion",
    "return_url", "saved_payment_method_options", "setup_intent_data",
    "shipping_address_collection", "shipping_options", "wallet_options",
    "name_collection",
)  # fmt: skip

# https://docs.stripe.com/js/appendix/supported_locales
_LOCALES = (
    "auto", "bg", "cs", "da", "de", "el", "en", "en-GB", "es", "es-419", "et", "fi", "fil", "fr",
    "fr-CA", "hr", "hu", "id", "it", "ja", "ko", "lt", "lv", "ms", "mt", "nb", "nl", "pl", "pt",
    "pt-BR", "ro", "ru", "sk", "sl", "sv", "th", "tr", "vi", "zh", "zh-HK", "zh-TW",
)  # fmt: skip

_INTENT_DATA = mapping(
    description=text(max_length=1000),
    metadata=METADATA,
    receipt_email=email(800),
    setup_future_usage=text("off_session", "on_session"),
    shipping=ANYTHING,
    statement_descriptor=text(max_length=22),
    statement_descriptor_suffix=text(max_length=22),
    application_fee_amount=UNSUPPORTED,
    capture_method=text("automatic", "automatic_async"),
    on_behalf_of=UNSUPPORTED,
    transfer_data=UNSUPPORTED,
    transfer_group=UNSUPPORTED,
)

_SUBSCRIPTION_DATA = mapping(
    application_fee_percent=UNSUPPORTED,
    billing_cycle_anchor=UNSUPPORTED,
    billing_mode=mapping(type=needed(text("classic", "flexible")), flexible=UNSUPPORTED),
    default_tax_rates=UNSUPPORTED,
    description=text(max_length=500),
    invoice_settings=UNSUPPORTED,
    metadata=METADATA,
    on_behalf_of=UNSUPPORTED,
    pending_invoice_item_interval=UNSUPPORTED,
    proration_behavior=text("create_prorations", "none"),
    transfer_data=UNSUPPORTED,
    trial_end=UNSUPPORTED,
    trial_period_days=UNSUPPORTED,
    trial_settings=UNSUPPORTED,
)

_INVOICE_CREATION = mapping(
    enabled=needed(BOOLEAN),
    invoice_data=mapping(
        account_tax_ids=UNSUPPORTED,
        custom_fields=UNSUPPORTED,
        description=text(max_length=1500),
        footer=text(),
        issuer=UNSUPPORTED,
        metadata=METADATA,
        rendering_options=UNSUPPORTED,
    ),
)

CREATE = {
    **dict.fromkeys(_REFUSED, UNSUPPORTED),
    "allow_promotion_codes": BOOLEAN,
    "automatic_tax": mapping(enabled=needed(BOOLEAN), liability=UNSUPPORTED),
    "billing_address_collection": text("auto", "required"),
    "branding_settings": mapping(
        background_color=text(),
        border_style=text("pill", "rectangular", "rounded"),
        button_color=text(),
        display_name=text(),
        font_family=text(),
        icon=UNSUPPORTED,
        logo=UNSUPPORTED,
    ),
    "cancel_url": text(),
    "client_reference_id": text(max_length=200),
    "currency": text(),
    "customer": text(),
    "customer_creation": text("always", "if_required"),
    "customer_email": email(800),
    "customer_update": mapping(
        address=text("auto", "never"), name=text("auto", "never"), shipping=UNSUPPORTED
    ),
    "discounts": listing(mapping(coupon=text(), promotion_code=text())),
    "expires_at": integer(),
    "integration_identifier": text(),
    "invoice_creation": _INVOICE_CREATION,
    "line_items": listing(ITEM),
    "locale": text(*_LOCALES),
    "metadata": METADATA,
    "mode": needed(text("payment", "subscription")),
    "origin_context": text("mobile_app", "web"),
    "payment_intent_data": _INTENT_DATA,
    "payment_method_collection": text("always", "if_required"),
    "payment_method_types": listing(text("card", "sepa_debit")),
    "submit_type": text("auto", "book", "donate", "pay", "subscribe"),
    "subscription_data": _SUBSCRIPTION_DATA,
    "success_url": text(),
    "tax_id_collection": mapping(enabled=needed(BOOLEAN), required=text("if_supported", "never")),
    "ui_mode": text("hosted_page"),
    **EXPAND,
}
UPDATE = {"metadata": METADATA, **EXPAND}
EXPIRE = EXPAND
LIST = {
    **PAGING,
    "customer": text(),
    "customer_details": mapping(email=needed(text())),
    "payment_intent": text(),
    "payment_link": UNSUPPORTED,
    "status": text("complete", "expired", "open"),
    "subscription": text(),
}
LINE_ITEMS = {"limit": integer(), "starting_after": text(), "ending_before": UNSUPPORTED, **EXPAND}

_OF_THE_OTHER = {
    "payment": ("subscription_data", "payment_method_collection"),
    "subscription": (
        "payment_intent_data", "customer_creation", "submit_type", "invoice_creation",
    ),
}  # fmt: skip
_PAYMENT_ONLY = ("allow_promotion_codes", "automatic_tax", "discounts", "tax_id_collection")


def check_mode(params: dict[str, Any], items: list[Json]) -> None:
    """Refuses parameters and prices of the other mode."""
    mode = params["mode"]
    for name in _OF_THE_OTHER[mode]:
        if params.get(name):
            raise errors.invalid_parameter(name, f"You can not pass `{name}` in `{mode}` mode.")
    _check_customer(params)
    _check_methods(method_types(params), mode, items)
    recurring = [item["price"] for item in items if item["price"]["recurring"]]
    if mode == "payment" and recurring:
        raise errors.invalid_parameter(
            "line_items",
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices.",
        )
    if mode == "subscription":
        for name in _PAYMENT_ONLY:
            if params.get(name):
                raise errors.unsupported(f"`{name}` in `subscription` mode")
        _check_recurring(items, recurring)


def _check_customer(params: dict[str, Any]) -> None:
    """Of a customer that exists Stripe changes only what it may, and needs some of it for taxes."""
    allowed = params.get("customer_update", {})
    if allowed and not params.get("customer"):
        raise errors.invalid_parameter(
            "customer_update", "`customer_update` can only be used with `customer`."
        )
    if not params.get("customer"):
        return
    if is_on(params, "tax_id_collection") and allowed.get("name") != "auto":
        raise errors.invalid_parameter(
            "tax_id_collection",
            "Tax IDs of an existing customer are collected with `customer_update[name]` `auto`.",
        )
    if is_on(params, "automatic_tax") and allowed.get("address") != "auto":
        raise errors.invalid_parameter(
            "automatic_tax",
            "Automatic tax needs a customer with an address, or `customer_update[address]` `auto`.",
            "customer_tax_location_invalid",
        )


def is_on(params: dict[str, Any], name: str) -> bool:
    """Whether a setting with `enabled` in it was switched on."""
    return bool(params.get(name, {}).get("enabled"))


def method_types(params: dict[str, Any]) -> list[str]:
    """The types of PaymentMethod that the page takes."""
    return list(params.get("payment_method_types") or ["card"])


def _check_methods(types: list[str], mode: str, items: list[Json]) -> None:
    if "sepa_debit" not in types:
        return
    if mode == "subscription":
        raise errors.unsupported("`sepa_debit` in `subscription` mode")
    if any(item["currency"] != "eur" for item in items):
        raise errors.invalid_parameter(
            "payment_method_types",
            "The payment method type `sepa_debit` takes the currency `eur` only.",
        )


def customer_creation(params: dict[str, Any]) -> str:
    """A subscription always has a customer."""
    if params["mode"] == "subscription":
        return "always"
    return str(params.get("customer_creation") or "if_required")


def method_collection(params: dict[str, Any]) -> str:
    """Whether a card is collected when nothing is due now."""
    return "always" if params["mode"] == "subscription" else "if_required"


def _check_recurring(items: list[Json], recurring: list[Json]) -> None:
    if not recurring:
        raise errors.invalid_parameter(
            "line_items",
            "You must provide at least one recurring price in `subscription` mode when using "
            "prices.",
        )
    if len(recurring) < len(items):
        raise errors.unsupported("one-time prices in `subscription` mode")
    rhythms = {(one["recurring"]["interval"], one["recurring"]["interval_count"])
               for one in recurring}  # fmt: skip
    if len(rhythms) > 1:
        raise errors.invalid_parameter(
            "line_items",
            "Checkout does not support multiple prices with different billing intervals.",
        )
