"""Payment attempts: the one place where a PaymentIntent is charged.

The hosted page, the in-process payer and the API's `confirm` all come through here. Events follow
Stripe's order: charge first, then the PaymentIntent.
"""

from __future__ import annotations

from dataclasses import dataclass

from stripe_standin.api.errors import ApiError, doc_url
from stripe_standin.http.messages import Json
from stripe_standin.storage import schedule
from stripe_standin.storage.unit_of_work import Work

from . import charges, payment_methods
from .cards import Card

_NOT_AUTHENTICATED = (
    "The provided PaymentMethod has failed authentication. You can provide payment_method_data or "
    "a new PaymentMethod to attempt to fulfill this PaymentIntent again."
)


def attempt(
    work: Work,
    intent: Json,
    method: Json,
    return_url: str | None,
    *,
    authenticated: bool = False,
    off_session: bool = False,
) -> Json:
    """Tries the card and returns the PaymentIntent as it stands afterwards.

    Its status is succeeded, processing (a bank's answer comes later), requires_action (3-D Secure
    is due), or requires_payment_method with
    the reason under last_payment_error. `off_session` is a payment without the buyer.
    """
    card = payment_methods.card_of(work, method["id"])
    if method["customer"]:
        card = card.attached()
    if off_session:
        card = card.unattended()
    if card.needs_authentication and not authenticated:
        return _ask_for_authentication(work, intent, method, return_url)
    charge = charges.add(work, intent, method, card, authenticated=authenticated)
    if card.delayed:
        return _wait(work, intent, method, charge, card.delay_s)
    if card.decline_code:
        return fail(work, intent, decline(card, charge, method), charge["id"])
    return succeed(work, intent, method, charge)


def authenticate(work: Work, intent: Json, *, passed: bool) -> Json:
    """The buyer's answer in the 3-D Secure step of a PaymentIntent that requires_action."""
    method = work.load("payment_method", intent["payment_method"])
    if passed:
        return attempt(work, intent, method, None, authenticated=True)
    error: Json = {
        "code": "payment_intent_authentication_failure",
        "doc_url": doc_url("payment_intent_authentication_failure"),
        "message": _NOT_AUTHENTICATED,
        "payment_method": method,
        "type": "invalid_request_error",
    }
    return fail(work, intent, error, intent["latest_charge"])


def decline(card: Card, charge: Json, method: Json) -> Json:
    """The error object of a declined card."""
    return {
        "advice_code": "try_again_later",
        "charge": charge["id"],
        "code": card.error_code,
        "decline_code": card.decline_code,
        "doc_url": doc_url(card.error_code),
        "message": card.message,
        "network_decline_code": "01",
        "param": _PARAM_OF.get(card.error_code, ""),
        "payment_method": method,
        "type": "card_error",
    }


def declined(intent: Json) -> ApiError:
    """The card error for a declined confirmation."""
    error = intent["last_payment_error"]
    extra = {name: error[name] for name in ("charge", "decline_code", "payment_method")}
    return ApiError(
        402,
        error["message"],
        type="card_error",
        code=error["code"],
        param=error.get("param"),
        keeps_work=True,
        payment_intent=intent,
        **extra,
    )


_PARAM_OF = {"expired_card": "exp_month", "incorrect_cvc": "cvc"}


def _ask_for_authentication(work: Work, intent: Json, method: Json, return_url: str | None) -> Json:
    after: Json = {
        **intent,
        "last_payment_error": None,
        "next_action": {
            "redirect_to_url": {
                "return_url": return_url,
                "url": _bank_page(work, intent),
            },
            "type": "redirect_to_url",
        },
        "payment_method": method["id"],
        "status": "requires_action",
    }
    work.store.update(after)
    work.emit("payment_intent.requires_action", after)
    return after


def _wait(work: Work, intent: Json, method: Json, charge: Json, delay_s: int) -> Json:
    """Marks the PaymentIntent processing and schedules the bank's answer."""
    after: Json = {
        **intent,
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "payment_method_types": [method["type"]],
        "status": "processing",
    }
    work.store.update(after)
    schedule.put(work.store, intent["id"], "settle", work.now + delay_s)
    work.emit("payment_intent.processing", after)
    return after


def _bank_page(work: Work, intent: Json) -> str:
    """The address of the 3-D Secure step: the session's page, or one of the intent's own."""
    session_id = work.store.private(intent["id"]).get("checkout_session")
    path = f"pay/{session_id}" if session_id else f"authenticate/{intent['id']}"
    return f"{work.base_url}/c/{path}"


def fail(work: Work, intent: Json, error: Json, charge_id: str | None) -> Json:
    """Records a failed attempt; the PaymentIntent may be paid otherwise."""
    after: Json = {
        **intent,
        "last_payment_error": {name: value for name, value in error.items() if value != ""},
        "latest_charge": charge_id,
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    work.store.update(after)
    work.emit("payment_intent.payment_failed", after)
    return after


def succeed(work: Work, intent: Json, method: Json, charge: Json) -> Json:
    """Marks the PaymentIntent succeeded."""
    after: Json = {
        **intent,
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
        "status": "succeeded",
    }
    work.store.update(after)
    work.emit("payment_intent.succeeded", after)
    if intent["setup_future_usage"] and intent["customer"] != method["customer"]:
        payment_methods.attach(work, method, intent["customer"])
    return after


NOT_AUTHENTICATED = (
    "We are unable to authenticate your payment method. Please choose a different payment method "
    "and try again."
)


@dataclass(frozen=True)
class Outcome:
    """The result of a payment attempt, as the page shows it.

    `state` is paid, processing (a bank debit is under way), failed (it came to nothing), declined,
    requires_action (3-D Secure), invalid (see `problems`, by field), open (nothing was tried) or
    expired. `location` is where what is paid or under way leads.
    """

    state: str
    message: str = ""
    problems: tuple[tuple[str, str], ...] = ()
    location: str = ""
    completed_event: str = ""

    def remembered(self) -> Json:
        """What is kept of it for a repeat."""
        return {"state": self.state, "message": self.message}


def repeat_key(attempt: str, card: Card) -> str:
    """The same form may be sent again with another card; only form and card together are a
    repeat. Empty where the form had no token.
    """
    return f"{attempt}:{card.last4}:{card.exp_month}/{card.exp_year}" if attempt else ""


def of_repeat(earlier: Json, now: Outcome) -> Outcome:
    """The outcome of a repeated attempt: the decline again, or the current state."""
    if earlier["state"] == "declined":
        return Outcome("declined", earlier["message"])
    return now
