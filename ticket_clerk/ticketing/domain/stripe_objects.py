"""What we read of Stripe's objects: frozen dataclasses, made from plain JSON.

Amounts are integer minor units, as Stripe's own. Each ``from_json`` takes the object as the API or
an event gives it and keeps only what somebody here reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .payment_ids import OfPayment

# Written on what is made at Stripe, since an account may serve others too.
SERVICE = "ticket-clerk"
# The same for what is made through the HTTP API and belongs to no order.
API_SERVICE = "ticket-clerk-api"
# Evidence that is a file; https://docs.stripe.com/api/disputes/evidence_object.
EVIDENCE_FILES = (
    *("receipt", "customer_communication", "service_documentation", "refund_policy"),
    *("cancellation_policy", "duplicate_charge_documentation", "customer_signature"),
    *("shipping_documentation", "uncategorized_file"),
)


@dataclass(frozen=True)
class StripeProduct:
    """What a merchant sells, by their own words."""

    id: str
    name: str
    description: str | None
    is_active: bool
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StripeProduct:
        """Read https://docs.stripe.com/api/products/object."""
        return cls(
            id=str(data["id"]),
            name=str(data.get("name") or ""),
            description=data.get("description"),
            is_active=bool(data.get("active")),
            metadata=dict(data.get("metadata") or {}),
        )


@dataclass(frozen=True)
class StripePrice:
    """A price of a product, in minor units; ``interval`` is None where it is paid once."""

    id: str
    product_id: str
    nickname: str | None
    currency: str
    unit_amount: int
    interval: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StripePrice:
        """Read https://docs.stripe.com/api/prices/object."""
        return cls(
            id=str(data["id"]),
            product_id=str(_id_of(data.get("product"))),
            nickname=data.get("nickname"),
            currency=str(data.get("currency")),
            unit_amount=int(data.get("unit_amount") or 0),
            interval=(data.get("recurring") or {}).get("interval"),
            metadata=dict(data.get("metadata") or {}),
        )


