"""Payment of a Checkout Session: from a browser, over the API or in process.

Attempts follow one another in the store's transaction, so two clicks on `pay` charge once: the
second finds the session complete, or the answer that the same form got before.
"""

from __future__ import annotations

from stripe_standin.billing import collection, invoice_states, subscription_states
from stripe_standin.http.messages import Json
from stripe_standin.payments import (
    card_form,
    charges,
    customers,
    intents,
    payment_attempts,
    payment_methods,
)
from stripe_standin.payments.card_form import Entry
from stripe_standin.payments.payment_attempts import (
    NOT_AUTHENTICATED,
    Outcome,
    of_repeat,
    repeat_key,
)
from stripe_standin.promotions import redemption
from stripe_standin.storage.unit_of_work import Call, Work

from . import sessions, totals

KIND = "checkout.session"


def look(work: Work, session_id: str) -> Outcome:
    """Where a session stands; raises `ApiError` for one that does not exist."""
    session = work.load(KIND, session_id)
    if session["status"] == "complete":
        return _done(work, session)
    if session["status"] == "expired":
        return Outcome("expired")
    intent = intent_of(work, session_id)
    if intent and intent["status"] == "requires_action":
        return Outcome("requires_action")
    return Outcome("open")


def pay(work: Work, session_id: str, entry: Entry, attempt: str = "") -> Outcome:
    """Tries to pay an open session. With the same `attempt` token it is safe to repeat."""
    before = look(work, session_id)
    session = work.load(KIND, session_id)
    if session["status"] != "open":
        return before
    session = _with_tax(work, session)
    if session["amount_total"] == 0:
        return _pay_nothing(work, session, entry)
    types = session["payment_method_types"]
    card, problems = card_form.read(entry, work.now, types, may_wait=session["mode"] == "payment")
    if card is None:
        return Outcome("invalid", problems=tuple(problems.items()))
    again = repeat_key(attempt, card)
    earlier = work.store.private(session_id)["attempts"].get(again)
    if earlier:
        return of_repeat(earlier, before)
    _remember_buyer(work, session_id, entry)
    intent = _intent_for(work, session)
    customer = None if intent["setup_future_usage"] else intent["customer"]
    method = payment_methods.add(work, card, customer, entry.email, entry.name or None)
    outcome = _attempt(work, session_id, intent, method)
    if again:
        private = work.store.private(session_id)
        private["attempts"][again] = outcome.remembered()
        work.store.set_private(session_id, private)
    return outcome


def confirm(work: Work, session_id: str, method: Json) -> Outcome:
    """Tries to pay an open session with an existing PaymentMethod."""
    before = look(work, session_id)
    session = work.load(KIND, session_id)
    if session["status"] != "open":
        return before
    session = _with_tax(work, session)
    buyer = method["billing_details"]
    _remember_buyer(work, session_id, Entry(email=buyer["email"] or "", name=buyer["name"] or ""))
    if session["amount_total"] == 0:
        return _complete(work, session, None)
    intent = _intent_for(work, session)
    return _attempt(work, session_id, intent, method)


def _attempt(work: Work, session_id: str, intent: Json, method: Json) -> Outcome:
    session = work.load(KIND, session_id)
    after = payment_attempts.attempt(work, intent, method, session["success_url"])
    return _outcome(work, session, after)


def authenticate(work: Work, session_id: str, *, passed: bool) -> Outcome:
    """Answers the 3-D Secure step; where there is none, says where the session stands."""
    before = look(work, session_id)
    if before.state != "requires_action":
        return before
    session = work.load(KIND, session_id)
    waiting = intent_of(work, session_id)
    if waiting is None:
        return before
    return _outcome(work, session, payment_attempts.authenticate(work, waiting, passed=passed))


def intent_of(work: Work, session_id: str) -> Json | None:
    """The PaymentIntent that the buyer tries to pay; none before the first try."""
    reference = sessions.intent_id_of(work, work.load(KIND, session_id))
    return work.load("payment_intent", reference) if reference else None


def _with_tax(work: Work, session: Json) -> Json:
    """The session at the moment of paying: who the buyer is, and so the tax, is known now."""
    return totals.apply(work, session, taxed=session["automatic_tax"]["enabled"])


def _pay_nothing(work: Work, session: Json, entry: Entry) -> Outcome:
    """Completes a session that a discount left nothing of: no card, no PaymentIntent."""
    problem = card_form.email_problem(entry.email)
    if problem:
        return Outcome("invalid", problems=(("email", problem),))
    _remember_buyer(work, session["id"], entry)
    return _complete(work, session, None)


def _intent_for(work: Work, session: Json) -> Json:
    """The session's PaymentIntent, over what the session comes to now."""
    intent = intent_of(work, session["id"]) or _start_intent(work, session)
    if intent["amount"] != session["amount_total"]:
        intent = {**intent, "amount": session["amount_total"]}
        work.store.update(intent)
    return intent


