"""Payment pages: how Stripe's own programs pay an open Checkout Session over the API.

Stripe does not document these addresses. Its payment page and its command line
(`stripe trigger checkout.session.completed`) use them, so the stand-in has as much as they need.
"""

from __future__ import annotations

from stripe_standin.api.errors import ApiError
from stripe_standin.api.params import EXPAND, integer, needed, text
from stripe_standin.checkout import session_payment, sessions
from stripe_standin.http.messages import Json
from stripe_standin.payments import payment_attempts, payment_methods
from stripe_standin.storage.unit_of_work import Call, Work

CONFIRM = {
    "expected_amount": integer(0),
    "payment_method": needed(text()),
    "return_url": text(),
    **EXPAND,
}
_STATES = {"open": "active", "complete": "succeeded", "expired": "expired"}


def retrieve(call: Call) -> Json:
    """The page of a Checkout Session."""
    return _page(call.work, call.ids["id"])


def confirm(call: Call) -> Json:
    """Pays with a PaymentMethod; raises the card error when the bank declines."""
    work, params = call.work, call.params
    session = work.load(sessions.KIND, call.ids["id"])
    method, _ = payment_methods.of_reference(work, params["payment_method"])
    _check(session, method, params.get("expected_amount"))
    outcome = session_payment.confirm(work, session["id"], method)
    if outcome.state == "declined":
        intent = session_payment.intent_of(work, session["id"])
        raise payment_attempts.declined(intent or {})
    return _page(work, session["id"])


def _check(session: Json, method: Json, expected: int | None) -> None:
    if session["status"] != "open":
        raise ApiError(
            400,
            "This Checkout Session is no longer active.",
            code="checkout_not_active_session",
        )
    if expected is not None and expected != session["amount_total"]:
        raise ApiError(
            400,
            "The amount that was confirmed is not the amount of this Checkout Session.",
            code="checkout_amount_mismatch",
            param="expected_amount",
        )
    if method["type"] not in session["payment_method_types"]:
        raise ApiError(
            400,
            f"This Checkout Session takes {', '.join(session['payment_method_types'])} and not "
            f"{method['type']}.",
            param="payment_method",
        )


def _page(work: Work, session_id: str) -> Json:
    session = work.load(sessions.KIND, session_id)
    return {
        "id": f"ppage_{session_id[-24:]}",
        "object": "payment_page",
        "amount_total": session["amount_total"],
        "currency": session["currency"],
        "livemode": False,
        "mode": session["mode"],
        "payment_intent": session_payment.intent_of(work, session_id),
        "payment_method_types": session["payment_method_types"],
        "payment_status": session["payment_status"],
        "session_id": session_id,
        "state": _STATES[session["status"]],
        "success_url": session["success_url"],
    }
