"""The tables of buyers who wait: for seats, and for a person. Part of the schema."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import metadata, moment, number, text

# Who waits for seats of which none are left: one place a buyer and show, the oldest comes first.
waits = sa.Table(
    "waits",
    metadata,
    text("id", primary_key=True),
    text("channel"),
    text("sender_id"),
    sa.Column("show_id", sa.Text, sa.ForeignKey("shows.id"), nullable=False),
    # None for any section.
    text("section_id", nullable=True),
    number("quantity"),
    moment("created_at"),
    # Later than the present after an order that Stripe or a limit refused.
    moment("next_offer_at"),
    sa.UniqueConstraint("channel", "sender_id", "show_id"),
    sa.CheckConstraint("quantity > 0", name="quantity_positive"),
    sa.Index(None, "show_id", "created_at"),
)

# Conversations that people lead; the database itself allows one at a time.
handoffs = sa.Table(
    "handoffs",
    metadata,
    text("id", primary_key=True),
    text("channel"),
    text("sender_id"),
    text("reason"),
    moment("opened_at"),
    moment("closed_at", nullable=True),
    # 1 while it is open.
    sa.Column("open_slot", sa.Integer, nullable=True),
    sa.UniqueConstraint("channel", "sender_id", "open_slot"),
    sa.CheckConstraint("open_slot = 1", name="open_slot_one"),
    sa.Index(None, "opened_at"),
)

handoff_messages = sa.Table(
    "handoff_messages",
    metadata,
    text("id", primary_key=True),
    sa.Column("handoff_id", sa.Text, sa.ForeignKey("handoffs.id"), nullable=False),
    text("channel"),
    text("sender_id"),
    text("operator"),
    text("text"),
    # The caller's key, so that a repetition finds this row.
    text("request_key", nullable=True),
    moment("created_at"),
    sa.UniqueConstraint("request_key"),
    sa.Index(None, "handoff_id"),
)
