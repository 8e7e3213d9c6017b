"""Collecting invoices: the first one of a subscription, its renewals, retries, and single ones.

Source: https://docs.stripe.com/billing/collection-method and
https://docs.stripe.com/billing/revenue-recovery/smart-retries. Stripe finalizes a renewal's invoice
an hour after the period; here that happens at once.
"""

from __future__ import annotations

from typing import Any

from stripe_standin.billing import invoice_states
from stripe_standin.billing import subscription_states as states
from stripe_standin.http.messages import Json
from stripe_standin.payments import charges, intents, payment_attempts
from stripe_standin.storage import schedule
from stripe_standin.storage.unit_of_work import Work

_DAY_S = 24 * 3600
# After a failed renewal it is tried again so much later each time; then the trying ends.
RETRIES_S = (3 * _DAY_S, 5 * _DAY_S, 7 * _DAY_S)


def first_invoice(work: Work, subscription: Json, intent: Json | None = None) -> Json:
    """The open invoice of a subscription that just began; `intent` may have paid for it already."""
    invoice = invoice_states.add(work, subscription, "subscription_create", (work.now, work.now))
    _tie(work, invoice, intent, "Subscription creation")
    return invoice


def open_single(work: Work, draft: Json) -> Json:
    """Finalizes a draft that belongs to no subscription, with the PaymentIntent that pays it."""
    invoice = invoice_states.finalize(work, draft)
    _tie(work, invoice, None, draft["description"] or "Invoice", saves_method=False)
    return invoice


def void(work: Work, invoice: Json) -> Json:
    """Voids an open invoice and cancels its PaymentIntent."""
    intents.end(work, invoice_states.intent_of(work, invoice), "void_invoice")
    return invoice_states.void(work, invoice)


def collect(
    work: Work, invoice: Json, method: Json | None, *, automatic: bool, return_url: str = ""
) -> Json:
    """Tries to pay an open invoice and returns it as it stands afterwards.

    `automatic` is a try by the clock, when the buyer is not there; it is what counts for the tries
    again.
    """
    intent = invoice_states.intent_of(work, invoice)
    if method is None:
        _failed(work, invoice, automatic=automatic)
        return work.load("invoice", invoice["id"])
    after = payment_attempts.attempt(
        work, intent, method, return_url or None, off_session=automatic
    )
    follow(work, after, automatic=automatic)
    return work.load("invoice", invoice["id"])


def follow(work: Work, intent: Json, *, automatic: bool = False) -> None:
    """Applies the outcome of a payment to invoice, subscription and balance."""
    reference = work.store.private(intent["id"]).get("invoice")
    invoice = work.load("invoice", reference) if reference else None
    if intent["status"] == "succeeded":
        if invoice:
            paid(work, invoice)
        charges.settle(work, intent["latest_charge"])
    elif intent["status"] == "requires_payment_method" and invoice:
        _failed(work, invoice, automatic=automatic)


def paid(work: Work, invoice: Json) -> None:
    """Marks the invoice paid and its subscription active."""
    schedule.forget(work.store, invoice["id"])
    after = invoice_states.mark_paid(work, invoice)
    subscription = subscription_of(work, after)
    if subscription is None or subscription["latest_invoice"] != after["id"]:
        return
    if subscription["status"] in states.ENDED:
        return
    fields: dict[str, Any] = {"status": "active"}
    if subscription["payment_settings"]["save_default_payment_method"] == "on_subscription":
        fields["default_payment_method"] = invoice_states.intent_of(work, after)["payment_method"]
    states.change(work, subscription["id"], **fields)


def renew(work: Work, subscription: Json) -> None:
    """Starts and charges the next period, or ends the subscription."""
    if subscription["cancel_at_period_end"]:
        states.end(work, subscription, "cancellation_requested")
        return
    before = states.period(subscription)
    subscription = states.advance(work, subscription)
    invoice = invoice_states.add(work, subscription, "subscription_cycle", before)
    _tie(work, invoice, None, "Subscription update")
    if subscription["status"] != "unpaid":
        collect(work, invoice, method_for(work, invoice), automatic=True)


def retry(work: Work, invoice: Json) -> None:
    """Scheduled retry of a failed invoice."""
    schedule.forget(work.store, invoice["id"])
    if invoice["status"] == "open":
        collect(work, invoice, method_for(work, invoice), automatic=True)


def expire_incomplete(work: Work, subscription: Json) -> None:
    """Expires a subscription whose first invoice was not paid in time."""
    if subscription["status"] != "incomplete":
        return
    states.change(work, subscription["id"], status="incomplete_expired", ended_at=work.now)
    invoice = work.load("invoice", subscription["latest_invoice"])
    if invoice["status"] == "open":
        void(work, invoice)


def stop_collecting(work: Work, subscription: Json) -> None:
    """Stops the retries of an ended subscription; its open invoice stays open."""
    invoice = work.store.find("invoice", subscription["latest_invoice"])
    if invoice is not None and invoice["status"] == "open":
        schedule.forget(work.store, invoice["id"])
        work.store.update({**invoice, "auto_advance": False, "next_payment_attempt": None})


def method_for(work: Work, invoice: Json) -> Json | None:
    """The PaymentMethod to charge: the invoice's, the subscription's or the customer's default."""
    subscription = subscription_of(work, invoice) or {}
    reference = invoice["default_payment_method"] or subscription.get("default_payment_method")
    if not reference:
        customer = work.load("customer", invoice["customer"])
        reference = customer.get("invoice_settings", {}).get("default_payment_method")
    return work.store.find("payment_method", reference) if reference else None


def _tie(
    work: Work,
    invoice: Json,
    intent: Json | None,
    description: str,
    *,
    saves_method: bool = True,
) -> None:
    if intent is None:
        intent = intents.add(
            work,
            amount=invoice["amount_due"],
            currency=invoice["currency"],
            customer=invoice["customer"],
            description=description,
            setup_future_usage="off_session" if saves_method else None,
        )
    invoice_states.tie(work, invoice, intent)


def subscription_of(work: Work, invoice: Json) -> Json | None:
    """The subscription that an invoice is for; None for a single one."""
    if invoice["parent"] is None:
        return None
    return work.load("subscription", invoice["parent"]["subscription_details"]["subscription"])


def _failed(work: Work, invoice: Json, *, automatic: bool) -> None:
    """Records a failed attempt; only scheduled ones count towards the last retry."""
    subscription = subscription_of(work, invoice)
    if not automatic or subscription is None:
        invoice_states.mark_failed(work, invoice, next_attempt=invoice["next_payment_attempt"])
        return
    tried = work.store.private(invoice["id"]).get("tries", 0)
    private = work.store.private(invoice["id"])
    work.store.set_private(invoice["id"], {**private, "tries": tried + 1})
    next_attempt = work.now + RETRIES_S[tried] if tried < len(RETRIES_S) else None
    invoice_states.mark_failed(work, invoice, next_attempt=next_attempt)
    if next_attempt is not None:
        schedule.put(work.store, invoice["id"], "try_again", next_attempt)
        _fall_behind(work, subscription, status="past_due")
    elif work.ends_unpaid:
        states.end(work, subscription, "payment_failed")
        stop_collecting(work, subscription)
    else:
        _fall_behind(work, subscription, status="unpaid")


def _fall_behind(work: Work, subscription: Json, **fields: Any) -> None:
    if subscription["status"] not in states.ENDED:
        states.change(work, subscription["id"], **fields)
