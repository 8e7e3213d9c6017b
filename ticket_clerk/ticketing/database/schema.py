"""The tables. Migrations make them; a test holds both against each other."""

from __future__ import annotations

import sqlalchemy as sa

from .columns import UtcDateTime, flag, index_of_set, metadata, moment, number, text

__all__ = ["UtcDateTime", "handoff_messages", "handoffs", "metadata", "waits"]


def _changed_in() -> sa.Column:
    """Make a column for when a row of the catalog was changed last, as the database itself notes.

    On SQLite a number that grows, on PostgreSQL the transaction's (for_sale.py says what for).
    """
    return number("changed_in", server_default="0", index=True)


catalog = sa.Table(
    "catalog",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    text("currency"),
    number("max_tickets_per_order"),
    moment("loaded_at"),
    # Names the content of the next two tables, so that who has read them need not read again.
    text("facts_digest"),
    _changed_in(),
    sa.CheckConstraint("id = 1", name="one_row"),
)

# What the catalog's owner wrote about sections, shows, venues and the shop.
facts = sa.Table(
    "facts",
    metadata,
    text("scope", primary_key=True),
    # Empty for the shop; of a section its show's id, a slash and its own.
    text("place", primary_key=True),
    # A key of the shows file, or a topic's id.
    text("key", primary_key=True),
    # Empty where it was written for all languages.
    text("language", primary_key=True),
    text("text"),
)

# How buyers ask what only this owner answers; the answers are facts whose key is the topic's id.
free_topics = sa.Table(
    "free_topics",
    metadata,
    text("id", primary_key=True),
    number("position"),
    # A JSON mapping of languages to lists.
    text("questions"),
)

# What operators changed of the catalog at the desk; each load lays it over what the owner wrote.
catalog_changes = sa.Table(
    "catalog_changes",
    metadata,
    text("kind", primary_key=True),
    # As in facts.
    text("scope", primary_key=True),
    text("place", primary_key=True),
    # Of a fact its key, else empty.
    text("key", primary_key=True),
    # JSON: what the catalog's document would say.
    text("content"),
    text("operator"),
    moment("made_at"),
    # Whether the catalog that was loaded last could take it.
    flag("is_applied"),
)

# What buyers asked and no fact answered: how often, and nothing of who or in which words.
open_questions = sa.Table(
    "open_questions",
    metadata,
    text("topic", primary_key=True),
    text("scope", primary_key=True),
    # As in facts.
    text("place", primary_key=True),
    number("times_asked"),
    sa.Column("last_asked_on", sa.Date, nullable=False),
)

# How many conversations came how far on a day (UTC): numbers, and nothing of whom.
talk_days = sa.Table(
    "talk_days",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    # talked, linked, paid.
    text("stage", primary_key=True),
    number("conversations"),
)

shows = sa.Table(
    "shows",
    metadata,
    text("id", primary_key=True),
    text("name"),
    # A JSON list.
    text("aliases"),
    text("category"),
    text("venue"),
    text("city"),
    # With the show's own offset, as people read it; the next column is the same moment in UTC.
    text("starts_at_local"),
    moment("starts_at"),
    text("currency"),
    # How long before the start a buyer may still return tickets.
    number("refundable_until_hours"),
    # What is kept of a returned ticket: an amount or a percentage.
    text("refund_fee"),
    flag("is_on_sale"),
    # Whatever the catalog says, nothing of it is sold any more from then on.
    moment("called_off_at", nullable=True),
    # The newest of its changes; 0 before the first.
    number("change_number", default=0),
    _changed_in(),
)

# What the shop changed about shows after it had sold tickets for them.
show_changes = sa.Table(
    "show_changes",
    metadata,
    sa.Column("show_id", sa.Text, sa.ForeignKey("shows.id"), primary_key=True),
    number("number", primary_key=True, autoincrement=False),
    text("kind"),
    moment("made_at"),
    # Of one that moves it: where to, and where it was before in the catalog's words.
    text("starts_at_local", nullable=True),
    text("venue", nullable=True),
    text("city", nullable=True),
    text("was_starts_at_local", nullable=True),
    text("was_venue", nullable=True),
    text("was_city", nullable=True),
    # Until when who has tickets gets their money back without a fee.
    moment("refund_until", nullable=True),
)