@dataclass(frozen=True)
class CheckoutSession:
    """A hosted payment page; ``status`` is open, complete or expired.

    ``amount_tax`` is in ``amount_total`` and, where it is added to the prices, not in
    ``amount_subtotal``.
    """

    id: str
    url: str | None
    status: str
    payment_status: str
    amount_total: int | None
    currency: str | None
    payment_intent_id: str | None
    client_reference_id: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    mode: str = "payment"
    subscription_id: str | None = None
    invoice_id: str | None = None
    customer_id: str | None = None
    amount_subtotal: int | None = None
    amount_discount: int = 0
    amount_tax: int = 0
    amount_shipping: int = 0
    customer_email: str | None = field(default=None, repr=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CheckoutSession:
        """Read https://docs.stripe.com/api/checkout/sessions/object."""
        details = data.get("total_details") or {}
        return cls(
            id=str(data["id"]),
            url=data.get("url"),
            status=str(data.get("status")),
            payment_status=str(data.get("payment_status")),
            amount_total=data.get("amount_total"),
            currency=data.get("currency"),
            payment_intent_id=_id_of(data.get("payment_intent")),
            client_reference_id=data.get("client_reference_id"),
            metadata=dict(data.get("metadata") or {}),
            mode=str(data.get("mode") or "payment"),
            subscription_id=_id_of(data.get("subscription")),
            invoice_id=_id_of(data.get("invoice")),
            customer_id=_id_of(data.get("customer")),
            amount_subtotal=data.get("amount_subtotal"),
            customer_email=(data.get("customer_details") or {}).get("email"),
            amount_discount=int(details.get("amount_discount") or 0),
            amount_tax=int(details.get("amount_tax") or 0),
            amount_shipping=int(details.get("amount_shipping") or 0),
        )


@dataclass(frozen=True)
class PaymentIntent:
    """An attempt to collect money; ``status`` is one of Stripe's seven.

    ``client_secret`` lets its holder pay and nothing else; it is left out of the repr because
    logs are no place for it.
    """

    id: str
    amount: int
    currency: str
    status: str
    client_secret: str | None = field(repr=False)
    customer_id: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    next_action_url: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PaymentIntent:
        """Read https://docs.stripe.com/api/payment_intents/object."""
        return cls(
            id=str(data["id"]),
            amount=int(data["amount"]),
            currency=str(data["currency"]),
            status=str(data["status"]),
            client_secret=data.get("client_secret"),
            customer_id=_id_of(data.get("customer")),
            metadata=dict(data.get("metadata") or {}),
            description=data.get("description"),
            next_action_url=_redirect_of(data.get("next_action")),
        )

    @property
    def meaning(self) -> str:
        """What the status means to the buyer, in a sentence; empty for one that is new."""
        return MEANINGS.get(self.status, "")


@dataclass(frozen=True)
class Refund(OfPayment):
    """Money on its way back; ``status`` pending or requires_action is not back yet."""

    id: str
    amount: int
    currency: str
    status: str
    payment_intent_id: str | None
    reason: str | None
    charge_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Refund:
        """Read https://docs.stripe.com/api/refunds/object."""
        return cls(
            id=str(data["id"]),
            amount=int(data["amount"]),
            currency=str(data["currency"]),
            status=str(data["status"]),
            payment_intent_id=_id_of(data.get("payment_intent")),
            reason=data.get("reason"),
            charge_id=_id_of(data.get("charge")),
            metadata=dict(data.get("metadata") or {}),
        )


@dataclass(frozen=True)
class Dispute(OfPayment):
    """A payment that its bank takes back, or asks about; ``status`` is Stripe's word."""

    id: str
    amount: int
    currency: str
    status: str
    reason: str
    payment_intent_id: str | None
    charge_id: str | None
    # Until when evidence has to be there.
    due_by: datetime | None = None
    # Ids of the files that are in its evidence, by Stripe's name for what they show.
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the bank has not decided yet."""
        return self.status.endswith(("needs_response", "under_review"))

    @property
    def needs_response(self) -> bool:
        """Whether no evidence was sent yet."""
        return self.status.endswith("needs_response")

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Dispute:
        """Read https://docs.stripe.com/api/disputes/object."""
        due_by = (data.get("evidence_details") or {}).get("due_by")
        return cls(
            id=str(data["id"]),
            amount=int(data["amount"]),
            currency=str(data["currency"]),
            status=str(data["status"]),
            reason=str(data.get("reason")),
            payment_intent_id=_id_of(data.get("payment_intent")),
            charge_id=_id_of(data.get("charge")),
            due_by=datetime.fromtimestamp(due_by, timezone.utc) if due_by else None,
            files=_files_of(data.get("evidence") or {}),
        )


@dataclass(frozen=True)
class StripeFile:
    """A file that is kept at Stripe; ``size`` in bytes, ``kind`` as pdf, jpg, png."""

    id: str
    name: str
    size: int
    kind: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StripeFile:
        """Read https://docs.stripe.com/api/files/object."""
        return cls(
            id=str(data["id"]),
            name=str(data.get("filename") or ""),
            size=int(data["size"]),
            kind=str(data.get("type") or ""),
        )


@dataclass(frozen=True)
class Customer:
    """Somebody who pays; e-mail and name are personal and left out of the repr."""

    id: str
    email: str | None = field(repr=False)
    name: str | None = field(repr=False)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Customer:
        """Read https://docs.stripe.com/api/customers/object."""
        return cls(id=str(data["id"]), email=data.get("email"), name=data.get("name"))


@dataclass(frozen=True)
class StripeSubscription:
    """A payment every period; ``status`` is Stripe's word.

    https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
    """

    id: str
    status: str
    customer_id: str | None
    current_period_end: datetime | None
    cancel_at_period_end: bool
    latest_invoice_id: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StripeSubscription:
        """Read https://docs.stripe.com/api/subscriptions/object; its items carry the period."""
        items = (data.get("items") or {}).get("data") or []
        ends = [item["current_period_end"] for item in items if item.get("current_period_end")]
        return cls(
            id=str(data["id"]),
            status=str(data["status"]),
            customer_id=_id_of(data.get("customer")),
            current_period_end=_moment(min(ends)) if ends else None,
            cancel_at_period_end=data.get("cancel_at_period_end") is True,
            latest_invoice_id=_id_of(data.get("latest_invoice")),
            metadata=dict(data.get("metadata") or {}),
        )


@dataclass(frozen=True)
class Invoice:
    """What is due for one period of a subscription, and whether it was paid.

    ``payment_intent_id`` is known where the invoice was read with its payments.
    """

    id: str
    status: str
    billing_reason: str
    subscription_id: str | None
    amount_paid: int
    amount_due: int
    currency: str
    payment_intent_id: str | None
    hosted_invoice_url: str | None
    attempt_count: int
    period_end: datetime | None
    subscription_metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Invoice:
        """Read https://docs.stripe.com/api/invoices/object."""
        parent = (data.get("parent") or {}).get("subscription_details") or {}
        payments = (data.get("payments") or {}).get("data") or []
        intents = [(payment.get("payment") or {}).get("payment_intent") for payment in payments]
        return cls(
            id=str(data["id"]),
            status=str(data.get("status")),
            billing_reason=str(data.get("billing_reason")),
            subscription_id=_id_of(parent.get("subscription")),
            amount_paid=int(data.get("amount_paid") or 0),
            amount_due=int(data.get("amount_due") or 0),
            currency=str(data["currency"]),
            payment_intent_id=next((_id_of(intent) for intent in intents if intent), None),
            hosted_invoice_url=data.get("hosted_invoice_url"),
            attempt_count=int(data.get("attempt_count") or 0),
            period_end=_moment(data.get("period_end")),
            subscription_metadata=dict(parent.get("metadata") or {}),
        )


@dataclass(frozen=True)
class WebhookEvent:
    """A message that Stripe signed; ``object`` is the plain JSON of ``data.object``.

    ``account_id`` is set where it is a connected account's and not our own.
    """

    id: str
    type: str
    livemode: bool
    created_at: datetime
    object: Mapping[str, Any]
    account_id: str | None = None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WebhookEvent:
        """Read https://docs.stripe.com/api/events/object, or an event of API v2.

        The latter is thin: it names what it is about and does not contain it, so its ``object``
        is empty (https://docs.stripe.com/api/v2/core/events/object).

        Raises ValueError, KeyError, TypeError or OverflowError where it is no event.
        """
        if not re.fullmatch(r"\w{1,255}", data["id"], re.ASCII) or not isinstance(
            data["type"], str
        ):
            raise ValueError("id or type")
        is_thin = data.get("object") == "v2.core.event"
        subject = {} if is_thin else data["data"]["object"]
        if not isinstance(subject, Mapping):
            raise ValueError("data.object")
        return cls(
            id=data["id"],
            type=data["type"],
            livemode=data["livemode"] is True,
            created_at=_iso(data["created"]) if is_thin else _time(data["created"]),
            object=subject,
            account_id=_id_of(data.get("account")),
        )

    @property
    def object_id(self) -> str | None:
        """Stripe id of the object that the event is about."""
        value = self.object.get("id")
        return value if isinstance(value, str) else None


def _moment(seconds: Any) -> datetime | None:
    return _time(seconds) if seconds else None


def _time(seconds: Any) -> datetime:
    return datetime.fromtimestamp(seconds, timezone.utc)


def _iso(text: str) -> datetime:
    # Python 3.10 takes neither Z nor every number of decimals.
    whole = re.sub(r"(\.\d+)?Z$", "+00:00", text)
    return datetime.fromisoformat(whole).astimezone(timezone.utc)


def _redirect_of(next_action: Any) -> str | None:
    redirect = (next_action or {}).get("redirect_to_url") or {}
    return redirect.get("url")


def _files_of(evidence: Mapping[str, Any]) -> dict[str, str]:
    found = {name: _id_of(evidence.get(name)) for name in EVIDENCE_FILES}
    return {name: file_id for name, file_id in found.items() if file_id}


def _id_of(value: Any) -> str | None:
    # Expanded references are whole objects.
    reference = value["id"] if isinstance(value, Mapping) else value
    return None if reference is None else str(reference)


@dataclass(frozen=True)
class SubscriptionSnapshot:
    """A subscription with all its invoices, newest first, and when Stripe was asked for them.

    The moment is that before the question: whatever changed earlier is in the answer.
    """

    subscription: StripeSubscription
    invoices: tuple[Invoice, ...]
    read_at: datetime

    def invoice(self, invoice_id: str | None) -> Invoice | None:
        """One of the invoices, or None."""
        return next((invoice for invoice in self.invoices if invoice.id == invoice_id), None)


MEANINGS: Mapping[str, str] = {
    "requires_payment_method": "Nothing was paid yet, or the card was declined: enter a card.",
    "requires_confirmation": "A card was entered; the payment has to be confirmed.",
    "requires_action": "The bank wants to know that it is you: authenticate on its page.",
    "processing": "The bank is working on it; some payments take days.",
    "requires_capture": "The money is set aside and will be taken later.",
    "succeeded": "Paid.",
    "canceled": "The payment was given up; nothing will be taken.",
}


@dataclass(frozen=True)
class WebhookEndpoint:
    """An address that Stripe delivers events to; ``*`` among ``events`` stands for all.

    ``key`` is the idempotency key that it was made under, if we made it.
    """

    id: str
    url: str
    events: frozenset[str]
    is_enabled: bool
    created_at: datetime
    key: str | None
