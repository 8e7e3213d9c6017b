"""Checkout Sessions (https://docs.stripe.com/api/checkout/sessions)."""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from stripe_standin.api import errors, lists
from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError, invalid_parameter
from stripe_standin.checkout import line_items, session_discounts, session_params, totals
from stripe_standin.http.messages import Json
from stripe_standin.payments import currencies, customers, intents
from stripe_standin.storage.unit_of_work import MERCHANT, Call, Work, new_id

KIND = "checkout.session"
SHORTEST_S = 30 * 60
LONGEST_S = 24 * 3600
# Stripe measures from its own clock; a request that was under way for a moment is not refused.
_GRACE_S = 10
_OPTIONS: Json = {"card": {"request_three_d_secure": "automatic"}, "sepa_debit": {}}


def create(call: Call) -> Json:
    """Makes a session for a payment or a subscription, open until `expires_at`."""
    params, work = call.params, call.work
    expires_at = _expiry(params, work.now)
    _check_addresses(params)
    customer = _customer(work, params)
    items = line_items.build(work, params.get("line_items", []))
    session_params.check_mode(params, items)
    session_discounts.check_params(params)
    subtotal = totals.subtotal_of(items)
    currencies.check_amount(
        subtotal, items[0]["currency"], "line_items",
        "The Checkout Session's total amount due",
    )  # fmt: skip
    session = _blank(work, params, expires_at)
    session.update(
        currency=items[0]["currency"],
        customer=customer["id"] if customer else None,
        customer_details=_details_so_far(params, customer),
    )
    session["discounts"] = session_discounts.give(
        work, session, params.get("discounts", []), subtotal
    )
    private = {
        "line_items": items,
        "payment_intent_data": params.get("payment_intent_data", {}),
        "subscription_data": params.get("subscription_data", {}),
        "success_url": params["success_url"],
        "attempts": {},
    }
    work.store.insert(session, private)
    return totals.apply(work, session, taxed=False)


def retrieve(call: Call) -> Json:
    """The session."""
    return _shown(call.work, call.work.load(KIND, call.ids["id"]))


def update(call: Call) -> Json:
    """Changes the metadata, the only thing the stand-in lets change."""
    session = call.work.load(KIND, call.ids["id"])
    if "metadata" in call.params:
        session["metadata"] = metadata.merged(session["metadata"], call.params["metadata"])
        call.work.store.update(session)
    return _shown(call.work, session)


def list_all(call: Call) -> Json:
    """Sessions, newest first."""
    wanted = lists.equals(call, "payment_intent", "customer", "status", "subscription")
    email = call.params.get("customer_details", {}).get("email")
    if email:
        wanted.append(("json_extract(body, '$.customer_details.email') = ?", [email]))
    show = partial(_shown, call.work)
    return lists.page(call, KIND, "/v1/checkout/sessions", wanted, show)


