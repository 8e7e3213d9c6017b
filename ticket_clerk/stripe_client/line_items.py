"""Line items as Stripe wants them: https://docs.stripe.com/api/checkout/sessions/create."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ticket_clerk.ticketing.domain.errors import InvalidRequest
from ticket_clerk.ticketing.domain.models import PaymentItem


def line_items(
    items: Sequence[PaymentItem], recurring_interval: str | None = None
) -> list[dict[str, Any]]:
    """Write items as the ``line_items`` of a Checkout Session, priced on the spot.

    With ``recurring_interval`` they are paid again every day, week, month or year.

    Raises:
        InvalidRequest: none, mixed currencies, a quantity below 1.
        InvalidAmount: a price that is not exactly a sum of its currency.
    """
    if not items:
        raise InvalidRequest("items must hold at least one line item", field="items")
    if len({item.currency for item in items}) > 1:
        raise InvalidRequest("items must all have one currency", field="items")
    return [_line_item(item, recurring_interval) for item in items]


def _line_item(item: PaymentItem, recurring_interval: str | None) -> dict[str, Any]:
    if isinstance(item.quantity, bool) or not isinstance(item.quantity, int) or item.quantity < 1:
        raise InvalidRequest("quantity must be a whole number above zero", field="quantity")
    product = {"name": item.name}
    if item.description:
        product["description"] = item.description
    return {
        "quantity": item.quantity,
        "price_data": {
            "currency": item.currency,
            "unit_amount": item.unit_amount,
            "product_data": product,
            **({"recurring": {"interval": recurring_interval}} if recurring_interval else {}),
        },
    }