def _start_intent(work: Work, session: Json) -> Json:
    """Stripe makes a session's PaymentIntent when the buyer first tries to pay; that of a
    subscription is not shown in the session, it belongs to the invoice.
    """
    if session["mode"] == "subscription":
        return start_intent(work, session)
    given = work.store.private(session["id"])["payment_intent_data"]
    intent = intents.add(
        work,
        **{
            "receipt_email": None,
            **given,
            "amount": session["amount_total"],
            "currency": session["currency"],
            "customer": session["customer"],
            "payment_method_types": session["payment_method_types"],
        },
    )
    work.store.set_private(intent["id"], {"checkout_session": session["id"]})
    work.store.update({**session, "payment_intent": intent["id"]})
    return intent


def _remember_buyer(work: Work, session_id: str, buyer: Entry) -> None:
    private = work.store.private(session_id)
    private["buyer"] = {
        "email": buyer.email or None,
        "name": buyer.name or None,
        "tax_id": buyer.tax_id or None,
    }
    work.store.set_private(session_id, private)


def _outcome(work: Work, session: Json, intent: Json) -> Outcome:
    if intent["status"] in ("succeeded", "processing"):
        return _complete(work, session, intent)
    if intent["status"] == "requires_action":
        return Outcome("requires_action")
    error = intent["last_payment_error"]
    if error["code"] == "payment_intent_authentication_failure":
        return Outcome("declined", NOT_AUTHENTICATED)
    return Outcome("declined", error["message"])


def _complete(work: Work, session: Json, intent: Json | None) -> Outcome:
    buyer = work.store.private(session["id"])["buyer"]
    if session["mode"] == "subscription" and intent:
        more = begin(work, session, intent)
    else:
        more = {"customer": session["customer"] or _new_customer(work, session, buyer)}
    after = {
        **session,
        **more,
        "customer_details": {
            "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")),
            "business_name": None,
            "email": buyer["email"],
            "individual_name": None,
            "name": buyer["name"],
            "phone": None,
            "tax_exempt": "none",
            "tax_ids": [_tax_id(buyer["tax_id"])] if buyer.get("tax_id") else [],
        },
        "payment_status": _payment_status(intent),
        "status": "complete",
        "url": None,
    }
    if invoice_states.is_session_due(work, after):
        after = invoice_states.make_for_session(work, after, intent)
    redemption.count(work, after["discounts"])
    work.store.update(after)
    event_id = work.emit("checkout.session.completed", after)
    if intent and intent["status"] == "succeeded":
        charges.settle(work, intent["latest_charge"])
    private = work.store.private(session["id"])
    work.store.set_private(session["id"], {**private, "completed_event": event_id})
    return _done(work, after)


def _payment_status(intent: Json | None) -> str:
    if intent is None:
        return "no_payment_required"
    return "paid" if intent["status"] == "succeeded" else "unpaid"


def _tax_id(typed: str) -> Json:
    """A number as it was typed; that of the European Union begins with a country."""
    kind = "eu_vat" if typed[:2].isalpha() else "unknown"
    return {"type": kind, "value": typed.upper()}


def _new_customer(work: Work, session: Json, buyer: Json) -> str | None:
    # An invoice is somebody's.
    wants_invoice = (session["invoice_creation"] or {}).get("enabled")
    if session["customer_creation"] != "always" and not wants_invoice:
        return None
    known = {name: buyer[name] for name in ("email", "name")}
    return str(customers.create(Call(work, known, {}))["id"])


def _done(work: Work, session: Json) -> Outcome:
    location = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
    event_id = work.store.private(session["id"]).get("completed_event", "")
    state = "paid"
    if session["payment_status"] == "unpaid":
        intent = intent_of(work, session["id"])
        state = "processing" if intent and intent["status"] == "processing" else "failed"
    return Outcome(state, location=location, completed_event=event_id)


def start_intent(work: Work, session: Json) -> Json:
    """The PaymentIntent of the first attempt, for a customer who is made now if there is none."""
    private = work.store.private(session["id"])
    customer = session["customer"] or customers.create(Call(work, private["buyer"], {}))["id"]
    intent = intents.add(
        work,
        amount=session["amount_total"],
        currency=session["currency"],
        customer=customer,
        description="Subscription creation",
        setup_future_usage="off_session",
    )
    work.store.set_private(intent["id"], {"checkout_session": session["id"]})
    work.store.set_private(session["id"], {**private, "payment_intent": intent["id"]})
    return intent


def begin(work: Work, session: Json, intent: Json) -> Json:
    """Starts the subscription that was just paid for; returns what the session says of it."""
    private = work.store.private(session["id"])
    if not session["customer"]:
        # The buyer may have given another address in a later attempt.
        customers.update(Call(work, private["buyer"], {"id": intent["customer"]}))
    subscription = subscription_states.add(
        work,
        intent["customer"],
        [(item["price"], item["quantity"]) for item in private["line_items"]],
        status="active",
        default_payment_method=intent["payment_method"],
        **{name: private["subscription_data"].get(name) for name in ("description", "metadata")},
    )
    invoice = collection.first_invoice(work, subscription, intent)
    collection.paid(work, invoice)
    return {
        "customer": intent["customer"],
        "invoice": invoice["id"],
        "subscription": subscription["id"],
    }
