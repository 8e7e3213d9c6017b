"""Checkout in subscription mode: the buyer becomes a customer and the payment a first invoice."""

from __future__ import annotations

from stripe_standin.billing import collection, subscription_states
from stripe_standin.http.messages import Json
from stripe_standin.payments import customers, intents
from stripe_standin.storage.unit_of_work import Call, Work


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