def expire(call: Call) -> Json:
    """Closes an open session at once."""
    session = call.work.load(KIND, call.ids["id"])
    if session["status"] != "open":
        raise ApiError(
            400,
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`.",
        )
    return close(call.work, session)


def first_overdue(work: Work, by: int) -> Json | None:
    """The open session that expires first, if it is due."""
    found = work.store.select(
        KIND,
        [
            ("json_extract(body, '$.status') = 'open'", []),
            ("json_extract(body, '$.expires_at') <= ?", [by]),
        ],
        "ORDER BY json_extract(body, '$.expires_at'), seq LIMIT 1",
    )
    return found[0] if found else None


def close(work: Work, session: Json) -> Json:
    """Expires a session and cancels its PaymentIntent, with their events."""
    after = {**session, "status": "expired", "url": None}
    work.store.update(after)
    reference = intent_id_of(work, session)
    if reference:
        intent = work.load("payment_intent", reference)
        intents.end(work, intent, "expired")
    work.emit("checkout.session.expired", after)
    return after


def intent_id_of(work: Work, session: Json) -> str | None:
    """The PaymentIntent of a session, also where Stripe does not show it: for a subscription."""
    shown: str | None = session["payment_intent"]
    return shown or work.store.private(session["id"]).get("payment_intent")


def _shown(work: Work, session: Json) -> Json:
    """The link leads to where the stand-in listens now, also after a start on another port."""
    if session["status"] != "open":
        return session
    return {**session, "url": f"{work.base_url}/c/pay/{session['id']}"}


def _expiry(params: dict[str, Any], now: int) -> int:
    expires_at = int(params.get("expires_at", now + LONGEST_S))
    if expires_at < now + SHORTEST_S - _GRACE_S:
        raise invalid_parameter(
            "expires_at",
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session "
            "creation.",
        )
    if expires_at > now + LONGEST_S + _GRACE_S:
        raise invalid_parameter(
            "expires_at",
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
        )
    return expires_at


def _check_addresses(params: dict[str, Any]) -> None:
    if not params.get("success_url"):
        raise errors.missing_parameter("success_url")
    for name in ("success_url", "cancel_url"):
        address = params.get(name)
        if address and not _is_web_address(address):
            raise invalid_parameter(name, "Not a valid URL", "url_invalid")


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _customer(work: Work, params: dict[str, Any]) -> Json | None:
    if params.get("customer") and params.get("customer_email"):
        raise invalid_parameter(
            "customer_email",
            "You may only specify one of these parameters: customer, customer_email.",
        )
    if params.get("customer"):
        return customers.active(work, params["customer"], "customer", 400)
    return None


def _details_so_far(params: dict[str, Any], customer: Json | None) -> Json | None:
    email = params.get("customer_email") or (customer or {}).get("email")
    if not email and not customer:
        return None
    return {
        "address": None,
        "email": email,
        "name": None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": None,
    }


def _invoice_creation(params: dict[str, Any]) -> Json | None:
    if params["mode"] != "payment":
        return None
    given = params.get("invoice_creation", {})
    data = given.get("invoice_data", {})
    return {
        "enabled": bool(given.get("enabled")),
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": data.get("description"),
            "footer": data.get("footer"),
            "issuer": None,
            "metadata": data.get("metadata", {}),
            "rendering_options": None,
        },
    }


def _automatic_tax(*, is_on: bool) -> Json:
    return {
        "enabled": is_on,
        "liability": {"type": "self"} if is_on else None,
        "provider": "stripe" if is_on else None,
        "status": "requires_location_inputs" if is_on else None,
    }


def _branding(look: Json) -> Json:
    return {
        "background_color": look.get("background_color") or "#ffffff",
        "border_style": look.get("border_style") or "rounded",
        "button_color": look.get("button_color") or "#0074d4",
        "display_name": look.get("display_name") or MERCHANT,
        "font_family": look.get("font_family") or "default",
        "icon": None,
        "logo": None,
    }


# What a new session does not have yet, or never has at the stand-in.
_NULL_AT_FIRST = (
    "after_expiration", "amount_subtotal", "amount_total", "client_secret",
    "collected_information", "consent", "consent_collection", "currency", "currency_conversion",
    "customer", "customer_details", "invoice", "payment_intent", "payment_link",
    "payment_method_configuration_details", "permissions", "recovered_from",
    "saved_payment_method_options", "setup_intent", "shipping_address_collection",
    "shipping_cost", "subscription", "wallet_options",
)  # fmt: skip
_COPIED = (
    "allow_promotion_codes", "billing_address_collection", "cancel_url", "client_reference_id",
    "customer_email", "locale", "submit_type",
)  # fmt: skip
_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def _blank(work: Work, params: dict[str, Any], expires_at: int) -> Json:
    session_id = new_id("cs_test", 58)
    types = session_params.method_types(params)
    return {
        "id": session_id,
        "object": KIND,
        **dict.fromkeys(_NULL_AT_FIRST),
        **{name: params.get(name) for name in _COPIED},
        "adaptive_pricing": {"enabled": False},
        "automatic_tax": _automatic_tax(is_on=session_params.is_on(params, "automatic_tax")),
        "branding_settings": _branding(params.get("branding_settings", {})),
        "created": work.now,
        "custom_fields": [],
        "custom_text": dict.fromkeys(_TEXTS),
        "customer_creation": session_params.customer_creation(params),
        "discounts": [],
        "expires_at": expires_at,
        "invoice_creation": _invoice_creation(params),
        "livemode": False,
        "metadata": metadata.merged({}, params.get("metadata", {})),
        "mode": params["mode"],
        "payment_method_collection": session_params.method_collection(params),
        "payment_method_options": {name: _OPTIONS[name] for name in types},
        "payment_method_types": types,
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "success_url": params["success_url"],
        "tax_id_collection": {
            "enabled": session_params.is_on(params, "tax_id_collection"),
            "required": params.get("tax_id_collection", {}).get("required") or "never",
        },
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "ui_mode": "hosted_page",
        "url": f"{work.base_url}/c/pay/{session_id}",
    }
