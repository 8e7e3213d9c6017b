"""The tables. Migrations make them; a test holds both against each other."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator):
    """An aware UTC datetime on every database; SQLite alone would drop the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive datetimes: they would mean a different moment elsewhere."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give back UTC, whatever the session's zone is."""
        if value is None:
            return None
        return (
            value.replace(tzinfo=timezone.utc)
            if value.tzinfo is None
            else value.astimezone(timezone.utc)
        )


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, **options: Any) -> sa.Column:
    options.setdefault("nullable", False)
    return sa.Column(name, sa.Text, **options)


def _number(name: str, **options: Any) -> sa.Column:
    options.setdefault("nullable", False)
    return sa.Column(name, sa.BigInteger, **options)


def _moment(name: str, **options: Any) -> sa.Column:
    options.setdefault("nullable", False)
    return sa.Column(name, UtcDateTime, **options)


def _flag(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean, nullable=False)


catalog = sa.Table(
    "catalog",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    _text("currency"),
    _number("max_tickets_per_order"),
    _moment("loaded_at"),
    sa.CheckConstraint("id = 1", name="one_row"),
)

shows = sa.Table(
    "shows",
    metadata,
    _text("id", primary_key=True),
    _text("name"),
    # A JSON list.
    _text("aliases"),
    _text("category"),
    _text("venue"),
    _text("city"),
    # With the show's own offset, as people read it; the next column is the same moment in UTC.
    _text("starts_at_local"),
    _moment("starts_at"),
    _text("currency"),
    # How long before the start a buyer may still give his tickets back.
    _number("refundable_until_hours"),
    _flag("is_on_sale"),
)

# The inventory: seats of which some are held for unpaid orders and some are sold.
sections = sa.Table(
    "sections",
    metadata,
    sa.Column("show_id", sa.Text, sa.ForeignKey("shows.id"), primary_key=True),
    _text("id", primary_key=True),
    _text("name"),
    _number("unit_amount"),
    _number("seats"),
    _number("held"),
    _number("sold"),
    _flag("is_on_sale"),
    sa.CheckConstraint("held >= 0", name="held_not_negative"),
    sa.CheckConstraint("sold >= 0", name="sold_not_negative"),
)

season_tickets = sa.Table(
    "season_tickets",
    metadata,
    _text("id", primary_key=True),
    _text("name"),
    _text("currency"),
    _number("unit_amount"),
    _text("interval"),
    _flag("is_on_sale"),
)

orders = sa.Table(
    "orders",
    metadata,
    _text("id", primary_key=True),
    _text("status"),
    _text("kind"),
    _text("channel"),
    _text("sender_id"),
    _text("show_id"),
    _text("show_name"),
    _text("section_id"),
    _text("section_name"),
    _text("venue"),
    _text("city"),
    _text("starts_at_local"),
    _number("quantity"),
    _text("currency"),
    _number("unit_amount"),
    _number("amount_total"),
    # Refunds that have succeeded; the next two count those on their way as well.
    _number("amount_refunded"),
    _number("amount_refunding"),
    _number("refunded_quantity"),
    _number("attempt"),
    _text("checkout_session_id", nullable=True),
    _text("checkout_url", nullable=True),
    _text("payment_intent_id", nullable=True),
    _moment("created_at"),
    _moment("expires_at"),
    _moment("hold_expires_at"),
    _moment("paid_at", nullable=True),
    # Set before Stripe is asked to close the session, whose event would else look like expiry.
    _moment("cancel_requested_at", nullable=True),
    # Fixed when it was sold: the catalog may change later.
    _moment("refundable_until"),
    # The first decline, which counts as a failure as long as no payment follows.
    _moment("declined_at", nullable=True),
    # Of an upgrade: the order whose seats it betters, and where those seats are until it is paid.
    sa.Column("parent_order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=True),
    _text("from_section_id", nullable=True),
    # 1, 2 or 3 while the order is unpaid: the database itself allows a buyer no fourth.
    sa.Column("open_slot", sa.Integer, nullable=True),
    sa.UniqueConstraint("channel", "sender_id", "open_slot"),
    sa.UniqueConstraint("checkout_session_id"),
    sa.UniqueConstraint("payment_intent_id"),
    sa.CheckConstraint("open_slot BETWEEN 1 AND 3", name="open_slot_one_to_three"),
    sa.CheckConstraint("quantity > 0", name="quantity_positive"),
    sa.CheckConstraint("amount_total = unit_amount * quantity", name="amount_total_adds_up"),
    sa.Index(None, "parent_order_id"),
    sa.Index(None, "channel", "sender_id", "created_at"),
    sa.Index(None, "status", "created_at"),
)

holds = sa.Table(
    "holds",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), primary_key=True),
    _text("show_id"),
    _text("section_id"),
    _number("quantity"),
    _moment("expires_at"),
    sa.Index(None, "expires_at"),
)

