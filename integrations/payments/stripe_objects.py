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


@dataclass(frozen=True)
class CheckoutSession:
    """A hosted payment page; ``status`` is open, complete or expired."""

    id: str
    url: str | None
    status: str
    payment_status: str
    amount_total: int | None
    currency: str | None
    payment_intent_id: str | None
    client_reference_id: str | None
    metadata: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CheckoutSession:
        """Read https://docs.stripe.com/api/checkout/sessions/object."""
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
        )


@dataclass(frozen=True)
class Refund:
    """Money on its way back; ``status`` pending or requires_action is not back yet."""

    id: str
    amount: int
    currency: str
    status: str
    payment_intent_id: str | None
    reason: str | None

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Refund:
        """Read https://docs.stripe.com/api/refunds/object."""
        return cls(
            id=str(data["id"]),
            amount=int(data["amount"]),
            currency=str(data["currency"]),
            status=str(data.get("status")),
            payment_intent_id=_id_of(data.get("payment_intent")),
            reason=data.get("reason"),
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
class WebhookEvent:
    """A message that Stripe signed; ``object`` is the plain JSON of ``data.object``."""

    id: str
    type: str
    livemode: bool
    created_at: datetime
    object: Mapping[str, Any]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WebhookEvent:
        """Read https://docs.stripe.com/api/events/object.

        Raises ValueError, KeyError, TypeError or OverflowError where it is no event.
        """
        if not re.fullmatch(r"\w{1,255}", data["id"], re.ASCII) or not isinstance(
            data["type"], str
        ):
            raise ValueError("id or type")
        subject = data["data"]["object"]
        if not isinstance(subject, Mapping):
            raise ValueError("data.object")
        return cls(
            id=data["id"],
            type=data["type"],
            livemode=data["livemode"] is True,
            created_at=datetime.fromtimestamp(data["created"], timezone.utc),
            object=subject,
        )

    @property
    def object_id(self) -> str | None:
        """Stripe id of the object that the event is about."""
        value = self.object.get("id")
        return value if isinstance(value, str) else None


def _id_of(value: Any) -> str | None:
    # Expanded references are whole objects.
    reference = value["id"] if isinstance(value, Mapping) else value
    return None if reference is None else str(reference)