# The inventory: seats of which some are held for unpaid orders and some are sold.
sections = sa.Table(
    "sections",
    metadata,
    sa.Column("show_id", sa.Text, sa.ForeignKey("shows.id"), primary_key=True),
    text("id", primary_key=True),
    text("name"),
    number("unit_amount"),
    number("seats"),
    number("held"),
    number("sold"),
    flag("is_on_sale"),
    # A JSON list of rows and how many seats each has; none where seats have no numbers.
    text("seat_rows", nullable=True),
    _changed_in(),
    sa.CheckConstraint("held >= 0", name="held_not_negative"),
    sa.CheckConstraint("sold >= 0", name="sold_not_negative"),
)

# What is sold beside the seats of a show, counted as they are; without a stock it never ends.
extras = sa.Table(
    "extras",
    metadata,
    sa.Column("show_id", sa.Text, sa.ForeignKey("shows.id"), primary_key=True),
    text("id", primary_key=True),
    text("name"),
    # A JSON list.
    text("aliases"),
    number("unit_amount"),
    number("stock", nullable=True),
    number("held"),
    number("sold"),
    flag("is_on_sale"),
    _changed_in(),
    sa.CheckConstraint("held >= 0", name="held_not_negative"),
    sa.CheckConstraint("sold >= 0", name="sold_not_negative"),
)

season_tickets = sa.Table(
    "season_tickets",
    metadata,
    text("id", primary_key=True),
    text("name"),
    text("currency"),
    number("unit_amount"),
    text("interval"),
    flag("is_on_sale"),
)

