"""The states of a subscription, and its billing periods.

Source: https://docs.stripe.com/billing/subscriptions/overview. Each change is stored
with its event.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta, timezone
from typing import Any

from stripe_standin.api import params as metadata
from stripe_standin.api.lists import listing
from stripe_standin.http.messages import Json
from stripe_standin.storage import schedule
from stripe_standin.storage.unit_of_work import Work, new_id

KIND = "subscription"
# An unpaid first invoice leaves this long to pay it.
INCOMPLETE_S = 23 * 3600
ENDED = ("canceled", "incomplete_expired")


# What a new subscription does not have yet, or never has at the stand-in.
_NULL_AT_FIRST = (
    "application", "application_fee_percent", "billing_cycle_anchor_config", "billing_thresholds",
    "cancel_at", "canceled_at", "days_until_due", "default_source", "ended_at",
    "next_pending_invoice_item_invoice", "on_behalf_of", "pause_collection",
    "pending_invoice_item_interval", "pending_setup_intent", "pending_update", "schedule",
    "test_clock", "transfer_data", "trial_end", "trial_start",
)  # fmt: skip


def add(
    work: Work, customer: str, bought: list[tuple[Json, int]], *, status: str, **given: Any
) -> Json:
    """Stores a subscription for prices and their quantities; its first period begins now.

    `latest_invoice` is the id that the invoice for the running period is to get.
    """
    subscription = _new(work, customer, bought, {**given, "status": status})
    work.store.insert(subscription, {"period": 0})
    work.emit("customer.subscription.created", subscription)
    _schedule(work, subscription)
    return subscription


def _new(work: Work, customer: str, bought: list[tuple[Json, int]], given: Json) -> Json:
    subscription_id = new_id("sub")
    items = [_item(work, subscription_id, price, quantity) for price, quantity in bought]
    return {
        "id": subscription_id,
        "object": KIND,
        **dict.fromkeys(_NULL_AT_FIRST),
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_cycle_anchor": work.now,
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": {"comment": None, "feedback": None, "reason": None},
        "collection_method": "charge_automatically",
        "created": work.now,
        "currency": bought[0][0]["currency"],
        "customer": customer,
        "default_payment_method": given.get("default_payment_method"),
        "default_tax_rates": [],
        "description": given.get("description"),
        "discounts": [],
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "items": listing(items, f"/v1/subscription_items?subscription={subscription_id}"),
        "latest_invoice": new_id("in"),
        "livemode": False,
        "metadata": metadata.merged({}, given.get("metadata") or {}),
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": given.get("save_default_payment_method") or "off",
        },
        "start_date": work.now,
        "status": given["status"],
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def period(subscription: Json) -> tuple[int, int]:
    """Start and end of the current period."""
    item = subscription["items"]["data"][0]
    return item["current_period_start"], item["current_period_end"]


def change(work: Work, subscription_id: str, **fields: Any) -> Json:
    """Changes a subscription and says so with customer.subscription.updated, if it did change."""
    before = work.load(KIND, subscription_id)
    after = {**before, **fields}
    changed = {name: before[name] for name in fields if after[name] != before[name]}
    if "metadata" in changed:
        changed["metadata"] = metadata.changed(before["metadata"], after["metadata"])
    if changed:
        work.store.update(after)
        work.emit("customer.subscription.updated", after, changed)
        if "status" in changed:
            _schedule(work, after)
    return after


def cancel_at_period_end(work: Work, subscription: Json, *, wanted: bool) -> Json:
    """The fields that change when a subscription is to end with its period, or not any more."""
    details = {**subscription["cancellation_details"]}
    details["reason"] = "cancellation_requested" if wanted else None
    return {
        "cancel_at": period(subscription)[1] if wanted else None,
        "cancel_at_period_end": wanted,
        "canceled_at": work.now if wanted else None,
        "cancellation_details": details,
    }


def advance(work: Work, subscription: Json) -> Json:
    """Begins the next period, whose invoice is to get the id under `latest_invoice`."""
    number = work.store.private(subscription["id"])["period"] + 1
    work.store.set_private(subscription["id"], {"period": number})
    anchor = subscription["billing_cycle_anchor"]
    items = [_moved(item, anchor, number) for item in subscription["items"]["data"]]
    after: Json = {
        **subscription,
        "items": {**subscription["items"], "data": items},
        "latest_invoice": new_id("in"),
    }
    previous = {name: subscription[name] for name in ("items", "latest_invoice")}
    work.store.update(after)
    work.emit("customer.subscription.updated", after, previous)
    _schedule(work, after)
    return after


def end(work: Work, subscription: Json, reason: str, *, ended_at: int | None = None) -> Json:
    """Cancels for good, with customer.subscription.deleted."""
    moment = work.now if ended_at is None else ended_at
    after: Json = {
        **subscription,
        "canceled_at": subscription["canceled_at"] or moment,
        "cancellation_details": {**subscription["cancellation_details"], "reason": reason},
        "ended_at": moment,
        "status": "canceled",
    }
    work.store.update(after)
    work.emit("customer.subscription.deleted", after)
    _schedule(work, after)
    return after


def _schedule(work: Work, subscription: Json) -> None:
    """Schedules the subscription's next task."""
    status = subscription["status"]
    if status in ENDED:
        schedule.forget(work.store, subscription["id"])
    elif status == "incomplete":
        schedule.put(
            work.store, subscription["id"], "give_up", subscription["created"] + INCOMPLETE_S
        )
    else:
        schedule.forget(work.store, subscription["id"], "give_up")
        schedule.put(work.store, subscription["id"], "renew", period(subscription)[1])


def _item(work: Work, subscription_id: str, price: Json, quantity: int) -> Json:
    item: Json = {
        "id": new_id("si", 14),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": work.now,
        "discounts": [],
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": subscription_id,
        "tax_rates": [],
    }
    return _moved(item, work.now, 0)


def _moved(item: Json, anchor: int, number: int) -> Json:
    repeats = item["price"]["recurring"]
    return {
        **item,
        "current_period_end": start_of(anchor, repeats, number + 1),
        "current_period_start": start_of(anchor, repeats, number),
    }


def start_of(anchor: int, recurring: Json, number: int) -> int:
    """When period `number` (the first is 0) of a price begins that is paid since `anchor`.

    Counted from the anchor, so 31 January, 28 February, 31 March follow one another.
    """
    steps = number * int(recurring["interval_count"])
    begun = datetime.fromtimestamp(anchor, timezone.utc)
    interval = recurring["interval"]
    if interval in ("day", "week"):
        return int((begun + timedelta(days=steps * (7 if interval == "week" else 1))).timestamp())
    months = begun.month - 1 + steps * (12 if interval == "year" else 1)
    year, month = begun.year + months // 12, months % 12 + 1
    day = min(begun.day, monthrange(year, month)[1])
    return int(begun.replace(year=year, month=month, day=day).timestamp())
