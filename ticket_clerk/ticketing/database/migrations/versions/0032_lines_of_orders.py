"""Orders with several shows or sections, which one payment pays for.

Revision: 0032, after 0031.
"""

import sqlalchemy as sa
from alembic import op


revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

_UNIQUE = 'uq_orders_payment_intent_id'
_CHECK = 'ck_orders_line_count_positive'
_FOREIGN = 'fk_orders_paid_with_order_id_orders'
_PAYMENT, _PAID_WITH = 'ix_orders_payment_intent_id', 'ix_orders_paid_with_order_id'
_ORDERS = sa.table(
    'orders', sa.column('paid_with_order_id'), sa.column('payment_intent_id')
)


def upgrade() -> None:
    """Bring the tables to this revision: what was sold before has one line an order."""
    with op.batch_alter_table('orders') as batch_op:
        batch_op.add_column(sa.Column('paid_with_order_id', sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column('line_count', sa.BigInteger(), nullable=False, server_default='1')
        )
    with op.batch_alter_table('orders') as batch_op:
        batch_op.alter_column('line_count', server_default=None)
        batch_op.drop_constraint(op.f(_UNIQUE), type_='unique')
        batch_op.create_check_constraint(op.f(_CHECK), 'line_count > 0')
        batch_op.create_foreign_key(op.f(_FOREIGN), 'orders', ['paid_with_order_id'], ['id'])
    is_first, is_set = (sa.text(f'paid_with_order_id IS {word}') for word in ('NULL', 'NOT NULL'))
    op.create_index(
        op.f(_PAYMENT), 'orders', ['payment_intent_id'], unique=True,
        sqlite_where=is_first, postgresql_where=is_first,
    )
    op.create_index(
        op.f(_PAID_WITH), 'orders', ['paid_with_order_id'],
        sqlite_where=is_set, postgresql_where=is_set,
    )


def downgrade() -> None:
    """Undo it; further lines are orders without a payment of their own."""
    op.drop_index(op.f(_PAID_WITH), 'orders')
    op.drop_index(op.f(_PAYMENT), 'orders')
    is_further = _ORDERS.c.paid_with_order_id.is_not(None)
    op.execute(sa.update(_ORDERS).where(is_further).values(payment_intent_id=None))
    with op.batch_alter_table('orders') as batch_op:
        batch_op.drop_constraint(op.f(_FOREIGN), type_='foreignkey')
        batch_op.drop_constraint(op.f(_CHECK), type_='check')
        batch_op.create_unique_constraint(op.f(_UNIQUE), ['payment_intent_id'])
        batch_op.drop_column('line_count')
        batch_op.drop_column('paid_with_order_id')