orders = sa.Table(
    "orders",
    metadata,
    text("id", primary_key=True),
    text("status"),
    text("kind"),
    text("channel"),
    text("sender_id"),
    text("show_id"),
    text("show_name"),
    # A season ticket has no section, venue and start.
    text("section_id", nullable=True),
    text("section_name", nullable=True),
    text("venue", nullable=True),
    text("city", nullable=True),
    text("starts_at_local", nullable=True),
    number("quantity"),
    text("currency"),
    number("unit_amount"),
    # What its extras cost together.
    number("amount_extras", default=0),
    number("amount_total"),
    # What Stripe took off and reckoned on top (or found inside), once it is paid.
    number("amount_discount"),
    number("amount_tax"),
    # The terms of the payment page; fixed when it is made, since what is sent must stay the same.
    flag("allows_codes"),
    flag("asks_tax_id"),
    flag("wants_invoice"),
    text("tax_behavior", nullable=True),
    text("promotion_code", nullable=True),
    text("promotion_code_id", nullable=True),
    # Of an order that an operator made: elsewhere or free; Stripe has no money of it.
    text("paid_elsewhere", nullable=True),
    # Refunds that have succeeded; the next two count those on their way as well.
    number("amount_refunded"),
    number("amount_refunding"),
    number("refunded_quantity"),
    # Fixed when it was sold, like the deadline; and what was kept of it, or is to be.
    text("refund_fee"),
    number("amount_kept"),
    # Up to which change of the show its buyer was told, and what follows from it was done.
    number("show_change", default=0),
    number("attempt"),
    text("checkout_session_id", nullable=True),
    text("checkout_url", nullable=True),
    text("payment_intent_id", nullable=True),
    moment("created_at"),
    moment("expires_at"),
    moment("hold_expires_at"),
    moment("paid_at", nullable=True),
    # Set before Stripe is asked to close the session, whose event would else look like expiry.
    moment("cancel_requested_at", nullable=True),
    # Fixed when it was sold: the catalog may change later.
    moment("refundable_until", nullable=True),
    # Set where the shop has moved the show: until then without a fee, whatever the other says.
    moment("free_refund_until", nullable=True),
    # Unset again when the show is moved.
    moment("reminded_at", nullable=True),
    # The first decline, which counts as a failure as long as no payment follows.
    moment("declined_at", nullable=True),
    # Of an upgrade: the order whose seats it betters, and where those seats are until it is paid.
    sa.Column("parent_order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=True),
    text("from_section_id", nullable=True),
    # Of a further line: the order whose payment pays for it too. That one counts its lines.
    sa.Column("paid_with_order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=True),
    number("line_count", default=1),
    # Who pays, at Stripe; fixed when it is made, since what is sent must be the same every time.
    text("customer_id", nullable=True),
    # The one that its buyer wrote where there is a choice: news, mails and pages are in it.
    text("language", nullable=True),
    # Of a season ticket: how often it is paid.
    text("interval", nullable=True),
    # 1, 2 or 3 while the order is unpaid: the database itself allows a buyer no fourth.
    sa.Column("open_slot", sa.Integer, nullable=True),
    sa.UniqueConstraint("channel", "sender_id", "open_slot"),
    sa.UniqueConstraint("checkout_session_id"),
    sa.CheckConstraint("open_slot BETWEEN 1 AND 3", name="open_slot_one_to_three"),
    sa.CheckConstraint("quantity > 0", name="quantity_positive"),
    sa.CheckConstraint(
        "amount_total = unit_amount * quantity + amount_extras - amount_discount "
        "+ CASE WHEN tax_behavior = 'exclusive' THEN amount_tax ELSE 0 END",
        name="amount_total_adds_up",
    ),
    sa.CheckConstraint("line_count > 0", name="line_count_positive"),
    # One order a payment; its further lines are paid with the same.
    sa.Index(
        None,
        "payment_intent_id",
        unique=True,
        sqlite_where=sa.text("paid_with_order_id IS NULL"),
        postgresql_where=sa.text("paid_with_order_id IS NULL"),
    ),
    index_of_set("paid_with_order_id"),
    sa.Index(None, "parent_order_id"),
    sa.Index(None, "channel", "sender_id", "created_at"),
    sa.Index(None, "status", "created_at"),
    sa.Index(None, "show_id", "show_change"),
    index_of_set("declined_at"),
    index_of_set("paid_elsewhere"),
)

# What an order has beside its tickets; names and prices are those of when it was made.
order_extras = sa.Table(
    "order_extras",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), primary_key=True),
    text("extra_id", primary_key=True),
    text("name"),
    number("quantity"),
    number("unit_amount"),
    # Whether it is counted in the stock, as held or sold, or free.
    text("state"),
    sa.CheckConstraint("quantity > 0", name="quantity_positive"),
)

holds = sa.Table(
    "holds",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), primary_key=True),
    text("show_id"),
    text("section_id"),
    number("quantity"),
    moment("expires_at"),
    # Where the buyer wrote from, as a keyed hash; none on channels that are not open to anybody.
    text("address_key", nullable=True),
    sa.Index(None, "expires_at"),
    sa.Index(None, "address_key"),
    sa.Index(None, "show_id", "section_id"),
)

# Seats that a host's own catalog set aside, a row an order: what it shall hold of them from now on
# is written in the transaction of the fact, and the host is told after it.
host_reservations = sa.Table(
    "host_reservations",
    metadata,
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), primary_key=True),
    # The buyer's own order where this one is for better seats, else the same.
    text("root_order_id"),
    text("show_id"),
    text("section_id"),
    # How many seats the host shall hold: never more than before.
    number("keep"),
    # When the host said yes.
    moment("confirmed_at", nullable=True),
    # Set while the host has to be told of fewer seats.
    moment("next_attempt_at", nullable=True),
    number("attempts"),
    moment("tried_since", nullable=True),
    text("last_error", nullable=True),
    sa.CheckConstraint("keep >= 0", name="keep_not_negative"),
    sa.Index(None, "root_order_id"),
    index_of_set("next_attempt_at"),
)