webhook_events = sa.Table(
    "webhook_events",
    metadata,
    _text("webhook_event_id", primary_key=True),
    _text("type"),
    _text("object_id", nullable=True),
    _flag("livemode"),
    _moment("created_at"),
    _moment("received_at"),
    _text("outcome"),
    _text("order_id", nullable=True),
    sa.Index(None, "received_at"),
    sa.Index(None, "outcome"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    _text("id", primary_key=True),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=False),
    _text("channel"),
    _text("sender_id"),
    _text("kind"),
    # What of the order it is about: a refund's request, an invoice; empty for the order itself.
    _text("about"),
    # What makes the message the same message, e.g. payment_confirmed:ord_…
    _text("dedupe_key", unique=True),
    _number("attempts"),
    _moment("created_at"),
    _moment("next_attempt_at"),
    _moment("leased_until", nullable=True),
    _moment("delivered_at", nullable=True),
    _text("last_error", nullable=True),
    sa.Index(None, "delivered_at", "next_attempt_at"),
    sa.Index(None, "channel", "sender_id", "delivered_at"),
)

# One row a payment and a wish to give it back: the wish is stored before Stripe is asked.
refunds = sa.Table(
    "refunds",
    metadata,
    _text("id", primary_key=True),
    # The same for all payments that one wish gives back: an upgraded order has several.
    _text("request_id"),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=False),
    # Part of Stripe's idempotency key: a repetition has the same, a second wish another.
    _number("generation"),
    _number("quantity"),
    # Where the tickets' seats are; empty where none go back with this payment.
    _text("section_id"),
    _number("amount"),
    _text("currency"),
    _text("reason", nullable=True),
    _text("status"),
    _text("source"),
    # The caller's key, so that his repetition finds this row.
    _text("request_key", nullable=True),
    _text("payment_intent_id"),
    _text("stripe_refund_id", nullable=True),
    _moment("created_at"),
    _moment("updated_at"),
    sa.UniqueConstraint("order_id", "generation"),
    sa.UniqueConstraint("stripe_refund_id"),
    sa.UniqueConstraint("request_key"),
    sa.CheckConstraint("quantity >= 0", name="quantity_not_negative"),
    sa.CheckConstraint("amount > 0", name="amount_positive"),
    sa.Index(None, "request_id"),
    sa.Index(None, "status"),
)

# Every movement of money, as it happened. Rows are added and never changed.
ledger = sa.Table(
    "ledger",
    metadata,
    # What moved it at Stripe, e.g. payment:pi_… or refund:re_…: the same is never added twice.
    _text("id", primary_key=True),
    _text("kind"),
    # Signed: what leaves us is negative.
    _number("amount"),
    _text("currency"),
    # None for payments that were made through the API.
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=True),
    _text("payment_intent_id", nullable=True),
    _moment("at"),
    sa.Index(None, "at"),
    sa.Index(None, "payment_intent_id"),
)

# Declined charges of payments made through the API; an order has its own column.
declines = sa.Table(
    "declines",
    metadata,
    _text("payment_intent_id", primary_key=True),
    _text("currency"),
    _moment("at"),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    _text("id", primary_key=True),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=False),
    _text("status"),
    _moment("current_period_end", nullable=True),
    _flag("cancel_at_period_end"),
    # Where the buyer can pay while an invoice is due.
    _text("payment_url", nullable=True),
    # When Stripe was asked for what is written here; an older answer changes nothing.
    _moment("read_at"),
    sa.UniqueConstraint("order_id"),
)

# The Stripe customer that a buyer became by giving his e-mail at Stripe; no e-mail is kept here.
customers = sa.Table(
    "customers",
    metadata,
    _text("channel", primary_key=True),
    _text("sender_id", primary_key=True),
    _text("customer_id"),
)

# Which request an Idempotency-Key belongs to; the answer itself is repeated by doing it again.
idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    _text("key", primary_key=True),
    _text("fingerprint"),
    _moment("created_at"),
    sa.Index(None, "created_at"),
)
