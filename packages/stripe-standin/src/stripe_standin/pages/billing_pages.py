"""The pages of an invoice (`hosted_invoice_url`) and of a receipt (`receipt_url`).

The first is the card form again, for what is still due.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timezone

from stripe_standin.api.errors import no_such
from stripe_standin.billing import invoice_payment
from stripe_standin.http.messages import Json, Request, Response
from stripe_standin.pages import rendering
from stripe_standin.payments import currencies
from stripe_standin.payments.card_form import entry_of
from stripe_standin.payments.payment_attempts import Outcome
from stripe_standin.products import prices
from stripe_standin.storage.unit_of_work import MERCHANT, Work


def invoice(work: Work, request: Request, invoice_id: str) -> Response:
    """Shows an invoice, or takes a press of `pay`, `authenticate` or `fail`."""
    typed = rendering.typed(request) if request.method == "POST" else {}
    if request.method != "POST":
        outcome = invoice_payment.look(work, invoice_id)
    elif "authenticate" in typed or "fail" in typed:
        outcome = invoice_payment.authenticate(work, invoice_id, passed="authenticate" in typed)
    else:
        attempt = typed.get("attempt", "")
        outcome = invoice_payment.pay(work, invoice_id, entry_of(typed), attempt)
    return _show(work, work.load(invoice_payment.KIND, invoice_id), outcome, typed)


def _show(work: Work, invoice: Json, outcome: Outcome, typed: dict[str, str]) -> Response:
    if outcome.state == "paid":
        text = f"{MERCHANT} has received this payment. You can close this page."
        return rendering.page(200, "message.html", title="Invoice paid", text=text)
    if outcome.state == "expired":
        text = "Nothing is due any more, and nothing was charged."
        return rendering.page(200, "message.html", title="This invoice is void", text=text)
    email = invoice["customer_email"]
    return rendering.page(
        200,
        "authenticate.html" if outcome.state == "requires_action" else "pay.html",
        leads_to="'self'",
        address=f"/i/{invoice['id']}",
        attempt=secrets.token_urlsafe(16),
        decline=outcome.message,
        email=email or typed.get("email", ""),
        email_is_fixed=bool(email),
        items=[_item(work, line) for line in invoice["lines"]["data"]],
        merchant=MERCHANT,
        number=invoice["number"],
        problems=dict(outcome.problems),
        types=("card",),
        total=currencies.write(invoice["amount_due"], invoice["currency"]),
        typed={name: typed.get(name, "") for name in ("name", "exp_date")},
    )


def _item(work: Work, line: Json) -> Json:
    price = work.load("price", line["pricing"]["price_details"]["price"])
    product = work.load("product", price["product"])
    return {
        "name": product["name"],
        "description": product["description"],
        "quantity": line["quantity"],
        "each": currencies.write(price["unit_amount"], price["currency"]),
        "every": prices.every(price),
        "total": currencies.write(line["amount"], line["currency"]),
    }


def receipt(work: Work, request: Request, charge_id: str) -> Response:
    """Shows the receipt; a charge that was not paid has none."""
    charge = work.load("charge", charge_id)
    if not charge["paid"]:
        raise no_such("charge", charge_id)
    return rendering.page(
        200, "message.html", title=f"Receipt from {MERCHANT}", text=" ".join(_said_of(charge))
    )


def _said_of(charge: Json) -> list[str]:
    paid_on = datetime.fromtimestamp(charge["created"], timezone.utc).strftime("%-d %B %Y")
    paid = currencies.write(charge["amount"], charge["currency"])
    lines = [f"{paid} was paid on {paid_on}."]
    if charge["amount_refunded"]:
        back = currencies.write(charge["amount_refunded"], charge["currency"])
        lines.append(f"{back} of it was refunded.")
    return lines
