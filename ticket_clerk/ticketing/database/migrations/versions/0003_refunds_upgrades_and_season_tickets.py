"""Refunds, upgrades, season tickets, the ledger, customers and keys of repeated requests.

Revision: 0003, after 0002.
"""

from datetime import datetime, timedelta, timezone

import sqlalchemy as sa
from alembic import op
from ticket_clerk.ticketing.database.schema import UtcDateTime


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

# What the policy is where nobody wrote another.
DEFAULT_HOURS = 24

_NEW_TABLES = (
    'refunds', 'ledger', 'declines', 'subscriptions', 'customers', 'idempotency_keys',
)


def upgrade() -> None:
    """Bring the tables to this revision."""
    with op.batch_alter_table('shows') as batch_op:
        batch_op.add_column(sa.Column(
            'refundable_until_hours', sa.BigInteger(), nullable=False,
            server_default=str(DEFAULT_HOURS),
        ))
    with op.batch_alter_table('shows') as batch_op:
        batch_op.alter_column('refundable_until_hours', server_default=None)
    _widen_orders()
    with op.batch_alter_table('outbox') as batch_op:
        batch_op.add_column(sa.Column('about', sa.Text(), nullable=False, server_default=''))
    with op.batch_alter_table('outbox') as batch_op:
        batch_op.alter_column('about', server_default=None)
    _make_tables()


def downgrade() -> None:
    """Undo it."""
    for table in _NEW_TABLES:
        op.drop_table(table)
    with op.batch_alter_table('outbox') as batch_op:
        batch_op.drop_column('about')
    with op.batch_alter_table('orders') as batch_op:
        batch_op.drop_index(op.f('ix_orders_parent_order_id'))
        batch_op.drop_constraint(op.f('fk_orders_parent_order_id_orders'), type_='foreignkey')
        for column in (
            'amount_refunding', 'refunded_quantity', 'refundable_until', 'declined_at',
            'parent_order_id', 'from_section_id',
        ):
            batch_op.drop_column(column)
    with op.batch_alter_table('shows') as batch_op:
        batch_op.drop_column('refundable_until_hours')


def _widen_orders() -> None:
    with op.batch_alter_table('orders') as batch_op:
        for name in ('amount_refunding', 'refunded_quantity'):
            batch_op.add_column(
                sa.Column(name, sa.BigInteger(), nullable=False, server_default='0')
            )
        batch_op.add_column(sa.Column('refundable_until', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('declined_at', UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column('parent_order_id', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('from_section_id', sa.Text(), nullable=True))
    _fill_refundable_until()
    with op.batch_alter_table('orders') as batch_op:
        for name in ('amount_refunding', 'refunded_quantity'):
            batch_op.alter_column(name, server_default=None)
        batch_op.alter_column('refundable_until', existing_type=UtcDateTime(), nullable=False)
        batch_op.create_foreign_key(
            op.f('fk_orders_parent_order_id_orders'), 'orders', ['parent_order_id'], ['id']
        )
        batch_op.create_index(op.f('ix_orders_parent_order_id'), ['parent_order_id'])


def _fill_refundable_until() -> None:
    orders = sa.table(
        'orders', sa.column('id', sa.Text), sa.column('starts_at_local', sa.Text),
        sa.column('refundable_until', UtcDateTime),
    )
    conn = op.get_bind()
    for row in conn.execute(sa.select(orders.c.id, orders.c.starts_at_local)).all():
        starts_at = datetime.fromisoformat(row.starts_at_local).astimezone(timezone.utc)
        conn.execute(
            sa.update(orders)
            .where(orders.c.id == row.id)
            .values(refundable_until=starts_at - timedelta(hours=DEFAULT_HOURS))
        )


def _make_tables() -> None:
    op.create_table('customers',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('sender_id', sa.Text(), nullable=False),
    sa.Column('customer_id', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'sender_id', name=op.f('pk_customers'))
    )
    op.create_table('declines',
    sa.Column('payment_intent_id', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('payment_intent_id', name=op.f('pk_declines'))
    )
    op.create_table('idempotency_keys',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_idempotency_keys'))
    )
    op.create_index(op.f('ix_idempotency_keys_created_at'), 'idempotency_keys', ['created_at'], unique=False)
    op.create_table('ledger',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=True),
    sa.Column('payment_intent_id', sa.Text(), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_ledger_order_id_orders')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger'))
    )
    op.create_index(op.f('ix_ledger_at'), 'ledger', ['at'], unique=False)
    op.create_index(op.f('ix_ledger_payment_intent_id'), 'ledger', ['payment_intent_id'], unique=False)
    op.create_table('refunds',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('generation', sa.BigInteger(), nullable=False),
    sa.Column('quantity', sa.BigInteger(), nullable=False),
    sa.Column('section_id', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('request_key', sa.Text(), nullable=True),
    sa.Column('payment_intent_id', sa.Text(), nullable=False),
    sa.Column('stripe_refund_id', sa.Text(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.CheckConstraint('amount > 0', name=op.f('ck_refunds_amount_positive')),
    sa.CheckConstraint('quantity >= 0', name=op.f('ck_refunds_quantity_not_negative')),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_refunds_order_id_orders')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('order_id', 'generation', name=op.f('uq_refunds_order_id_generation')),
    sa.UniqueConstraint('request_key', name=op.f('uq_refunds_request_key')),
    sa.UniqueConstraint('stripe_refund_id', name=op.f('uq_refunds_stripe_refund_id'))
    )
    op.create_index(op.f('ix_refunds_request_id'), 'refunds', ['request_id'], unique=False)
    op.create_index(op.f('ix_refunds_status'), 'refunds', ['status'], unique=False)
    op.create_table('subscriptions',
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('order_id', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('current_period_end', UtcDateTime(), nullable=True),
    sa.Column('cancel_at_period_end', sa.Boolean(), nullable=False),
    sa.Column('payment_url', sa.Text(), nullable=True),
    sa.Column('read_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['orders.id'], name=op.f('fk_subscriptions_order_id_orders')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_subscriptions')),
    sa.UniqueConstraint('order_id', name=op.f('uq_subscriptions_order_id'))
    )