buyer_addresses = sa.Table(
    "buyer_addresses",
    metadata,
    text("channel", primary_key=True),
    text("sender_id", primary_key=True),
    text("address_key"),
    moment("seen_at"),
    sa.Index(None, "seen_at"),
)

webhook_events = sa.Table(
    "webhook_events",
    metadata,
    text("webhook_event_id", primary_key=True),
    text("type"),
    text("object_id", nullable=True),
    flag("livemode"),
    moment("created_at"),
    moment("received_at"),
    # How it came: delivered by Stripe, or read from it when it was made up for.
    text("source"),
    number("attempts"),
    text("outcome"),
    # Why it failed; taken again it is empty.
    text("error", nullable=True),
    text("order_id", nullable=True),
    # When somebody who was needed has seen to it.
    moment("closed_at", nullable=True),
    sa.Index(None, "received_at"),
    sa.Index(None, "outcome"),
    index_of_set("order_id"),
)

outbox = sa.Table(
    "outbox",
    metadata,
    text("id", primary_key=True),
    # None where it is about no order but the conversation itself.
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=True),
    text("channel"),
    text("sender_id"),
    text("kind"),
    # What of the order it is about: a refund's request, an invoice; empty for the order itself.
    text("about"),
    # What makes the message the same message, e.g. payment_confirmed:ord_…
    text("dedupe_key", unique=True),
    number("attempts"),
    moment("created_at"),
    moment("next_attempt_at"),
    moment("leased_until", nullable=True),
    moment("delivered_at", nullable=True),
    # Since when nobody tries any more: a day went by in vain.
    moment("parked_at", nullable=True),
    text("last_error", nullable=True),
    sa.Index(None, "delivered_at", "next_attempt_at"),
    sa.Index(None, "channel", "sender_id", "delivered_at"),
    index_of_set("parked_at"),
)

# One row a payment and a request to give it back: the request is stored before Stripe is asked.
refunds = sa.Table(
    "refunds",
    metadata,
    text("id", primary_key=True),
    # The same for all payments that one request gives back: an upgraded order has several.
    text("request_id"),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=False),
    # Part of Stripe's idempotency key: a repetition has the same, a second request another.
    number("generation", key="quote_version"),
    number("quantity"),
    # A JSON list of the ids of the very tickets that go back; none where only so many were named.
    text("tickets", nullable=True),
    # Where the tickets' seats are; empty where none go back with this payment.
    text("section_id"),
    number("amount"),
    # What is kept of the price of its tickets.
    number("fee"),
    text("currency"),
    text("reason", nullable=True),
    text("status"),
    text("source"),
    # The caller's key, so that a repetition finds this row.
    text("request_key", nullable=True),
    text("payment_intent_id"),
    text("stripe_refund_id", nullable=True),
    moment("created_at"),
    moment("updated_at"),
    sa.UniqueConstraint("order_id", "quote_version"),
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
    text("id", primary_key=True),
    text("kind"),
    # Signed: what leaves us is negative.
    number("amount"),
    # What a refund kept back; no movement, and taken back with a refund that failed.
    number("fee"),
    text("currency"),
    # None for payments that were made through the API.
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=True),
    text("payment_intent_id", nullable=True),
    moment("at"),
    # With all that is added up by day: no row is looked up for it.
    sa.Index(None, "at", "kind", "currency", "amount"),
    sa.Index(None, "payment_intent_id"),
    index_of_set("order_id"),
)

# Declined charges of payments made through the API; an order has its own column.
declines = sa.Table(
    "declines",
    metadata,
    text("payment_intent_id", primary_key=True),
    text("currency"),
    moment("at"),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    text("id", primary_key=True),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=False),
    text("status"),
    moment("current_period_end", nullable=True),
    flag("cancel_at_period_end"),
    # Where the buyer can pay while an invoice is due.
    text("payment_url", nullable=True),
    # When Stripe was asked for what is written here; an older answer changes nothing.
    moment("read_at"),
    # Set before Stripe is told to end it with its period, and cleared when it says so.
    moment("cancel_requested_at", nullable=True),
    sa.UniqueConstraint("order_id"),
)

