"""The nouns of what follows a purchase: refunds and upgrades, as frozen dataclasses.

Amounts are integer minor units and ``*_at`` aware datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .models import Order, Section
from .tickets import Ticket

# The source of a request to give back what could not be honored: nobody waits for its answer.
LATE = "late"
# The source of a request to give back what came for an order that was paid already.
DUPLICATE = "second"
# The source of a request to give back all that was paid for a show that was called off.
CALLED_OFF = "called_off"


class RefundStatus(str, Enum):
    """Where a refund stands: asked for here, then Stripe's own words, or refused by Stripe."""

    REQUESTED = "requested"
    REQUIRES_ACTION = "requires_action"
    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class OrderRefund:
    """What is given back of one payment. ``quantity`` tickets are given up with it.

    ``tickets`` are the ids of those that were named; none where the newest go.
    """

    id: str
    request_id: str
    order_id: str
    quote_version: int
    quantity: int = 0
    tickets: tuple[str, ...] = ()
    section_id: str = ""
    amount: int
    currency: str
    reason: str | None
    status: RefundStatus = RefundStatus.REQUESTED
    source: str
    request_key: str | None = None
    payment_intent_id: str
    stripe_refund_id: str | None = None
    created_at: datetime
    updated_at: datetime
    # What is kept of the tickets' price.
    fee: int = 0

    @property
    def idempotency_key(self) -> str:
        """Key at Stripe: the same request gives the money back once, another request again."""
        return f"refund:{self.order_id}:{self.quote_version}"


@dataclass(frozen=True)
class RefundRequest:
    """One request to give tickets back, over all payments that it touches.

    ``order`` is the buyer's own order, never an upgrade of it; ``status`` is the one of its
    payments that is farthest from done. ``is_of_duplicate_payment``:
    of what was paid once too often. ``is_show_called_off``: there is no show to go to.
    """

    id: str
    order: Order
    quantity: int
    amount: int
    currency: str
    status: RefundStatus
    payments: tuple[OrderRefund, ...]
    is_of_duplicate_payment: bool = False
    is_show_called_off: bool = False


@dataclass(frozen=True)
class RefundShare:
    """What a refund takes back of one payment: the buyer's own order's, or an upgrade's."""

    order: Order
    amount: int
    fee: int = 0


@dataclass(frozen=True)
class RefundQuote:
    """What a buyer would get back now; ``quote_version`` makes their yes count once.

    ``fee`` is what would be kept; it is not in ``amount``. ``tickets`` are those that would go,
    and ``kept`` the valid ones that would stay.
    """

    order: Order
    quantity: int
    quantity_left: int
    amount: int
    quote_version: int
    shares: tuple[RefundShare, ...]
    tickets: tuple[Ticket, ...] = ()
    kept: tuple[Ticket, ...] = ()

    @property
    def fee(self) -> int:
        """What would be kept of the tickets' price."""
        return sum(share.fee for share in self.shares)


@dataclass(frozen=True)
class UpgradeOffer:
    """A dearer section of the same show, and the difference: a ticket, and in all."""

    order: Order
    section: Section
    quantity: int
    unit_amount: int
    amount_total: int
