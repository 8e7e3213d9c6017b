"""The nouns of the shop as frozen dataclasses, and the only moves an order may make.

Amounts are integer minor units and ``*_at`` aware datetimes, except in :class:`PaymentItem`,
whose amount is in major units because people write it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum

from .checkout_terms import EXCLUSIVE, CheckoutTerms
from .facts import Facts
from .money import Amount, share_of, to_minor
from .seating import Rows

# The channels of orders whose buyer is forgotten, and of those that an operator made.
ERASED = "erased"
BOX_OFFICE = "desk"


@dataclass(frozen=True)
class Buyer:
    """Whose conversation: a sender id means something only together with its channel.

    ``language`` is the one that they write, where there is a choice; it makes nobody another buyer.
    """

    channel: str
    sender_id: str
    language: str | None = field(default=None, compare=False)

    @property
    def is_erased(self) -> bool:
        """Whether it stands for somebody who was erased: nobody to tell, nobody to remember."""
        return self.channel == ERASED


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
    """A part of the house with one price; ``seats_left`` has sold and held seats subtracted.

    ``rows`` are its rows, where its seats have numbers.
    """

    id: str
    name: str
    unit_amount: int
    seats: int
    seats_left: int
    rows: Rows = ()


@dataclass(frozen=True)
class Extra:
    """What is sold beside a show's seats, such as parking; ``left`` has sold and held subtracted.

    Without a ``stock`` there are always enough.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    unit_amount: int
    stock: int | None = None
    left: int | None = None

    def has(self, quantity: int) -> bool:
        """Whether so many are left, as far as was read."""
        return self.left is None or quantity <= self.left


@dataclass(frozen=True)
class ExtraLine:
    """An extra of an order, with its name and the price of one as they were when it was made."""

    extra_id: str
    name: str
    quantity: int
    unit_amount: int


