"""The invoice of a paid Checkout Session in payment mode (`invoice_creation`).

Source: https://docs.stripe.com/receipts?payment-ui=checkout. It is made after the payment,
finalized and paid in one go.
"""

from __future__ import annotations

from stripe_standin.billing import invoice_object, invoice_states
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Work


def is_due(work: Work, session: Json) -> bool:
    """Whether a session that is paid is still without the invoice that it asked for."""
    wanted = (session["invoice_creation"] or {}).get("enabled")
    return bool(wanted and not session["invoice"] and session["payment_status"] != "unpaid")


def make(work: Work, session: Json, intent: Json | None) -> Json:
    """The session with its invoice, which is paid; stores neither the session nor an event of it.

    Without a PaymentIntent nothing was due.
    """
    customer = work.load("customer", session["customer"])
    items = work.store.private(session["id"])["line_items"]
    draft = invoice_object.of_session(work, session, customer, items)
    invoice = invoice_states.finalize(work, invoice_states.insert(work, draft))
    if intent is not None:
        invoice_states.tie(work, invoice, intent)
    invoice_states.mark_paid(work, invoice)
    return {**session, "invoice": invoice["id"]}
