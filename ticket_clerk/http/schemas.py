"""Schemas of the HTTP API: they validate bodies and are shown in its OpenAPI document.

Amounts are in major units. Texts of errors name the field and never repeat its value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from ticket_clerk.ticketing.domain.models import OrderKind, OrderStatus, PaidElsewhere
from ticket_clerk.ticketing.domain.order_lines import EXTRA
from ticket_clerk.ticketing.domain.show_changes import ChangeKind
from ticket_clerk.ticketing.domain.stripe_objects import MEANINGS
from ticket_clerk.ticketing.domain.tickets import TicketStatus

MOST_ITEMS = 100
MOST_METADATA = 50
_URL = r"^https?://[^\s\x00\ud800-\udfff]+$"
EMAIL = r"^[^@\s\x00\ud800-\udfff]+@[^@\s\x00\ud800-\udfff]+$"
# JSON can spell halves of a character, which no text on its way to anywhere can hold.
STORABLE = r"^[^\x00\ud800-\udfff]*$"
_ID = r"^[A-Za-z0-9_]+$"
_CHANGES = [kind.value for kind in ChangeKind]
_TICKET_STATUSES = [status.value for status in TicketStatus]


class MajorUnits(fields.Field):
    """A sum in major units: a JSON number, or a text of one; money.py judges the rest."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
            raise ValidationError("must be a number")
        return value


class Metadata(fields.Dict):
    """Texts by name within Stripe's limits: https://docs.stripe.com/api/metadata."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        is_mapping = isinstance(value, Mapping) and len(value) <= MOST_METADATA
        if not is_mapping or not all(_is_entry(key, value[key]) for key in value):
            raise ValidationError("must be an object of at most 50 short texts")
        return dict(value)


def _is_entry(key: str, value: Any) -> bool:
    is_key = 0 < len(key) <= 40 and not set(key) & {"[", "]"}
    is_text = isinstance(value, str) and len(value) <= 500
    return is_key and is_text and all(re.match(STORABLE, text) for text in (key, value))


def _text(limit: int = 1000, pattern: str | None = None, **options: Any) -> fields.String:
    checks: list[Any] = [validate.Length(1, limit)]
    # What a database or a header could choke on is no text.
    checks.append(validate.Regexp(pattern or STORABLE, error="is malformed"))
    return fields.String(validate=checks, **options)


def _optional(limit: int = 1000, pattern: str | None = None) -> fields.String:
    return _text(limit, pattern, load_default=None, allow_none=True)


def _whole(least: int, most: int, **options: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=validate.Range(least, most), **options)


class Body(Schema):
    """A request's body; what it does not know is passed over."""

    class Meta:
        """How marshmallow reads it."""

        unknown = EXCLUDE


class IntentBody(Body):
    """A payment to collect."""

    amount = MajorUnits(required=True)
    currency = _text(3, "^[a-z]{3}$", load_default="usd")
    description = _optional()
    metadata = Metadata(load_default=dict, allow_none=True)
    customer_id = _optional(255, _ID)


class ItemBody(Body):
    """One line item."""

    name = _text(250, required=True)
    description = _optional()
    amount = MajorUnits(required=True)
    quantity = _whole(1, 10**6, load_default=1)
    currency = _optional(3, "^[a-z]{3}$")


class CheckoutBody(Body):
    """A hosted payment page to make."""

    items = fields.List(
        fields.Nested(ItemBody), required=True, validate=validate.Length(1, MOST_ITEMS)
    )
    success_url = _text(2000, _URL, required=True)
    cancel_url = _text(2000, _URL, required=True)
    customer_email = _optional(512, EMAIL)
    currency = _text(3, "^[a-z]{3}$", load_default="usd")
    metadata = Metadata(load_default=dict, allow_none=True)


class MoveBody(Body):
    """Where a show is moved to; what is left out stays."""

    starts_at = fields.AwareDateTime(load_default=None, allow_none=True)
    venue = _optional(200)
    city = _optional(200)
    refund_until = fields.AwareDateTime(required=True)


class RefundBody(Body):
    """A payment to give back, whole or in part."""

    payment_intent_id = _text(255, _ID, required=True)
    amount = MajorUnits(load_default=None, allow_none=True)
    quantity = _whole(0, 10**6, load_default=None, allow_none=True)
    tickets = fields.List(
        _text(255, _ID),
        validate=validate.Length(max=MOST_ITEMS),
        load_default=(),
        metadata={"description": "ids of the very tickets, instead of quantity"},
    )
    reason = fields.String(
        validate=validate.OneOf(["duplicate", "fraudulent", "requested_by_customer"]),
        load_default=None,
        allow_none=True,
    )


class PriceBody(Body):
    """A price of Stripe's catalog, so many times."""

    price = _text(255, _ID, required=True)
    quantity = _whole(1, 10**6, load_default=1)