# What buyers show at the door. Whether one is worth anything is read from its order.
tickets = sa.Table(
    "tickets",
    metadata,
    text("id", primary_key=True),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=False),
    # Which of the order's tickets, from 1; none once another took its place.
    number("number", nullable=True),
    # Where its seat is; a season ticket has none.
    text("section_id", nullable=True),
    text("section_name", nullable=True),
    # Who shall come with it, where somebody said so.
    text("holder", nullable=True),
    # The refund that it in particular goes back with, as long as that has not failed.
    text("refund_id", nullable=True),
    moment("issued_at"),
    moment("used_at", nullable=True),
    # The caller's key who redeemed it, so that a repetition finds this row.
    text("request_key", nullable=True),
    sa.UniqueConstraint("order_id", "number"),
    sa.Index(None, "holder"),
)

# Which seat of a row a ticket has. The keys decide: a seat has one ticket, a ticket one seat.
numbered_seats = sa.Table(
    "numbered_seats",
    metadata,
    text("show_id", primary_key=True),
    text("section_id", primary_key=True),
    text("row_name", primary_key=True),
    number("seat_number", primary_key=True, autoincrement=False),
    sa.Column("order_id", sa.Text, sa.ForeignKey("orders.id"), nullable=False),
    # The ticket's number, which goes on to the ticket that takes its place.
    number("ticket_number"),
    sa.UniqueConstraint("order_id", "ticket_number"),
)

# The Stripe customer that a buyer became by giving an e-mail at Stripe; no e-mail is kept here.
customers = sa.Table(
    "customers",
    metadata,
    text("channel", primary_key=True),
    text("sender_id", primary_key=True),
    text("customer_id"),
    sa.Index(None, "customer_id"),
)

# Which request an Idempotency-Key belongs to; the answer itself is repeated by doing it again.
idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    text("key", primary_key=True),
    text("fingerprint"),
    moment("created_at"),
    sa.Index(None, "created_at"),
)


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
    # As of an order, which the one that is made of it has too.
    text("language", nullable=True),
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
    index_of_set("open_slot"),
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

# Accounts of the operators' desk; that of ADMIN_PASSWORD_HASH is not among them.
operator_accounts = sa.Table(
    "operator_accounts",
    metadata,
    text("name", primary_key=True),
    text("role"),
    # argon2id, with its salt.
    text("password_hash"),
    moment("created_at"),
)

# Who is logged in at the desk. A row that is deleted ends its login at once.
operator_sessions = sa.Table(
    "operator_sessions",
    metadata,
    text("id", primary_key=True),
    # SHA-256 of the cookie's token: who reads this table can't log in with it.
    text("token_digest", unique=True),
    text("operator"),
    # Of the account's password hash, so that another password ends the session.
    text("password_digest"),
    moment("created_at"),
    moment("seen_at"),
    sa.Index(None, "operator"),
)

# What operators did at the desk; written before it is done. Rows are never deleted.
operator_acts = sa.Table(
    "operator_acts",
    metadata,
    text("id", primary_key=True),
    moment("at"),
    text("operator"),
    text("kind"),
    # An order, an event, a handoff, an account: what it was done to.
    text("subject"),
    text("detail"),
    # The form's own key and a digest of what was sent with it, so that a repetition finds this row.
    text("request_key", nullable=True),
    text("fingerprint"),
    # done, or an error's code; none where the process ended before it knew.
    text("outcome", nullable=True),
    sa.UniqueConstraint("request_key"),
    sa.Index(None, "at"),
    sa.Index(None, "subject", "at"),
    sa.Index(None, "kind", "at"),
)
