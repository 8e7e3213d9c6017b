"""Invoices in Telegram itself: https://core.telegram.org/bots/payments

An invoice says by a signed reference which order it is for. A forwarded one has no button to pay
but a link to the clerk (its `start_parameter` is not empty), and the last check refuses everybody
but the order's buyer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ticket_clerk.channels.messaging.base import Malformed
from ticket_clerk.secrets import secrets_equal
from ticket_clerk.ticketing.container import Container
from ticket_clerk.ticketing.domain.models import Order
from ticket_clerk.ticketing.domain.order_lines import lines_of
from ticket_clerk.ticketing.orders import native_payments
from ticket_clerk.ticketing.orders.native_payments import NativePayment, Refusal

from .parser import UnknownAddress, parse_address

DESCRIPTION = "utter_invoice"
NOT_YOURS = "utter_invoice_not_yours"
REFUSALS = {Refusal.CLOSED: "utter_invoice_closed", Refusal.CHANGED: "utter_invoice_changed"}

_LONGEST_TITLE = 32
_LONGEST_DESCRIPTION = 255
# Their smallest unit is not Stripe's (https://core.telegram.org/bots/payments/currencies.json).
_COUNTED_OTHERWISE = frozenset({"isk", "ugx"})


@dataclass(frozen=True)
class Checkout:
    """A pre-checkout query: payer, amount in minor units, order number (may be empty)."""

    query_id: str
    user: int
    order_id: str
    amount: int
    currency: str


class Invoices:
    """Creates and verifies invoices; `key` is a secret of the clerk's."""

    def __init__(self, provider_token: str, key: str) -> None:
        """Sign with a key of its own, made from `key`."""
        self._provider_token = provider_token
        self._key = hmac.digest(key.encode(), b"telegram invoice", hashlib.sha256)

    def invoice(self, order: Order, description: str) -> dict[str, Any] | None:
        """The body of a sendInvoice without its address; None for money that Telegram counts
        otherwise.
        """
        if order.currency in _COUNTED_OTHERWISE:
            return None
        title = order.show_name[:_LONGEST_TITLE]
        return {
            "title": title,
            "description": description[:_LONGEST_DESCRIPTION],
            "payload": self.reference(order.id),
            "provider_token": self._provider_token,
            "currency": order.currency.upper(),
            "prices": [
                {"label": line.name[:_LONGEST_TITLE], "amount": line.amount_total}
                for line in lines_of(order)
            ],
            "start_parameter": order.id,
        }

    def reference(self, order_id: str) -> str:
        """The signed reference to an order."""
        digest = hmac.digest(self._key, order_id.encode("utf-8", "replace"), hashlib.sha256)
        return f"{order_id}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"

    def order_of(self, reference: object) -> str:
        """Return the order number in a reference that we signed, else an empty string."""
        order_id = str(reference).partition(".")[0]
        return order_id if secrets_equal(str(reference), self.reference(order_id)) else ""

    def read_checkout(self, update: Mapping[str, Any]) -> Checkout | None:
        """Parse a pre-checkout query; None if the update is none. Raises Malformed."""
        query = update.get("pre_checkout_query")
        if not isinstance(query, dict):
            return None
        try:
            return Checkout(
                str(query["id"]),
                int(query["from"]["id"]),
                self.order_of(query.get("invoice_payload")),
                int(query["total_amount"]),
                str(query["currency"]).lower(),
            )
        except (KeyError, TypeError, ValueError):
            raise Malformed("pre_checkout_query") from None

    def read_payment(self, update: Mapping[str, Any]) -> NativePayment | None:
        """Parse a message's payment; None if it has none. Raises Malformed."""
        message = update.get("message")
        paid = message.get("successful_payment") if isinstance(message, dict) else None
        if not isinstance(paid, dict):
            return None
        try:
            return NativePayment(
                str(paid.get("provider_payment_charge_id") or paid["telegram_payment_charge_id"]),
                self.order_of(paid.get("invoice_payload")),
                int(paid["total_amount"]),
                str(paid["currency"]).lower(),
            )
        except (KeyError, TypeError, ValueError):
            raise Malformed("successful_payment") from None


def refusal_of(container: Container, checkout: Checkout) -> str | None:
    """Return the response that refuses this payment; None if it may proceed."""
    order = native_payments.payable_order(container, checkout.order_id)
    if order is None:
        return REFUSALS[Refusal.CLOSED]
    if not _is_buyer(order, checkout.user):
        return NOT_YOURS
    refusal = native_payments.refusal(
        container, order.id, amount=checkout.amount, currency=checkout.currency
    )
    return REFUSALS[refusal] if refusal else None


def _is_buyer(order: Order, user: int) -> bool:
    if order.buyer.channel != "telegram":
        return False
    try:
        return parse_address(order.buyer.sender_id).user == user
    except UnknownAddress:
        return False