class SubscriptionBody(Body):
    """A subscription to begin."""

    customer_id = _text(255, _ID, required=True)
    items = fields.List(fields.Nested(PriceBody), required=True, validate=validate.Length(1, 20))
    metadata = Metadata(load_default=dict, allow_none=True)


class CancellationBody(Body):
    """How a subscription ends: with its period, unless told otherwise."""

    at_period_end = fields.Boolean(load_default=True, truthy={True}, falsy={False})


class CheckBody(Body):
    """A code at the door, of which show, and whether its ticket is used up by it."""

    code = _text(1000, required=True)
    show_id = _optional(64)
    redeem = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class BoxOfficeBody(Body):
    """Tickets that the shop sells itself: paid elsewhere, or free."""

    show_id = _text(64, required=True)
    section_id = _text(64, required=True)
    quantity = _whole(1, 100, required=True)
    paid = fields.String(
        required=True, validate=validate.OneOf([one.value for one in PaidElsewhere])
    )
    holder = _optional(200)


class HolderBody(Body):
    """The name that goes on a ticket; null or nothing takes it off."""

    holder = _optional(200)


class Intent(Schema):
    """A PaymentIntent."""

    id = fields.String(required=True)
    amount = fields.Float(required=True, metadata={"description": "major units"})
    currency = fields.String(required=True)
    status = fields.String(
        required=True,
        validate=validate.OneOf(list(MEANINGS)),
        metadata={"description": " ".join(f"{name}: {said}" for name, said in MEANINGS.items())},
    )
    client_secret = fields.String(allow_none=True)
    customer_id = fields.String(allow_none=True)
    metadata = fields.Dict(keys=fields.String(), values=fields.String())


class CheckoutSession(Schema):
    """A hosted payment page."""

    id = fields.String(required=True)
    url = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["open", "complete", "expired"]))


class Refund(Schema):
    """Money on its way back."""

    id = fields.String(required=True)
    amount = fields.Float(required=True, metadata={"description": "major units"})
    currency = fields.String(required=True)
    status = fields.String(required=True)
    payment_intent_id = fields.String(required=True, allow_none=True)


class Customer(Schema):
    """Somebody who pays."""

    id = fields.String(required=True)
    email = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)


class Subscription(Schema):
    """A payment every period."""

    id = fields.String(required=True)
    status = fields.String(required=True)
    customer_id = fields.String(required=True, allow_none=True)
    current_period_end = fields.DateTime(required=True, allow_none=True)
    cancel_at_period_end = fields.Boolean(required=True)
    latest_invoice_id = fields.String(required=True, allow_none=True)
    metadata = fields.Dict(keys=fields.String(), values=fields.String())


class OrderLine(Schema):
    """What an order is for, with amounts in major units; a season ticket has no section.

    ``name`` is the show's, the season ticket's or the extra's.
    """

    kind = fields.String(
        required=True, validate=validate.OneOf([*(kind.value for kind in OrderKind), EXTRA])
    )
    show_id = fields.String(required=True)
    section_id = fields.String(required=True, allow_none=True)
    extra_id = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    quantity = fields.Integer(required=True)
    unit_amount = fields.Float(required=True)
    amount_total = fields.Float(required=True)
    amount_refunded = fields.Float(required=True)


class Order(Schema):
    """An order, with amounts in major units.

    With more than one of ``lines`` there is no one ``show_id``, ``section_id`` and ``unit_amount``:
    they are null, and ``quantity`` is that of all lines.
    """

    id = fields.String(required=True)
    status = fields.String(
        required=True, validate=validate.OneOf([status.value for status in OrderStatus])
    )
    kind = fields.String(required=True, validate=validate.OneOf([kind.value for kind in OrderKind]))
    show_id = fields.String(required=True, allow_none=True)
    section_id = fields.String(required=True, allow_none=True)
    quantity = fields.Integer(required=True)
    refunded_quantity = fields.Integer(required=True)
    currency = fields.String(required=True)
    unit_amount = fields.Float(required=True, allow_none=True)
    amount_subtotal = fields.Float(
        required=True, metadata={"description": "the price, before discount and tax"}
    )
    amount_discount = fields.Float(required=True)
    amount_tax = fields.Float(required=True)
    amount_total = fields.Float(
        required=True, metadata={"description": "what Stripe charged, or is to charge"}
    )
    amount_refunded = fields.Float(required=True)
    amount_kept = fields.Float(required=True, metadata={"description": "refund fees"})
    promotion_code = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the code that it was made with in the chat"},
    )
    paid_elsewhere = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([one.value for one in PaidElsewhere]),
        metadata={"description": "of an order that the shop made: none of its money is Stripe's"},
    )
    tax_behavior = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "exclusive: tax is added to the price; inclusive: contained"},
    )
    refund_fee = fields.String(
        required=True, metadata={"description": "an amount or a percentage a ticket"}
    )
    parent_order_id = fields.String(required=True, allow_none=True)
    checkout_session_id = fields.String(required=True, allow_none=True)
    payment_intent_id = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True)
    sender_id = fields.String(required=True)
    created_at = fields.DateTime(required=True)
    expires_at = fields.DateTime(required=True)
    lines = fields.List(fields.Nested(OrderLine), required=True)


