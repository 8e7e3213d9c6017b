"""The states of an invoice: draft, open, paid, void.

Source: https://docs.stripe.com/invoicing/overview. Each change is stored with its event. The
payment of an invoice is a PaymentIntent, tied to it by an `invoice_payment` object.
"""

from __future__ import annotations

from typing import Any

from stripe_standin.api.lists import listing
from stripe_standin.billing import invoice_object
from stripe_standin.http.messages import Json
from stripe_standin.storage.unit_of_work import Work, new_id

KIND = "invoice"


def add(work: Work, subscription: Json, reason: str, before: tuple[int, int]) -> Json:
    """Makes the invoice for the subscription's running period and finalizes it at once.

    `before` is the period that the invoice closes, as Stripe writes it in period_start and
    period_end; of a first invoice it is the moment of its making.
    """
    customer = work.load("customer", subscription["customer"])
    draft = invoice_object.of_subscription(work, subscription, customer, reason, before)
    return finalize(work, insert(work, draft))


def insert(work: Work, draft: Json) -> Json:
    """Stores a draft."""
    work.store.insert(draft)
    work.emit("invoice.created", draft)
    return draft


def finalize(work: Work, draft: Json) -> Json:
    """Opens a draft for payment: it gets its number and its page."""
    customer = work.load("customer", draft["customer"])
    after: Json = {
        **draft,
        "effective_at": work.now,
        "hosted_invoice_url": invoice_object.page_of(work, draft["id"]),
        "number": _number(work, customer),
        "status": "open",
        "status_transitions": {**draft["status_transitions"], "finalized_at": work.now},
    }
    work.store.update(after)
    work.emit("invoice.finalized", after)
    return after


def tie(work: Work, invoice: Json, intent: Json) -> None:
    """Ties a PaymentIntent to the invoice as its payment."""
    payment: Json = {
        "id": new_id("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": work.now,
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
    work.store.insert(payment)
    private = work.store.private(intent["id"])
    work.store.set_private(intent["id"], {**private, "invoice": invoice["id"]})
    work.store.set_private(
        invoice["id"], {"payment_intent": intent["id"], "invoice_payment": payment["id"]}
    )


def intent_of(work: Work, invoice: Json) -> Json:
    """The PaymentIntent that pays an invoice."""
    return work.load("payment_intent", work.store.private(invoice["id"])["payment_intent"])


def mark_paid(work: Work, invoice: Json) -> Json:
    """Marks the invoice and its payment paid."""
    after: Json = {
        **invoice,
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "attempt_count": invoice["attempt_count"] + 1,
        "attempted": True,
        "auto_advance": False,
        "ending_balance": 0,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": {**invoice["status_transitions"], "paid_at": work.now},
    }
    work.store.update(after)
    _settle_payment(work, after, status="paid", amount_paid=after["amount_paid"])
    work.emit("invoice.paid", after)
    work.emit("invoice.payment_succeeded", after)
    return after


def mark_failed(work: Work, invoice: Json, *, next_attempt: int | None) -> Json:
    """Records a failed attempt; the invoice stays open."""
    after = {
        **invoice,
        "attempt_count": invoice["attempt_count"] + 1,
        "attempted": True,
        "next_payment_attempt": next_attempt,
    }
    work.store.update(after)
    work.emit("invoice.payment_failed", after)
    return after


def void(work: Work, invoice: Json) -> Json:
    """Marks the invoice void and its payment canceled."""
    after: Json = {
        **invoice,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "void",
        "status_transitions": {**invoice["status_transitions"], "voided_at": work.now},
    }
    work.store.update(after)
    _settle_payment(work, after, status="canceled", amount_paid=None)
    work.emit("invoice.voided", after)
    return after


def shown(work: Work, invoice: Json) -> Json:
    """The link leads to where the stand-in listens now, also after a start on another port."""
    if invoice["status"] == "draft":
        return invoice
    return {**invoice, "hosted_invoice_url": invoice_object.page_of(work, invoice["id"])}


def included(work: Work, invoice: Json, name: str) -> Json | None:
    """`payments` and `confirmation_secret`, which an invoice shows only to who asks for them."""
    if name == "payments":
        wanted = [("json_extract(body, '$.invoice') = ?", [invoice["id"]])]
        found = work.store.select("invoice_payment", wanted, "ORDER BY seq")
        return listing(found, f"/v1/invoice_payments?invoice={invoice['id']}")
    if invoice["status"] != "open":
        return None
    secret = intent_of(work, invoice)["client_secret"]
    return {"client_secret": secret, "type": "payment_intent"}


def _settle_payment(work: Work, invoice: Json, **fields: Any) -> None:
    reference = work.store.private(invoice["id"]).get("invoice_payment")
    if reference is None:  # Nothing was due.
        return
    payment = work.load("invoice_payment", reference)
    moment = "paid_at" if fields["status"] == "paid" else "canceled_at"
    transitions = {**payment["status_transitions"], moment: work.now}
    after = {**payment, **fields, "status_transitions": transitions}
    work.store.update(after)
    if fields["status"] == "paid":
        work.emit("invoice_payment.paid", after)


def _number(work: Work, customer: Json) -> str:
    rows = work.store.execute(
        "SELECT count(*) FROM objects WHERE kind = ? AND json_extract(body, '$.customer') = ? "
        "AND json_extract(body, '$.number') IS NOT NULL",
        (KIND, customer["id"]),
    )
    return f"{customer['invoice_prefix']}-{rows[0][0] + 1:04d}"


def is_session_due(work: Work, session: Json) -> bool:
    """Whether a session that is paid is still without the invoice that it asked for."""
    wanted = (session["invoice_creation"] or {}).get("enabled")
    return bool(wanted and not session["invoice"] and session["payment_status"] != "unpaid")


def make_for_session(work: Work, session: Json, intent: Json | None) -> Json:
    """The session with its invoice (`invoice_creation`), finalized and paid; stores no session.

    Without a PaymentIntent nothing was due. Source:
    https://docs.stripe.com/receipts?payment-ui=checkout.
    """
    customer = work.load("customer", session["customer"])
    items = work.store.private(session["id"])["line_items"]
    draft = invoice_object.of_session(work, session, customer, items)
    invoice = finalize(work, insert(work, draft))
    if intent is not None:
        tie(work, invoice, intent)
    mark_paid(work, invoice)
    return {**session, "invoice": invoice["id"]}
