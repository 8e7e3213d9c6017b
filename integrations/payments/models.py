"""The nouns of the shop as frozen dataclasses, and the only moves an order may make.

Amounts are integer minor units and ``*_at`` aware datetimes, except in :class:`PaymentItem`,
whose amount is in major units because people write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .money import Amount, to_minor


@dataclass(frozen=True)
class Buyer:
    """Whose conversation: a sender id means something only together with its channel."""

    channel: str
    sender_id: str


@dataclass(frozen=True)
class PaymentItem:
    """One line item of a Checkout Session; ``amount`` is the price of one, in major units."""

    name: str
    amount: Amount
    quantity: int = 1
    description: str | None = None
    currency: str = "usd"

    @property
    def unit_amount(self) -> int:
        """Price of one in minor units; raises InvalidAmount."""
        return to_minor(self.amount, self.currency)


@dataclass(frozen=True)
class Section:
    """A part of the house with one price; ``seats_left`` has sold and held seats subtracted."""

    id: str
    name: str
    unit_amount: int
    seats: int
    seats_left: int


@dataclass(frozen=True)
class Show:
    """What one attends. Sections are cheapest first; ``starts_at`` keeps the show's own offset."""

    id: str
    name: str
    aliases: tuple[str, ...]
    category: str
    venue: str
    city: str
    starts_at: datetime
    currency: str
    sections: tuple[Section, ...]

    @property
    def seats_left(self) -> int:
        """Seats left in all sections together."""
        return sum(section.seats_left for section in self.sections)


@dataclass(frozen=True)
class SeasonTicket:
    """A ticket for a whole season, paid per ``interval`` (Stripe's: day, week, month, year)."""

    id: str
    name: str
    currency: str
    unit_amount: int
    interval: str


@dataclass(frozen=True)
class Catalog:
    """What is for sale at one moment: shows soonest first, and season tickets."""

    shows: tuple[Show, ...]
    season_tickets: tuple[SeasonTicket, ...]
    currency: str
    max_tickets_per_order: int


class OrderStatus(str, Enum):
    """Where an order stands; the words of the API and of the database."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    EXPIRED = "expired"
    CANCELED = "canceled"
    DISPUTED = "disputed"
    NEEDS_ATTENTION = "needs_attention"


_S = OrderStatus
ALLOWED_TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    _S.OPEN: frozenset({_S.PROCESSING, _S.PAID, _S.EXPIRED, _S.CANCELED, _S.NEEDS_ATTENTION}),
    _S.PROCESSING: frozenset({_S.PAID, _S.EXPIRED, _S.NEEDS_ATTENTION}),
    # Paid too late: the seats are taken again if they are still there.
    _S.EXPIRED: frozenset({_S.PAID, _S.NEEDS_ATTENTION}),
    _S.CANCELED: frozenset({_S.PAID, _S.NEEDS_ATTENTION}),
    _S.PAID: frozenset({_S.PARTIALLY_REFUNDED, _S.REFUNDED, _S.DISPUTED}),
    _S.PARTIALLY_REFUNDED: frozenset({_S.REFUNDED, _S.DISPUTED}),
    _S.DISPUTED: frozenset({_S.PAID, _S.REFUNDED}),
    _S.REFUNDED: frozenset(),
    _S.NEEDS_ATTENTION: frozenset({_S.PAID, _S.REFUNDED, _S.CANCELED}),
}
UNPAID = frozenset({_S.OPEN, _S.PROCESSING})


@dataclass(frozen=True)
class Order:
    """What a buyer buys in one go, with the show's words as they were when it was made.

    ``expires_at`` is when Stripe closes the Checkout Session; the seats are held a little longer.
    """

    id: str
    status: OrderStatus
    kind: str
    buyer: Buyer
    show_id: str
    show_name: str
    section_id: str
    section_name: str
    venue: str
    city: str
    starts_at: datetime
    quantity: int
    currency: str
    unit_amount: int
    amount_total: int
    amount_refunded: int
    attempt: int
    checkout_session_id: str | None
    checkout_url: str | None
    payment_intent_id: str | None
    created_at: datetime
    expires_at: datetime
    hold_expires_at: datetime
    paid_at: datetime | None
    cancel_requested_at: datetime | None = None

    @property
    def idempotency_key(self) -> str:
        """Key of the Checkout Session: the same order and attempt make the same session."""
        return f"checkout-session:{self.id}:{self.attempt}"


class MessageKind(str, Enum):
    """What a conversation is to be told about an order."""

    PAYMENT_CONFIRMED = "payment_confirmed"
    PAYMENT_DECLINED = "payment_declined"
    CHECKOUT_EXPIRED = "checkout_expired"
    PAYMENT_NEEDS_ATTENTION = "payment_needs_attention"


@dataclass(frozen=True)
class OutboxMessage:
    """A promise to tell one conversation one thing about one order."""

    id: str
    order_id: str
    buyer: Buyer
    kind: MessageKind
    attempts: int