@dataclass(frozen=True)
class Show:
    """What one attends. Sections are cheapest first; ``starts_at`` keeps the show's own offset.

    Tickets can be returned until ``refundable_until_hours`` before it starts, for a ``refund_fee``
    a ticket: an amount or a percentage.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    category: str
    venue: str
    city: str
    starts_at: datetime
    currency: str
    sections: tuple[Section, ...]
    refundable_until_hours: int = 24
    refund_fee: str = "0"
    # The newest of its changes (show_changes.py), which who orders now knows of.
    change_number: int = 0
    extras: tuple[Extra, ...] = ()

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
    """What is for sale at one moment: shows soonest first, and season tickets.

    ``gone`` are the names of shows that are over or were withdrawn, for who still asks for them,
    and ``called_off`` those of shows that were called off, by id.
    """

    shows: tuple[Show, ...]
    season_tickets: tuple[SeasonTicket, ...]
    currency: str
    max_tickets_per_order: int
    gone: tuple[str, ...] = ()
    facts: Facts = field(default_factory=Facts)
    called_off: Mapping[str, str] = field(default_factory=dict)


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


class PaidElsewhere(str, Enum):
    """How an order that an operator made was paid: not at Stripe, or not at all."""

    ELSEWHERE = "elsewhere"
    FREE = "free"


class OrderKind(str, Enum):
    """What an order is for."""

    PURCHASE = "purchase"
    UPGRADE = "upgrade"
    SUBSCRIPTION = "subscription"


_S = OrderStatus
ALLOWED_TRANSITIONS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    _S.OPEN: frozenset({_S.PROCESSING, _S.PAID, _S.EXPIRED, _S.CANCELED, _S.NEEDS_ATTENTION}),
    _S.PROCESSING: frozenset({_S.PAID, _S.EXPIRED, _S.NEEDS_ATTENTION}),
    # Paid too late: the seats are taken again if they are still there.
    _S.EXPIRED: frozenset({_S.PAID, _S.NEEDS_ATTENTION}),
    _S.CANCELED: frozenset({_S.PAID, _S.NEEDS_ATTENTION}),
    _S.PAID: frozenset({_S.PARTIALLY_REFUNDED, _S.REFUNDED, _S.DISPUTED, _S.NEEDS_ATTENTION}),
    # A refund can fail after it had succeeded: the money is ours again, and so is the debt.
    _S.PARTIALLY_REFUNDED: frozenset({_S.PAID, _S.REFUNDED, _S.DISPUTED, _S.NEEDS_ATTENTION}),
    _S.REFUNDED: frozenset({_S.PAID, _S.PARTIALLY_REFUNDED, _S.NEEDS_ATTENTION}),
    _S.DISPUTED: frozenset({_S.PAID, _S.PARTIALLY_REFUNDED, _S.REFUNDED}),
    _S.NEEDS_ATTENTION: frozenset({_S.PAID, _S.PARTIALLY_REFUNDED, _S.REFUNDED}),
}
UNPAID = frozenset({_S.OPEN, _S.PROCESSING})
# Paid for, and at least in part still the buyer's.
HELD_BY_BUYER = frozenset({_S.PAID, _S.PARTIALLY_REFUNDED})
# Money came in, of which something may be left: of a refunded order, the fees.
REFUNDABLE = HELD_BY_BUYER | {_S.REFUNDED, _S.NEEDS_ATTENTION}


@dataclass(frozen=True, kw_only=True)
class Order:
    """What a buyer buys in one go, with the show's words as they were when it was made.

    ``amount_total`` is what Stripe charged, or is to charge: the price, less ``amount_discount``,
    with ``amount_tax`` where that is added to it. ``promotion_code`` is the code that it was made
    with, as the merchant wrote it.
    ``expires_at`` is when Stripe closes the Checkout Session; the seats are held a little longer.
    An upgrade is an order of its own, paid for beside its parent's; a subscription has no section,
    venue and start: those are None. ``amount_extras`` is what its ``extras`` cost, before discount
    and tax; it has them beside its tickets, whose ``quantity`` and ``unit_amount`` are above.
    With several shows or sections in one payment each line is an order of its own: the first has
    the payment page, the deadline and the number that its buyer knows, and the ``further_lines``,
    which name it as ``paid_with_order_id``. ``line_count`` counts the first one too.
    """

    id: str
    status: OrderStatus = OrderStatus.OPEN
    kind: OrderKind
    buyer: Buyer
    show_id: str
    show_name: str
    section_id: str | None = None
    section_name: str | None = None
    venue: str | None = None
    city: str | None = None
    starts_at: datetime | None = None
    quantity: int
    currency: str
    unit_amount: int
    amount_total: int
    amount_refunded: int = 0
    attempt: int = 1
    checkout_session_id: str | None = None
    checkout_url: str | None = None
    payment_intent_id: str | None = None
    created_at: datetime
    expires_at: datetime
    hold_expires_at: datetime
    paid_at: datetime | None = None
    refundable_until: datetime | None = None
    cancel_requested_at: datetime | None = None
    amount_refunding: int = 0
    refunded_quantity: int = 0
    declined_at: datetime | None = None
    parent_order_id: str | None = None
    from_section_id: str | None = None
    customer_id: str | None = None
    interval: str | None = None
    refund_fee: str = "0"
    amount_kept: int = 0
    show_change: int = 0
    free_refund_until: datetime | None = None
    amount_discount: int = 0
    amount_tax: int = 0
    allows_codes: bool = False
    asks_tax_id: bool = False
    wants_invoice: bool = False
    tax_behavior: str | None = None
    promotion_code: str | None = None
    promotion_code_id: str | None = None
    paid_elsewhere: PaidElsewhere | None = None
    amount_extras: int = 0
    extras: tuple[ExtraLine, ...] = ()
    paid_with_order_id: str | None = None
    line_count: int = 1
    further_lines: tuple[Order, ...] = ()

    @property
    def number(self) -> str:
        """The number that its buyer knows: that of the order whose payment pays for it."""
        return self.paid_with_order_id or self.id

    @property
    def paid_together(self) -> tuple[Order, ...]:
        """All that its payment pays for, line by line, itself first."""
        return (self, *self.further_lines)

    @property
    def alone(self) -> Order:
        """The first line by itself: once it is paid, each goes its own way."""
        return replace(self, further_lines=())

    @property
    def payment_subtotal(self) -> int:
        """The price of all that its payment pays for, before discount and tax."""
        return sum(line.amount_subtotal for line in self.paid_together)

    @property
    def payment_total(self) -> int:
        """What its payment comes to, with all its lines."""
        return sum(line.amount_total for line in self.paid_together)

    @property
    def payment_discount(self) -> int:
        """What is taken off its payment, with all its lines."""
        return sum(line.amount_discount for line in self.paid_together)

    @property
    def returnable_until(self) -> datetime | None:
        """Until when its tickets can be returned, with a fee or without."""
        until = [one for one in (self.refundable_until, self.free_refund_until) if one]
        return max(until, default=None)

    @property
    def amount_subtotal(self) -> int:
        """Its price, before discount and tax."""
        return self.unit_amount * self.quantity + self.amount_extras

    @property
    def amount_tickets(self) -> int:
        """What of ``amount_total`` is for its tickets: discount and tax are shared with extras."""
        parts = self.unit_amount * self.quantity
        return share_of(self.amount_total, parts, self.amount_subtotal, self.currency)

    def has_lines(self, lines: Sequence[SeatLine]) -> bool:
        """Whether these, in any order, are what is paid together with it."""
        return Counter(map(SeatLine.of, self.further_lines)) == Counter(lines)

    def has_extras(self, extras: Mapping[str, int]) -> bool:
        """Whether it has exactly so many of each extra, by id."""
        return {line.extra_id: line.quantity for line in self.extras} == dict(extras)

    @property
    def terms(self) -> CheckoutTerms:
        """What its payment page may add and take off."""
        return CheckoutTerms(
            allows_codes=self.allows_codes,
            promotion_code_id=self.promotion_code_id,
            tax_behavior=self.tax_behavior,
            asks_tax_id=self.asks_tax_id,
            wants_invoice=self.wants_invoice,
        )

    @property
    def is_for_stripes_page(self) -> bool:
        """Whether nobody else can collect what it comes to: Stripe takes its code, or its tax."""
        return self.promotion_code_id is not None or self.tax_behavior is not None

    def can_come_to(self, amount: int) -> bool:
        """Whether a payment over this sum could be its own, as far as is known beforehand."""
        least = 1 if self.allows_codes else self.payment_total
        is_not_more = amount <= self.payment_total or self.tax_behavior == EXCLUSIVE
        return least <= amount and is_not_more

    def share(self, quantity: int, *, returned: int) -> int:
        """What was really paid for so many tickets, after ``returned`` others, in minor units.

        The shares of all tickets, in whatever portions, add up to ``amount_tickets``: each is
        what is paid up to its last ticket less what is paid up to its first, both rounded down.
        """
        upto = min(returned + quantity, self.quantity)
        whole = share_of(self.amount_tickets, upto, self.quantity, self.currency)
        return whole - share_of(self.amount_tickets, returned, self.quantity, self.currency)

    @property
    def is_held(self) -> bool:
        """Whether its seats are set aside; else whoever pays first has them."""
        return self.hold_expires_at > self.created_at

    @property
    def tickets_left(self) -> int:
        """Tickets that were not given back, and for which no refund is on its way."""
        return self.quantity - self.refunded_quantity

    @property
    def amount_left(self) -> int:
        """What of the payment was not given back, kept as a fee, or is on its way."""
        return max(0, self.amount_total - self.amount_refunding - self.amount_kept)

    def is_given_back(self, paid: int) -> bool:
        """Whether all that was ``paid`` was refunded or kept as the fee of returned tickets.

        A fee that was refunded afterwards is no longer kept.
        """
        kept = max(0, min(self.amount_kept, paid - self.amount_refunding))
        return self.amount_refunded + kept >= paid

    @property
    def idempotency_key(self) -> str:
        """Key of the Checkout Session: the same order and attempt make the same session."""
        return f"checkout-session:{self.id}:{self.attempt}"


@dataclass(frozen=True)
class SeatLine:
    """Seats of one section of one show, and which of its extras, how many by id."""

    show_id: str
    section_id: str
    quantity: int
    extras: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(cls, order: Order) -> SeatLine:
        """Give what one line of an order is for."""
        extras = tuple(sorted((line.extra_id, line.quantity) for line in order.extras))
        return cls(order.show_id, str(order.section_id), order.quantity, extras)


@dataclass(frozen=True)
class Wait:
    """A place on a show's waiting list; ``section_id`` None is any section."""

    id: str
    buyer: Buyer
    show_id: str
    section_id: str | None
    quantity: int
    created_at: datetime


