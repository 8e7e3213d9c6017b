"""Subscription endpoints (https://docs.stripe.com/api/subscriptions)."""

from __future__ import annotations

from typing import Any

from stripe_standin.api import errors, lists
from stripe_standin.api import params as metadata
from stripe_standin.api.errors import ApiError, invalid_parameter
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
from stripe_standin.billing import collection
from stripe_standin.billing import subscription_states as states
from stripe_standin.http.messages import Json
from stripe_standin.payments import customers, payment_methods
from stripe_standin.products import prices
from stripe_standin.products.prices import PRICE_DATA
from stripe_standin.storage.unit_of_work import Call, Work

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

_STATUSES_OF = {
    "ended": ("canceled", "incomplete_expired"),
    None: ("active", "past_due", "unpaid", "incomplete", "trialing", "paused"),
}


def create(call: Call) -> Json:
    """Makes a subscription and collects its first invoice as `payment_behavior` says."""
    work, params = call.work, call.params
    customer = customers.active(work, params["customer"], "customer", 400)
    bought = _bought(work, params["items"])
    method = _method(work, params, customer)
    behavior = params.get("payment_behavior", "allow_incomplete")
    waits = behavior == "default_incomplete"
    if method is None and not waits:
        raise ApiError(
            400,
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            code="resource_missing",
        )
    subscription = states.add(
        work,
        customer["id"],
        bought,
        status="incomplete",
        default_payment_method=params.get("default_payment_method"),
        description=params.get("description"),
        metadata=params.get("metadata"),
        **params.get("payment_settings", {}),
    )
    if params.get("cancel_at_period_end"):
        fields = states.cancel_at_period_end(work, subscription, wanted=True)
        subscription = states.change(work, subscription["id"], **fields)
    invoice = collection.first_invoice(work, subscription)
    if not waits:
        invoice = collection.collect(work, invoice, method, automatic=False)
        if invoice["status"] != "paid" and behavior == "error_if_incomplete":
            raise _refused(work, invoice)
    return work.load(states.KIND, subscription["id"])


def list_all(call: Call) -> Json:
    """Subscriptions, newest first; those that are over only when `status` asks for them."""
    wanted = lists.equals(call, "customer", "collection_method")
    status = call.params.get("status")
    if status != "all":
        named = _STATUSES_OF.get(status) or (status,)
        marks = ", ".join("?" for _ in named)
        wanted.append((f"json_extract(body, '$.status') IN ({marks})", named))
    if call.params.get("price"):
        sql = (
            "EXISTS (SELECT 1 FROM json_each(body, '$.items.data') "
            "WHERE json_extract(value, '$.price.id') = ?)"
        )
        wanted.append((sql, [call.params["price"]]))
    return lists.page(call, states.KIND, "/v1/subscriptions", wanted)


def update(call: Call) -> Json:
    """Changes what was sent; of a subscription that is over only its metadata."""
    work, params = call.work, call.params
    subscription = work.load(states.KIND, call.ids["id"])
    if subscription["status"] in states.ENDED and set(params) - {"metadata", "expand"}:
        raise ApiError(
            400, "A canceled subscription can only update its cancellation_details and metadata."
        )
    fields: dict[str, Any] = {}
    if "metadata" in params:
        fields["metadata"] = metadata.merged(subscription["metadata"], params["metadata"])
    if "description" in params:
        fields["description"] = params["description"]
    if "default_payment_method" in params:
        _method(work, params, work.load("customer", subscription["customer"]))
        fields["default_payment_method"] = params["default_payment_method"]
    wanted = params.get("cancel_at_period_end")
    if wanted is not None and wanted != subscription["cancel_at_period_end"]:
        fields.update(states.cancel_at_period_end(work, subscription, wanted=wanted))
    if params.get("cancellation_details"):
        before: Json = fields.get("cancellation_details") or subscription["cancellation_details"]
        fields["cancellation_details"] = {**before, **params["cancellation_details"]}
    return states.change(work, subscription["id"], **fields)


def cancel(call: Call) -> Json:
    """Ends it at once; what was paid stays paid."""
    work = call.work
    subscription = work.load(states.KIND, call.ids["id"])
    if subscription["status"] in states.ENDED:
        raise errors.no_such(states.KIND, subscription["id"])
    details = {
        **subscription["cancellation_details"],
        **call.params.get("cancellation_details", {}),
    }
    after = states.end(
        work, {**subscription, "cancellation_details": details}, "cancellation_requested"
    )
    collection.stop_collecting(work, after)
    return after


def delete_customer(call: Call) -> Json:
    """Deletes a customer, whose subscriptions end at once, as at Stripe."""
    work, customer_id = call.work, call.ids["id"]
    customers.active(work, customer_id)
    wanted = [("json_extract(body, '$.customer') = ?", [customer_id])]
    for one in work.store.select(states.KIND, wanted, "ORDER BY seq"):
        if one["status"] not in states.ENDED:
            collection.stop_collecting(work, states.end(work, one, "cancellation_requested"))
    return customers.delete(call)


def _bought(work: Work, given: list[dict[str, Any]]) -> list[tuple[Json, int]]:
    bought = []
    for place, item in enumerate(given):
        name = f"items[{place}]"
        price = prices.of_item(work, item, name)
        if not price["recurring"]:
            raise invalid_parameter(
                f"{name}[price]",
                f"The price specified is set to `type=one_time` but this field only accepts "
                f"prices with `type=recurring` ({price['id']}).",
            )
        bought.append((price, item.get("quantity", 1)))
    if not bought:
        raise errors.missing_parameter("items")
    if len({price["currency"] for price, _ in bought}) > 1:
        raise invalid_parameter("items", "All prices must have the same currency.")
    rhythms = {tuple(sorted(price["recurring"].items(), key=str)) for price, _ in bought}
    if len(rhythms) > 1:
        raise errors.unsupported("prices with different intervals in one subscription")
    return bought


def _method(work: Work, params: dict[str, Any], customer: Json) -> Json | None:
    """The named PaymentMethod, which must be attached to the customer, or the default one."""
    reference = params.get("default_payment_method")
    if not reference:
        default = customer["invoice_settings"]["default_payment_method"]
        return work.store.find("payment_method", default) if default else None
    method, _ = payment_methods.of_reference(work, reference, "default_payment_method")
    if method["customer"] != customer["id"]:
        raise invalid_parameter(
            "default_payment_method",
            "The customer does not have a payment method with the ID "
            f"{reference}. The payment method must be attached to the customer.",
            "resource_missing",
        )
    return method


def _refused(work: Work, invoice: Json) -> ApiError:
    """`error_if_incomplete`: the card's error, and nothing was made."""
    intent = work.load("payment_intent", work.store.private(invoice["id"])["payment_intent"])
    error = intent["last_payment_error"] or {
        "code": "subscription_payment_intent_requires_action",
        "message": "Payment for this subscription requires additional user action before it can "
        "be completed successfully.",
    }
    known = {name: error[name] for name in ("decline_code",) if name in error}
    return ApiError(402, error["message"], type="card_error", code=error["code"], **known)