class Ticket(Schema):
    """A ticket of an order; ``seat`` is empty on a season ticket, ``holder`` a name, if any.

    ``row`` and ``seat_number`` are null where its seat has no number.
    """

    id = fields.String(required=True)
    number = fields.Integer(required=True)
    seat = fields.String(required=True)
    row = fields.String(required=True, allow_none=True)
    seat_number = fields.Integer(required=True, allow_none=True)
    holder = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(_TICKET_STATUSES[:-2]))
    used_at = fields.DateTime(required=True, allow_none=True)
    url = fields.String(required=True)


class OrderWithTickets(Order):
    """An order and its tickets, without those that others have replaced."""

    tickets = fields.List(fields.Nested(Ticket), required=True)


class CheckedTicket(Schema):
    """What a code at the door is of; nothing is said of one that is forged."""

    id = fields.String(required=True, allow_none=True)
    order_id = fields.String(required=True, allow_none=True)
    show_id = fields.String(required=True, allow_none=True)
    seat = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(_TICKET_STATUSES))


class PublicKey(Schema):
    """A JSON Web Key that ticket codes are verified with (RFC 8037)."""

    kty = fields.String(required=True)
    crv = fields.String(required=True)
    alg = fields.String(required=True)
    use = fields.String(required=True)
    kid = fields.String(required=True)
    x = fields.String(required=True)


class Section(Schema):
    """A section of the venue; holds are subtracted from ``seats_left``."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    price = fields.Float(required=True)
    seats = fields.Integer(required=True)
    seats_left = fields.Integer(required=True)


class Extra(Schema):
    """What is sold beside the seats; ``stock`` and ``left`` are null where it never ends."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    price = fields.Float(required=True)
    stock = fields.Integer(required=True, allow_none=True)
    left = fields.Integer(required=True, allow_none=True)


class Show(Schema):
    """What one attends."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    venue = fields.String(required=True)
    city = fields.String(required=True)
    starts_at = fields.DateTime(required=True)
    currency = fields.String(required=True)
    sections = fields.List(fields.Nested(Section), required=True)
    extras = fields.List(fields.Nested(Extra), required=True)


class ShowChange(Schema):
    """What became of a show that tickets were sold for, and how far that is done."""

    show_id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(_CHANGES))
    made_at = fields.DateTime(required=True)
    starts_at = fields.DateTime(required=True)
    venue = fields.String(required=True)
    city = fields.String(required=True)
    refund_until = fields.DateTime(required=True, allow_none=True)
    is_done = fields.Boolean(required=True)
    currency = fields.String(required=True)
    amount = fields.Float(required=True)
    amount_refunded = fields.Float(required=True)
    waiting = fields.Integer(required=True)
    closing = fields.Integer(required=True)
    payments = fields.Integer(required=True)
    refunded = fields.Integer(required=True)
    underway = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    disputed = fields.Integer(required=True)
    notices = fields.Integer(required=True)
    delivered = fields.Integer(required=True)


class SeasonTicket(Schema):
    """A ticket for a whole season, paid per interval."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    currency = fields.String(required=True)
    price = fields.Float(required=True)
    interval = fields.String(required=True)


class Figures(Schema):
    """What was earned in one currency."""

    total_revenue = fields.Float(required=True)
    refunded = fields.Float(required=True)
    successful_payments = fields.Integer(required=True)
    failed_payments = fields.Integer(required=True)
    refund_rate = fields.Float(required=True, metadata={"description": "percent"})
    refund_fees = fields.Float(required=True)
    paid_elsewhere = fields.Float(required=True)


class Question(Schema):
    """A topic that buyers asked about and that no fact answered."""

    topic = fields.String(required=True)
    scope = fields.String(
        required=True, validate=validate.OneOf(("section", "show", "venue", "shop"))
    )
    place = fields.String(
        required=True,
        metadata={"description": "show/section, a show's id, a venue's name; empty for the shop"},
    )
    count = fields.Integer(required=True)
    last_asked_on = fields.Date(required=True)


class Problem(Schema):
    """What went wrong; ``request_id`` leads to the log."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    request_id = fields.String(required=True)


class Failure(Schema):
    """The shape of every error."""

    success = fields.Boolean(required=True, validate=validate.Equal(False))
    error = fields.Nested(Problem, required=True)
