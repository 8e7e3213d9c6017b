"""Payment of an invoice on its hosted page: card entry and 3-D Secure.

The card that paid becomes the one that the subscription's renewals are charged to.
"""

from __future__ import annotations

from stripe_standin.billing import collection, invoice_states
from stripe_standin.billing import subscription_states as states
from stripe_standin.http.messages import Json
from stripe_standin.payments import card_form, payment_attempts, payment_methods
from stripe_standin.payments.card_form import Entry
from stripe_standin.payments.payment_attempts import (
    NOT_AUTHENTICATED,
    Outcome,
    of_repeat,
    repeat_key,
)
from stripe_standin.storage.unit_of_work import Work

KIND = "invoice"


def look(work: Work, invoice_id: str) -> Outcome:
    """Where an invoice stands; raises `ApiError` for one that does not exist."""
    invoice = work.load(KIND, invoice_id)
    if invoice["status"] == "paid":
        return Outcome("paid", location=work.base_url + f"/i/{invoice_id}")
    if invoice["status"] != "open":
        return Outcome("expired")
    waits = invoice_states.intent_of(work, invoice)["status"] == "requires_action"
    return Outcome("requires_action" if waits else "open")


def pay(work: Work, invoice_id: str, entry: Entry, attempt: str = "") -> Outcome:
    """Tries to pay an open invoice. With the same `attempt` token it is safe to repeat."""
    before = look(work, invoice_id)
    if before.state in ("paid", "expired"):
        return before
    card, problems = card_form.read(entry, work.now, may_wait=False)
    if card is None:
        return Outcome("invalid", problems=tuple(problems.items()))
    again = repeat_key(attempt, card)
    earlier = work.store.private(invoice_id).get("attempts", {}).get(again)
    if earlier:
        return of_repeat(earlier, before)
    invoice = work.load(KIND, invoice_id)
    method = payment_methods.add(work, card, None, entry.email, entry.name or None)
    collection.collect(
        work, invoice, method, automatic=False, return_url=invoice["hosted_invoice_url"]
    )
    outcome = _outcome(work, invoice_id)
    if again:
        private = work.store.private(invoice_id)
        attempts = {**private.get("attempts", {}), again: outcome.remembered()}
        work.store.set_private(invoice_id, {**private, "attempts": attempts})
    return outcome


def authenticate(work: Work, invoice_id: str, *, passed: bool) -> Outcome:
    """Answers the 3-D Secure step; where there is none, says where the invoice stands."""
    before = look(work, invoice_id)
    if before.state != "requires_action":
        return before
    waiting = invoice_states.intent_of(work, work.load(KIND, invoice_id))
    collection.follow(work, payment_attempts.authenticate(work, waiting, passed=passed))
    return _outcome(work, invoice_id)


def _outcome(work: Work, invoice_id: str) -> Outcome:
    invoice = work.load(KIND, invoice_id)
    intent = invoice_states.intent_of(work, invoice)
    if invoice["status"] == "paid":
        _keep_card(work, invoice, intent)
        return look(work, invoice_id)
    if intent["status"] == "requires_action":
        return Outcome("requires_action")
    error = intent["last_payment_error"]
    if error["code"] == "payment_intent_authentication_failure":
        return Outcome("declined", NOT_AUTHENTICATED)
    return Outcome("declined", error["message"])


def _keep_card(work: Work, invoice: Json, intent: Json) -> None:
    subscription = collection.subscription_of(work, invoice)
    if subscription and subscription["status"] not in states.ENDED:
        states.change(work, subscription["id"], default_payment_method=intent["payment_method"])