class MessageKind(str, Enum):
    """What a conversation is to be told, about an order or about who leads it.

    ``HANDOFF_OPENED``, ``HANDOFF_WRITTEN`` and ``HANDOFF_RETURNED`` are told to the operators.
    """

    PAYMENT_CONFIRMED = "payment_confirmed"
    PAYMENT_DECLINED = "payment_declined"
    CHECKOUT_EXPIRED = "checkout_expired"
    PAYMENT_NEEDS_ATTENTION = "payment_needs_attention"
    PAID_TWICE = "paid_twice"
    SEATS_BACK = "seats_back"
    SHOW_CALLED_OFF = "show_called_off"
    SHOW_MOVED = "show_moved"
    SHOW_REMINDER = "show_reminder"
    WAIT_CALLED_OFF = "wait_called_off"
    WAIT_MOVED = "wait_moved"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_PENDING = "refund_pending"
    REFUND_REQUIRES_ACTION = "refund_requires_action"
    REFUND_FAILED = "refund_failed"
    SEASON_RENEWED = "season_renewed"
    SEASON_PAYMENT_FAILED = "season_payment_failed"
    SEASON_CANCELING = "season_canceling"
    SEASON_ENDED = "season_ended"
    HANDOFF_OPENED = "handoff_opened"
    HANDOFF_WRITTEN = "handoff_written"
    HANDOFF_RETURNED = "handoff_returned"
    HANDOFF_UNANSWERED = "handoff_unanswered"
    OPERATOR_MESSAGE = "operator_message"
    HANDED_BACK = "handed_back"
    TICKETS_BY_MAIL = "tickets_by_mail"


