"""The receipt of a charge (`receipt_url`): what was paid, and what of it went back."""

from __future__ import annotations

from datetime import datetime, timezone

from stripe_standin.api.errors import no_such
from stripe_standin.http.messages import Json, Request, Response
from stripe_standin.pages import rendering
from stripe_standin.payments import currencies
from stripe_standin.storage.unit_of_work import MERCHANT, Work


def answer(work: Work, request: Request, charge_id: str) -> Response:
    """Shows the receipt; a charge that was not paid has none."""
    charge = work.load("charge", charge_id)
    if not charge["paid"]:
        raise no_such("charge", charge_id)
    return rendering.page(
        200, "message.html", title=f"Receipt from {MERCHANT}", text=" ".join(_lines(charge))
    )


def _lines(charge: Json) -> list[str]:
    paid_on = datetime.fromtimestamp(charge["created"], timezone.utc).strftime("%-d %B %Y")
    paid = currencies.write(charge["amount"], charge["currency"])
    lines = [f"{paid} was paid on {paid_on}."]
    if charge["amount_refunded"]:
        back = currencies.write(charge["amount_refunded"], charge["currency"])
        lines.append(f"{back} of it was refunded.")
    return lines
