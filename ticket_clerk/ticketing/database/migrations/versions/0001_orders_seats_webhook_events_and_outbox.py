"""Orders, seats, webhook events and outbox.

Revision: 0001, after . Made 2026-11-22 22:04:53.386731.
"""

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables to this revision."""
    op.create_table('catalog',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('max_tickets_per_order', sa.BigInteger(), nullable=False),
    sa.Column('loaded_at', UtcDateTime(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_catalog_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_catalog'))
    )
    op.create_table('orders',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('sender_id', sa.Text(), nullable=False),
    sa.Column('show_id', sa.Text(), nullable=False),
    sa.Column('show_name', sa.Text(), nullable=False),
    sa.Column('section_id', sa.Text(), nullable=False),
    sa.Column('section_name', sa.Text(), nullable=False),
    sa.Column('venue', sa.Text(), nullable=False),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('starts_at_local', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('unit_amount', sa.BigInteger(), nullable=False),
    sa.Column('amount_total', sa.BigInteger(), nullable=False),
    sa.Column('amount_refunded', sa.BigInteger(), nullable=False),
    sa.Column('attempt', sa.BigInteger(), nullable=False),
    sa.Column('checkout_session_id', sa.Text(), nullable=True),
    sa.Column('checkout_url', sa.Text(), nullable=True),
    sa.Column('payment_intent_id', sa.Text(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('hold_expires_at', UtcDateTime(), nullable=False),
    sa.Column('paid_at', UtcDateTime(), nullable=True),
    sa.Column('open_slot', sa.Integer(), nullable=True),
    sa.CheckConstraint('amount_total = unit_amount * quantity', name=op.f('ck_orders_amount_total_adds_up')),
    sa.CheckConstraint('open_slot BETWEEN 1 AND 3', name=op.f('ck_orders_open_slot_one_to_three')),
    sa.CheckConstraint('quantity > 0', name=op.f('ck_orders_quantity_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_orders')),
    sa.UniqueConstraint('channel', 'sender_id', 'open_slot', name=op.f('uq_orders_channel_sender_id_open_slot')),
    sa.UniqueConstraint('checkout_session_id', name=op.f('uq_orders_checkout_session_id')),
    sa.UniqueConstraint('payment_intent_id', name=op.f('uq_orders_payment_intent_id'))
    )
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_orders_channel_sender_id_created_at'), ['channel', 'sender_id', 'created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_orders_status_created_at'), ['status', 'created_at'], unique=False)

    op.create_table('season_tickets',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('unit_amount', sa.BigInteger(), nullable=False),
    sa.Column('interval', sa.Text(), nullable=False),
    sa.Column('is_on_sale', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_season_tickets'))
    )
    op.create_table('shows',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('aliases', sa.Text(), nullable=False),
    sa.Column('category', sa.Text(), nullable=False),
    sa.Column('venue', sa.Text(), nullable=False),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('starts_at_local', sa.Text(), nullable=False),
    sa.Column('starts_at', UtcDateTime(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('is_on_sale', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shows'))
    )
    op.create_table('webhook_events',
    sa.Column('webhook_event_id', sa.Text(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('object_id', sa.Text(), nullable=True),
    sa.Column('livemode', sa.Boolean(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('received_at', UtcDateTime(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('webhook_event_id', name=op.f('pk_webhook_events'))
    )
    with op.batch_alter_table('webhook_events', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_webhook_events_outcome'), ['outcome'], unique=False)
        batch_op.create_index(batch_op.f('ix_webhook_events_received_at'), ['received_at'], unique=False)

    op.create_table('holds',
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('show_id', sa.Text(), nullable=False),
    sa.Column('section_id', sa.Text(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_holds_order_id_orders')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_holds'))
    )
    with op.batch_alter_table('holds', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_holds_expires_at'), ['expires_at'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('sender_id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('dedupe_key', sa.Text(), nullable=False),
    sa.Column('attempts', sa.BigInteger(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('next_attempt_at', UtcDateTime(), nullable=False),
    sa.Column('leased_until', UtcDateTime(), nullable=True),
    sa.Column('delivered_at', UtcDateTime(), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_outbox_order_id_orders')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('dedupe_key', name=op.f('uq_outbox_dedupe_key'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_channel_sender_id_delivered_at'), ['channel', 'sender_id', 'delivered_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_delivered_at_next_attempt_at'), ['delivered_at', 'next_attempt_at'], unique=False)

    op.create_table('sections',
    sa.Column('show_id', sa.Text(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('unit_amount', sa.BigInteger(), nullable=False),
    sa.Column('seats', sa.BigInteger(), nullable=False),
    sa.Column('held', sa.BigInteger(), nullable=False),
    sa.Column('sold', sa.BigInteger(), nullable=False),
    sa.Column('is_on_sale', sa.Boolean(), nullable=False),
    sa.CheckConstraint('held >= 0', name=op.f('ck_sections_held_not_negative')),
    sa.CheckConstraint('sold >= 0', name=op.f('ck_sections_sold_not_negative')),
    sa.ForeignKeyConstraint(['show_id'], ['shows.id'], name=op.f('fk_sections_show_id_shows')),
    sa.PrimaryKeyConstraint('show_id', 'id', name=op.f('pk_sections'))
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_table('sections')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outbox_delivered_at_next_attempt_at'))
        batch_op.drop_index(batch_op.f('ix_outbox_channel_sender_id_delivered_at'))

    op.drop_table('outbox')
    with op.batch_alter_table('holds', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_holds_expires_at'))

    op.drop_table('holds')
    with op.batch_alter_table('webhook_events', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_webhook_events_received_at'))
        batch_op.drop_index(batch_op.f('ix_webhook_events_outcome'))

    op.drop_table('webhook_events')
    op.drop_table('shows')
    op.drop_table('season_tickets')
    with op.batch_alter_table('orders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_orders_status_created_at'))
        batch_op.drop_index(batch_op.f('ix_orders_channel_sender_id_created_at'))

    op.drop_table('orders')
    op.drop_table('catalog')