@dataclass(frozen=True)
class OutboxMessage:
    """A promise to tell one conversation one thing, mostly about one order.

    ``about`` is what of the order: a refund's request id, an invoice; empty for the order itself.
    Without an order it is what it is about.
    """

    id: str
    order_id: str | None
    buyer: Buyer
    kind: MessageKind
    attempts: int
    created_at: datetime
    about: str = ""


# Stripe's words for a subscription that is over.
ENDED = frozenset({"canceled", "incomplete_expired"})


@dataclass(frozen=True)
class Subscription:
    """A season ticket's subscription at Stripe; ``status`` is Stripe's word.

    ``payment_url`` is where the buyer pays while an invoice is due; ``cancel_requested_at`` is set
    while Stripe was not yet told of the request to end it.
    """

    id: str
    order_id: str
    status: str
    current_period_end: datetime | None
    cancel_at_period_end: bool
    payment_url: str | None
    read_at: datetime
    cancel_requested_at: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether it is over for good: Stripe never takes such a one up again."""
        return self.status in ENDED


class HandoffReason(str, Enum):
    """Why people lead a conversation."""

    ASKED = "asked"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True)
class Handoff:
    """A conversation that people lead, until it is closed."""

    id: str
    buyer: Buyer
    reason: HandoffReason
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class OperatorMessage:
    """What an operator says in a conversation, in their own name."""

    id: str
    handoff_id: str
    operator: str
    text: str
    created_at: datetime
